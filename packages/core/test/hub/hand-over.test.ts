import { expect } from 'chai';
import { HandOver, MAX_HAND_OVER_WAIT_MS } from '../../src/hub/hand-over.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('Handing events over to a host that may overtake', () => {
  let clock: FakeClock;
  let given: number[];
  let taken: (() => void)[];
  let errors: string[];
  let handOver: HandOver<number>;

  beforeEach(() => {
    clock = new FakeClock();
    given = [];
    taken = [];
    errors = [];
    handOver = new HandOver<number>({
      clock,
      give: (event, take) => {
        given.push(event);
        taken.push(take);
      },
      onError: (message) => errors.push(message),
    });
  });

  const add = (...events: number[]) => {
    for (const event of events) handOver.add(event);
  };

  it('gives an event at once when nothing is pending', () => {
    add(1);
    taken[0]?.();
    add(2);
    expect(given).to.deep.equal([1, 2]);
    taken[1]?.();
    expect(clock.pending).to.equal(0);
  });

  it('gives the next one when the host has taken the one before', () => {
    add(1, 2, 3);
    expect(given).to.deep.equal([1]);
    taken[0]?.();
    expect(given).to.deep.equal([1, 2]);
    taken[0]?.();
    expect(given, 'said twice').to.deep.equal([1, 2]);
    taken[1]?.();
    expect(given).to.deep.equal([1, 2, 3]);
  });

  it('keeps the order of however many, as slow as the host may take them', () => {
    add(...Array.from({ length: 100 }, (_, i) => i));
    for (let next = 0; next < 100; next++) {
      expect(given).to.have.lengthOf(next + 1);
      clock.advance(MAX_HAND_OVER_WAIT_MS - 1);
      taken[next]?.();
    }
    expect(given).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
    expect(clock.pending).to.equal(0);
  });

  it('lets none wait longer than the bound for a host that takes nothing', () => {
    add(1);
    for (let event = 2; event <= 101; event++) {
      clock.advance(20);
      add(event);
      // The first came a bound and 20 ms for each that is due ago.
      expect(given.length, `when ${event} came`).to.be.at.least(event - MAX_HAND_OVER_WAIT_MS / 20);
    }
    clock.advance(MAX_HAND_OVER_WAIT_MS);
    expect(given).to.deep.equal(Array.from({ length: 101 }, (_, i) => i + 1));
    expect(clock.pending).to.equal(0);
  });

  it('gives the next one only when the last of those that did not wait has been taken', () => {
    add(1, 2);
    clock.advance(MAX_HAND_OVER_WAIT_MS);
    expect(given).to.deep.equal([1, 2]);
    add(3);
    taken[0]?.();
    expect(given, 'an earlier one').to.deep.equal([1, 2]);
    taken[1]?.();
    expect(given).to.deep.equal([1, 2, 3]);
  });

  it('takes thousands from a host that takes each at once', () => {
    const order: number[] = [];
    const eager = new HandOver<number>({
      clock,
      give: (event, take) => {
        order.push(event);
        if (event === 0) for (let more = 1; more <= 20_000; more++) eager.add(more);
        take();
      },
      onError: (message) => errors.push(message),
    });
    eager.add(0);
    expect(order).to.deep.equal(Array.from({ length: 20_001 }, (_, i) => i));
  });

  it('goes on after an error of the host', () => {
    const order: number[] = [];
    const failing = new HandOver<number>({
      clock,
      give: (event) => {
        order.push(event);
        throw new Error(`not ${event}`);
      },
      onError: (message) => errors.push(message),
    });
    failing.add(1);
    failing.add(2);
    expect(order).to.deep.equal([1, 2]);
    expect(errors).to.deep.equal(['not 1', 'not 2']);
  });

  it('gives everything when it is flushed', () => {
    add(1, 2, 3);
    handOver.flush();
    expect(given).to.deep.equal([1, 2, 3]);
    expect(clock.pending).to.equal(0);
  });

  it('gives back what was not given, and ends its timer', () => {
    add(1, 2, 3);
    expect(handOver.close()).to.deep.equal([2, 3]);
    expect(clock.pending).to.equal(0);
    taken[0]?.();
    expect(given).to.deep.equal([1]);
    expect(handOver.close()).to.deep.equal([]);
  });

  it('tells when the host has taken the last one, or that it waited long enough', async () => {
    await handOver.settled();
    add(1);
    const first = handOver.settled();
    taken[0]?.();
    await first;
    expect(clock.pending).to.equal(0);
    add(2);
    const second = handOver.settled();
    clock.advance(MAX_HAND_OVER_WAIT_MS);
    await second;
    expect(clock.pending).to.equal(0);
  });
});
