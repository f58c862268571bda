/** A timer that can be stopped. */
export interface Timer {
  stop(): void;
}

/** Time, injected so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `ms` milliseconds. */
  start(ms: number, callback: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  start(ms, callback) {
    const timeout = setTimeout(callback, ms);
    return {
      stop: () => {
        clearTimeout(timeout);
      },
    };
  },
};
