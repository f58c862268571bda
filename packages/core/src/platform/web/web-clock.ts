import type { Clock, Timer } from '../../time/clock.ts';

/** The browser's clock. Timers do not keep a page open, so `ref` and `unref` do nothing. */
export const webClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  start: (ms, callback) => new WebTimer(ms, callback),
};

class WebTimer implements Timer {
  readonly #timeout: ReturnType<typeof setTimeout>;

  constructor(ms: number, callback: () => void) {
    this.#timeout = setTimeout(callback, ms);
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }

  unref(): void {
    // Nothing to do.
  }

  ref(): void {
    // Nothing to do.
  }
}
