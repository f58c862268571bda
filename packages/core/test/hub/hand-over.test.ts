import { expect } from 'chai';
import { HandOver, MAX_HAND_OVER_WAIT_MS } from '../../src/hub/hand-over.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('Handing events over to a host that may overtake', () => {
  let clock: FakeClock;
  let given: number[];
  let taken: (() => void)[];
  let errors: string[];
  let handOver: HandOver<number>;
  const aboutTheSame = () => ['same'];

  beforeEach(() => {
    clock = new FakeClock();
    given = [];
    taken = [];
    errors = [];
    handOver = new HandOver<number>({
      clock,
      topicsOf: aboutTheSame,
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

  it('goes on when an event cannot be given and that cannot be reported either', () => {
    handOver = new HandOver<number>({
      clock,
      topicsOf: aboutTheSame,
      give: (event, take) => {
        if (event === 1) throw new Error('not this one');
        given.push(event);
        take();
      },
      onError: () => {
        throw new Error('no log');
      },
    });
    add(1, 2, 3);
    expect([given, clock.pending]).to.deep.equal([[2, 3], 0]);
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

  describe('with several topics', () => {
    const topics: Readonly<Record<string, readonly string[]>> = {
      a1: ['agent a'],
      a2: ['agent a'],
      b1: ['agent b'],
      b2: ['agent b'],
      'a and b': ['agent a', 'agent b'],
    };
    let names: string[];
    let take: Map<string, () => void>;
    let several: HandOver<string>;

    beforeEach(() => {
      names = [];
      take = new Map();
      several = new HandOver<string>({
        clock,
        topicsOf: (name) => topics[name] ?? [],
        give: (name, taken) => {
          names.push(name);
          take.set(name, taken);
        },
        onError: (message) => errors.push(message),
      });
    });

    it('lets an event wait for its own topics only', () => {
      for (const name of ['a1', 'a2', 'b1', 'b2']) several.add(name);
      expect(names).to.deep.equal(['a1', 'b1']);
      take.get('b1')?.();
      expect(names).to.deep.equal(['a1', 'b1', 'b2']);
      take.get('a1')?.();
      expect(names).to.deep.equal(['a1', 'b1', 'b2', 'a2']);
    });

    it('lets an event of two topics wait for both, and those after it wait for it', () => {
      for (const name of ['a1', 'b1', 'a and b', 'b2', 'a2']) several.add(name);
      take.get('a1')?.();
      expect(names).to.deep.equal(['a1', 'b1']);
      take.get('b1')?.();
      expect(names).to.deep.equal(['a1', 'b1', 'a and b']);
      take.get('a and b')?.();
      expect(names).to.deep.equal(['a1', 'b1', 'a and b', 'b2', 'a2']);
    });

    it('gives all that wait, in the order in which they came, when one of them has waited long enough', () => {
      several.add('a1');
      several.add('a and b');
      clock.advance(MAX_HAND_OVER_WAIT_MS / 2);
      several.add('b1');
      several.add('a2');
      clock.advance(MAX_HAND_OVER_WAIT_MS / 2);
      expect(names).to.deep.equal(['a1', 'a and b', 'b1', 'a2']);
      several.add('b2');
      take.get('a1')?.();
      expect(names, 'b2 waits for b1').to.have.lengthOf(4);
      take.get('b1')?.();
      expect(names).to.have.lengthOf(5);
    });

    it('gives back in the order in which they came, and settles when all is taken', async () => {
      for (const name of ['a1', 'b1', 'b2', 'a2']) several.add(name);
      expect(several.close()).to.deep.equal(['b2', 'a2']);
      const settled = several.settled();
      take.get('a1')?.();
      expect(clock.pending, 'b1 is not taken').to.equal(1);
      take.get('b1')?.();
      await settled;
      expect(clock.pending).to.equal(0);
      expect(names).to.deep.equal(['a1', 'b1']);
      several.add('a2');
      expect(names, 'nothing is left in its way').to.deep.equal(['a1', 'b1', 'a2']);
    });
  });

  it('lets what comes after a close wait for what was given before', () => {
    add(1, 2);
    expect(handOver.close()).to.deep.equal([2]);
    add(3);
    expect(given).to.deep.equal([1]);
    taken[0]?.();
    expect(given).to.deep.equal([1, 3]);
  });

  it('takes thousands from a host that takes each at once', () => {
    const order: number[] = [];
    const eager = new HandOver<number>({
      clock,
      topicsOf: aboutTheSame,
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
      topicsOf: aboutTheSame,
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
