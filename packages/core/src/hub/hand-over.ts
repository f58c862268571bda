import { messageOf } from '../errors.ts';
import { systemClock, type Clock, type Timer } from '../session/clock.ts';

/** How long the host has to take an event before the next ones no longer wait for it, in milliseconds. */
export const MAX_HAND_OVER_WAIT_MS = 1_000;

export interface HandOverOptions<T> {
  /**
   * Gives an event to the host.
   * @param taken to be called when the host has got so far with it that the next one cannot overtake it; idempotent
   */
  readonly give: (event: T, taken: () => void) => void;
  /** `give` has thrown. */
  readonly onError: (message: string) => void;
  /** Default {@link MAX_HAND_OVER_WAIT_MS}. */
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
}

/**
 * Gives events to a host that would let several at a time overtake each other: each one when the host has taken the one before.
 * What comes while the host has taken everything is given at once. When the host does not take an event in time, all that wait
 * are given together: a host that never says what it has taken delays no event by more than that.
 */
export class HandOver<T> {
  readonly #options: HandOverOptions<T>;
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  #waiting: T[] = [];
  /** The event that the host has not taken yet, and when it was given. */
  #given: { readonly event: T; readonly at: number } | null = null;
  #timer: Timer | null = null;
  #isGiving = false;
  #onTaken: () => void = () => undefined;

  constructor(options: HandOverOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxWaitMs = options.maxWaitMs ?? MAX_HAND_OVER_WAIT_MS;
  }

  add(event: T): void {
    this.#waiting.push(event);
    this.#next();
  }

  /** Gives all that still waits, now. */
  flush(): void {
    this.#next(true);
  }

  /** Ends the wait, and gives back what the host was not given, in order. */
  close(): readonly T[] {
    const rest = this.#waiting;
    this.#waiting = [];
    this.#watch();
    return rest;
  }

  /** Resolves when the host has taken the last event that it was given, but after the longest wait at the latest. */
  settled(): Promise<void> {
    if (this.#given === null) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.start(this.#maxWaitMs, resolve);
      this.#onTaken = () => {
        timer.stop();
        resolve();
      };
    });
  }

  /** Gives one event when the host has taken everything, or all of them. */
  #next(all = false): void {
    // A host that takes an event at once comes back here while it is given.
    if (this.#isGiving) return;
    this.#isGiving = true;
    for (let index = 0; ; index++) {
      const next = this.#waiting[index];
      if (next === undefined || !(all || this.#given === null)) {
        this.#waiting.splice(0, index);
        break;
      }
      this.#give(next);
    }
    this.#isGiving = false;
    this.#watch();
  }

  #give(event: T): void {
    const given = { event, at: this.#clock.monotonic() };
    this.#given = given;
    const taken = (): void => {
      if (this.#given !== given) return;
      this.#given = null;
      this.#onTaken();
      this.#next();
    };
    try {
      this.#options.give(event, taken);
    } catch (error) {
      this.#options.onError(messageOf(error));
      taken();
    }
  }

  /** Lets a timer run for as long as something waits for the event that was given last. */
  #watch(): void {
    this.#timer?.stop();
    this.#timer = null;
    if (this.#waiting.length === 0 || this.#given === null) return;
    const left = this.#given.at + this.#maxWaitMs - this.#clock.monotonic();
    this.#timer = this.#clock.start(Math.max(0, left), () => {
      this.#timer = null;
      this.#next(true);
    });
  }
}
