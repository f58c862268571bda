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
  /** Milliseconds from an arbitrary start; never jumps. Whole ones are kept in less room than others. */
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
  monotonic: () => Math.floor(performance.now()),
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
  return new Deadline(clock, ms, onExpired);
}

class Deadline implements Timer {
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  readonly #due: number;
  #timer: Timer;
  #referenced = true;

  constructor(clock: Clock, ms: number, onExpired: () => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    this.#due = clock.monotonic() + ms;
    this.#timer = clock.start(ms, () => {
      this.#expire();
    });
  }

  stop(): void {
    this.#timer.stop();
  }

  ref(): void {
    this.#referenced = true;
    this.#timer.ref();
  }

  unref(): void {
    this.#referenced = false;
    this.#timer.unref();
  }

  #expire(): void {
    if (this.#clock.monotonic() - this.#due < LATE_MS) {
      this.#onExpired();
      return;
    }
    this.#timer = this.#clock.start(GRACE_MS, this.#onExpired);
    if (!this.#referenced) this.#timer.unref();
  }
}
