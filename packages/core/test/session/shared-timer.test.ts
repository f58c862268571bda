import { expect } from 'chai';
import { SharedTimer, type Waiter } from '../../src/session/shared-timer.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('a timer that many share', () => {
  let clock: FakeClock;
  let begin: number;
  let timer: SharedTimer;
  let told: string[];
  beforeEach(() => {
    clock = new FakeClock();
    begin = clock.monotonic();
    timer = new SharedTimer(clock, 1_000);
    told = [];
  });

  class Named implements Waiter {
    previous: Waiter | null = null;
    next: Waiter | null = null;
    due: number | null = null;
    keepsProcessAlive = true;
    readonly #name: string;
    readonly #also: () => void;

    constructor(name: string, also: () => void = () => undefined) {
      this.#name = name;
      this.#also = also;
    }

    elapsed(): void {
      told.push(`${this.#name} ${clock.monotonic() - begin}`);
      this.#also();
    }
  }

  it('calls each after its own time, with one timer of the clock', () => {
    for (const name of ['a', 'b', 'c']) {
      timer.start(new Named(name));
      clock.advance(100);
    }
    expect(clock.pending).to.equal(1);
    clock.advance(5_000);
    expect(told).to.deep.equal(['a 1000', 'b 1100', 'c 1200']);
    expect(clock.pending).to.equal(0);
  });

  it('calls those together who are due within 20 ms of the first', () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      timer.start(new Named(name));
      clock.advance(10);
    }
    clock.advance(5_000);
    expect(told).to.deep.equal(['a 1000', 'b 1000', 'c 1000', 'd 1030']);
  });

  it('begins anew for one that waits already', () => {
    const [a, b] = [new Named('a'), new Named('b')];
    timer.start(a);
    timer.start(b);
    clock.advance(400);
    timer.start(a);
    clock.advance(5_000);
    expect(told).to.deep.equal(['b 1000', 'a 1400']);
  });

  it('forgets whoever stops, wherever in the list', () => {
    const waiters = ['a', 'b', 'c', 'd'].map((name) => new Named(name));
    for (const stopped of [0, 1, 2, 3]) {
      told = [];
      begin = clock.monotonic();
      for (const waiter of waiters) timer.start(waiter);
      const one = waiters[stopped];
      if (one !== undefined) timer.stop(one);
      if (one !== undefined) timer.stop(one);
      clock.advance(1_000);
      expect(told).to.deep.equal(['a', 'b', 'c', 'd'].toSpliced(stopped, 1).map((name) => `${name} 1000`));
      expect(clock.pending).to.equal(0);
    }
  });

  it('may be started and stopped by those whom it calls', () => {
    const last = new Named('last');
    const again: Named = new Named('again', () => {
      timer.start(again);
      timer.stop(last);
    });
    timer.start(again);
    timer.start(last);
    clock.advance(2_500);
    expect(told).to.deep.equal(['again 1000', 'again 2000']);
    timer.stop(again);
    expect(clock.pending).to.equal(0);
  });

  it('goes on after one that throws', () => {
    const failing = new Named('failing', () => {
      throw new Error('A broken owner.');
    });
    timer.start(failing);
    timer.start(new Named('next'));
    expect(() => {
      clock.advance(1_000);
    }).to.throw('A broken owner.');
    clock.advance(0);
    expect(told).to.deep.equal(['failing 1000', 'next 1000']);
  });

  it('keeps the process alive as long as one of those who wait wants it', () => {
    const [a, b] = [new Named('a'), new Named('b')];
    timer.start(a);
    timer.start(b);
    timer.keepProcessAlive(a, false);
    expect(clock.referenced).to.equal(1);
    timer.stop(b);
    expect([clock.pending, clock.referenced]).to.deep.equal([1, 0]);
    timer.keepProcessAlive(a, true);
    expect(clock.referenced).to.equal(1);
    timer.keepProcessAlive(a, false);
    timer.start(b);
    expect(clock.referenced).to.equal(1);
    clock.advance(1_000);
    timer.keepProcessAlive(b, false);
    timer.start(b);
    expect([clock.pending, clock.referenced]).to.deep.equal([1, 0]);
  });

  it('gives those who waited while the process slept a second of grace', () => {
    timer.start(new Named('a'));
    timer.start(new Named('b'));
    clock.suspend(60_000);
    clock.advance(999);
    expect(told).to.deep.equal([]);
    clock.advance(1);
    expect(told).to.deep.equal(['a 61000', 'b 61000']);
  });
});
