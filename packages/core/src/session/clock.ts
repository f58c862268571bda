/** A running timer. */
export interface Timer {
  stop(): void;
  /** Lets the process end while the timer runs. */
  unref(): void;
  ref(): void;
}

/** Time, injected so that tests move it by hand. */
export interface Clock {
  /** Wall time in milliseconds since 1970; may jump. For people only, never to measure a duration. */
  now(): number;
  /** Milliseconds from an arbitrary start; never jumps. */
  monotonic(): number;
  /** Calls back once after `ms` milliseconds. */
  start(ms: number, callback: () => void): Timer;
}

/** Node fires a longer one at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

class NodeTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(ms: number, callback: () => void) {
    this.#timeout = setTimeout(callback, Math.min(ms, LONGEST_TIMEOUT_MS));
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }

  unref(): void {
    this.#timeout.unref();
  }

  ref(): void {
    this.#timeout.ref();
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  start: (ms, callback) => new NodeTimer(ms, callback),
};

/** A timer that fires this much too late means that the process slept or was blocked, in milliseconds. */
const LATE_MS = 1_000;
/** What a deadline then still waits, so that data that arrived meanwhile is read first, in milliseconds. */
const GRACE_MS = 1_000;

/**
 * A deadline that does not blame the peer for our own sleep: when the process was suspended past it, what the peer sent
 * meanwhile still waits in the socket, so it gets a short grace before `onExpired` is called.
 */
export function startDeadline(clock: Clock, ms: number, onExpired: () => void): Timer {
  const due = clock.monotonic() + ms;
  let referenced = true;
  let timer = clock.start(ms, () => {
    if (clock.monotonic() - due < LATE_MS) {
      onExpired();
      return;
    }
    timer = clock.start(GRACE_MS, onExpired);
    if (!referenced) timer.unref();
  });
  return {
    stop: () => {
      timer.stop();
    },
    ref: () => {
      referenced = true;
      timer.ref();
    },
    unref: () => {
      referenced = false;
      timer.unref();
    },
  };
}
