import type { Clock, Timer } from '@accolades-flow/core/web';

/** Time in a browser. No page is kept open by a timer, so that `ref` and `unref` mean nothing. */
export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  start: (ms, callback) => new BrowserTimer(ms, callback),
};

class BrowserTimer implements Timer {
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
