/** A running timer. */
export interface Timer {
  stop(): void;
  /** Allows the process to end while the timer runs. */
  unref(): void;
  ref(): void;
}

/** Time source, injected so that tests control it. */
export interface Clock {
  /** Wall time in milliseconds since 1970. It may jump: use it for display, never for durations. */
  now(): number;
  /**
   * Milliseconds from an arbitrary start; never jumps. Whole numbers need less memory than
   * fractions.
   */
  monotonic(): number;
  /** Calls `callback` once after `ms` milliseconds. */
  start(ms: number, callback: () => void): Timer;
}

/** Node.js fires longer timers at once. */
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

/** A timer that is late by more than this means that the process was suspended, in milliseconds. */
const LATE_MS = 1_000;
/** Extra wait of a late deadline, so that data that has arrived is read first, in milliseconds. */
const GRACE_MS = 1_000;

/**
 * Starts a deadline that tolerates a suspended process: data that the peer sent meanwhile still
 * waits in the socket, so `onExpired` is called only after a short extra wait.
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
