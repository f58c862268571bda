import type { Clock, Timer } from '../time/clock.ts';
import { sharedTimer, type SharedTimer, type Waiter } from './shared-timer.ts';

/**
 * A deadline that shares its timer with all others of its length by the same clock: a session starts and stops several while it connects,
 * and thousands connect together. It comes 20 ms early at most, and, like `startDeadline`, does not blame the peer for our own sleep.
 */
export class SharedDeadline implements Timer, Waiter {
  /** For the timer. */
  previous: Waiter | null = null;
  /** For the timer. */
  next: Waiter | null = null;
  /** For the timer. */
  due: number | null = null;
  /** For the timer. */
  keepsProcessAlive = true;
  readonly #timer: SharedTimer;
  readonly #onExpired: () => void;

  /** Starts it. */
  constructor(clock: Clock, ms: number, onExpired: () => void) {
    this.#timer = sharedTimer(clock, ms);
    this.#onExpired = onExpired;
    this.#timer.start(this);
  }

  stop(): void {
    this.#timer.stop(this);
  }

  ref(): void {
    this.#timer.keepProcessAlive(this, true);
  }

  unref(): void {
    this.#timer.keepProcessAlive(this, false);
  }

  /** For the timer. */
  elapsed(): void {
    this.#onExpired();
  }
}
