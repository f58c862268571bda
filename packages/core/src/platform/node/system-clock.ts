import type { Clock, Timer } from '../../time/clock.ts';

/** Node.js fires longer timers at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

class NodeTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(ms: number, callback: () => void) {
    this.#timeout = setTimeout(callback, Math.min(ms, LONGEST_TIMEOUT_MS)).unref();
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }
}

/** The clock of this process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Math.floor(performance.now()),
  start: (ms, callback) => new NodeTimer(ms, callback),
};

/** For waits at the end of the process: its timers keep the process alive. */
export const endClock: Clock = {
  ...systemClock,
  start: (ms, callback) => {
    const timeout = setTimeout(callback, ms);
    return {
      stop: () => {
        clearTimeout(timeout);
      },
    };
  },
};

/** Keeps the process alive until the returned timer is stopped. */
export function keepProcessAlive(): Timer {
  const handle = setInterval(() => undefined, LONGEST_TIMEOUT_MS);
  return {
    stop: () => {
      clearInterval(handle);
    },
  };
}
