import { expect } from 'chai';
import { ConnectLimiter, DEFAULT_CONNECTS_PER_SECOND } from '../../src/hub/connect-limiter.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** The most that fall into any window of one second. */
function busiestSecond(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  times.forEach((time, i) => {
    while ((times[from] ?? 0) <= time - 1_000) from++;
    most = Math.max(most, i - from + 1);
  });
  return most;
}

/** From 0 (inclusive) to 1 (exclusive), the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('connect limiter', () => {
  let clock: FakeClock;
  let times: number[];
  let begin: number;
  const admit = (limiter: ConnectLimiter): (() => void) => {
    const turn = limiter.admit(() => {
      times.push(clock.monotonic() - begin);
    });
    return () => {
      turn.stop();
    };
  };

  beforeEach(() => {
    clock = new FakeClock();
    begin = clock.monotonic();
    times = [];
  });

  it('allows 50 a second by default', () => {
    expect(DEFAULT_CONNECTS_PER_SECOND).to.equal(50);
  });

  it('admits a single connection at once', () => {
    const limiter = new ConnectLimiter(clock);
    admit(limiter);
    clock.advance(10_000);
    admit(limiter);
    expect(times).to.deep.equal([0, 10_000]);
    expect(clock.pending).to.equal(0);
  });

  for (const rate of [1, 3, 50, 200]) {
    it(`never exceeds ${rate} in any window of a second, spreads evenly and serves all`, () => {
      const limiter = new ConnectLimiter(clock, rate);
      for (let i = 0; i < 10 * rate; i++) admit(limiter);
      clock.advance(12_000);
      expect(times).to.have.length(10 * rate);
      expect(busiestSecond(times)).to.be.at.most(rate);
      const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
      expect(Math.min(...gaps)).to.be.at.least(1_000 / rate - 1);
      expect(Math.max(...gaps)).to.be.at.most(1_100 / rate);
      expect(clock.pending).to.equal(0);
    });
  }

  it('makes up for a timer that is a little late, and still keeps the rate', () => {
    const limiter = new ConnectLimiter(clock, 50);
    for (let i = 0; i < 500; i++) admit(limiter);
    for (let i = 0; i < 200 && times.length < 500; i++) {
      clock.suspend(90);
      clock.advance(10);
    }
    expect(times).to.have.length(500);
    expect(times.at(-1)).to.be.at.most(11_500);
    expect(busiestSecond(times)).to.be.at.most(50);
  });

  it('keeps the rate in any second also when timers are late and dialling takes long', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const rate = 1 + Math.floor(random() * 100);
      const limiter = new ConnectLimiter(clock, rate);
      times = [];
      let served = 0;
      for (let i = 0; i < 6 * rate; i++) {
        limiter.admit(() => {
          // The connection may start at any moment of the call.
          const held = random() < 0.1 ? random() * 400 : 0;
          const before = random() * held;
          clock.suspend(before);
          times.push(clock.monotonic() - begin);
          clock.suspend(held - before);
          served++;
        });
      }
      for (let turn = 0; served < 6 * rate; turn++) {
        expect(turn).to.be.below(100_000);
        if (random() < 0.05) clock.suspend(random() * 500);
        clock.advance(random() * 20);
      }
      expect(busiestSecond(times), `seed ${seed}, ${rate} a second`).to.be.at.most(rate);
    }
  });

  it('does not save up idle time or sleep', () => {
    const limiter = new ConnectLimiter(clock, 50);
    for (let i = 0; i < 100; i++) admit(limiter);
    clock.advance(500);
    clock.suspend(60_000);
    clock.advance(2_000);
    for (let i = 0; i < 100; i++) admit(limiter);
    clock.advance(5_000);
    expect(times).to.have.length(200);
    expect(busiestSecond(times)).to.be.at.most(50);
  });

  it('serves in the order of the requests', () => {
    const limiter = new ConnectLimiter(clock, 10);
    const order: number[] = [];
    for (let i = 0; i < 30; i++) limiter.admit(() => order.push(i));
    clock.advance(5_000);
    expect(order).to.deep.equal(Array.from({ length: 30 }, (_, i) => i));
  });

  it('lets a turn be given up, and stops its timer with the last one', () => {
    const limiter = new ConnectLimiter(clock, 10);
    const leave = [1, 2, 3, 4].map(() => admit(limiter));
    leave[1]?.();
    leave[2]?.();
    clock.advance(250);
    expect(times).to.have.length(2);
    const late = [admit(limiter), admit(limiter)];
    for (const give of [...late, ...leave]) give();
    expect(clock.pending).to.equal(0);
    clock.advance(10_000);
    expect(times.length).to.be.at.most(3);
  });

  it('serves a request that is made during another one’s turn', () => {
    const limiter = new ConnectLimiter(clock, 10);
    const order: string[] = [];
    limiter.admit(() => {
      order.push('first');
      limiter.admit(() => order.push('nested'));
    });
    limiter.admit(() => order.push('second'));
    clock.advance(1_000);
    expect(order).to.deep.equal(['first', 'nested', 'second']);
  });

  it('is off at 0', () => {
    const limiter = new ConnectLimiter(clock, 0);
    for (let i = 0; i < 1_000; i++) admit(limiter);
    expect(times).to.have.length(1_000);
  });
});
