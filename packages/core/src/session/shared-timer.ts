import { startDeadline, type Clock, type Timer } from '../time/clock.ts';

/** One that waits for a {@link SharedTimer}, whose list it is an element of: thousands wait, and a timer of their own would be dear. */
export interface Waiter {
  previous: Waiter | null;
  next: Waiter | null;
  /** By the monotonic clock; null: it does not wait. */
  due: number | null;
  /** Whether the process is to stay alive while it waits. */
  keepsProcessAlive: boolean;
  elapsed(): void;
}

/** Those who are due so soon after the first are called with it, in milliseconds: to wake up for each costs more than what it does. */
const TOGETHER_MS = 20;

/** One timer for all that wait equally long, each from its own beginning. It runs while somebody waits. */
export class SharedTimer {
  readonly #clock: Clock;
  readonly #ms: number;
  /** The list in the order in which they began, which is also that in which they are due. */
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  /** How many of them keep the process alive. */
  #keeping = 0;
  #timer: Timer | null = null;

  /** @param ms how long each waits, in milliseconds */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Calls `elapsed` once, at most {@link TOGETHER_MS} early; one that waits already begins anew. */
  start(waiter: Waiter): void {
    this.#remove(waiter);
    waiter.due = this.#clock.monotonic() + this.#ms;
    waiter.previous = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    if (waiter.keepsProcessAlive) this.#keeping++;
    this.#watch();
  }

  /** Idempotent. */
  stop(waiter: Waiter): void {
    this.#remove(waiter);
    this.#watch();
  }

  keepProcessAlive(waiter: Waiter, keep: boolean): void {
    if (waiter.keepsProcessAlive === keep) return;
    waiter.keepsProcessAlive = keep;
    if (waiter.due === null) return;
    this.#keeping += keep ? 1 : -1;
    this.#refer();
  }

  #remove(waiter: Waiter): void {
    if (waiter.due === null) return;
    if (waiter.previous === null) this.#first = waiter.next;
    else waiter.previous.next = waiter.next;
    if (waiter.next === null) this.#last = waiter.previous;
    else waiter.next.previous = waiter.previous;
    waiter.previous = null;
    waiter.next = null;
    waiter.due = null;
    if (waiter.keepsProcessAlive) this.#keeping--;
  }

  /** A timer that runs is left alone: it finds out itself that the one that it ran for is gone. */
  #watch(): void {
    const due = this.#first?.due ?? null;
    if (due === null) {
      this.#timer?.stop();
      this.#timer = null;
      return;
    }
    this.#timer ??= startDeadline(this.#clock, Math.max(0, Math.ceil(due - this.#clock.monotonic())), () => {
      this.#timer = null;
      this.#serve();
    });
    this.#refer();
  }

  #refer(): void {
    if (this.#keeping > 0) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #serve(): void {
    const now = this.#clock.monotonic();
    try {
      for (let one = this.#first; one !== null && (one.due ?? 0) <= now + TOGETHER_MS; one = this.#first) {
        this.#remove(one);
        one.elapsed();
      }
    } finally {
      this.#watch();
    }
  }
}

const timers = new WeakMap<Clock, Map<number, SharedTimer>>();

/** The one for all that wait `ms` milliseconds by this clock. */
export function sharedTimer(clock: Clock, ms: number): SharedTimer {
  const byLength = timers.get(clock) ?? new Map<number, SharedTimer>();
  const timer = byLength.get(ms) ?? new SharedTimer(clock, ms);
  timers.set(clock, byLength.set(ms, timer));
  return timer;
}
