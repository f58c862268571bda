import type { Clock } from '../../time/clock.ts';

/** The browser's clock. */
export const webClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  start: (ms, callback) => {
    const timeout = setTimeout(callback, ms);
    return {
      stop: () => {
        clearTimeout(timeout);
      },
    };
  },
};
