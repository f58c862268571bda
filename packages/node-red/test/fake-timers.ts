import type { Clock } from '@accolades-flow/core';
import type { StartTimer } from '../src/runtime/timer.ts';

/** Timers that fire when a test advances the time. */
export class FakeTimers {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  get running(): number {
    return this.#timers.size;
  }

  readonly start: StartTimer = (ms, callback) => {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  };

  readonly now = (): number => this.#now;

  /** The same timers behind core's clock interface. */
  readonly clock: Clock = {
    now: this.now,
    monotonic: this.now,
    start: (ms, callback) => ({
      stop: this.start(ms, callback),
      ref: () => undefined,
      unref: () => undefined,
    }),
  };

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#timers.delete(next);
      next.callback();
    }
    this.#now = end;
  }
}
