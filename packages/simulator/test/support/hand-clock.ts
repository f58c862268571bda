import type { Clock } from '../../src/index.ts';

/** A clock that stands still until it is moved. */
export class HandClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  start(ms: number, callback: () => void): { stop(): void } {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return {
      stop: () => {
        this.#timers.delete(timer);
      },
    };
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves on, calling back on the way, in the order of time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.due - b.due)[0];
      if (!next || next.due > end) break;
      this.#timers.delete(next);
      this.#now = next.due;
      next.callback();
    }
    this.#now = end;
  }
}
