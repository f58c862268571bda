import { messageOf } from '../errors.ts';
import { systemClock, type Clock, type Timer } from '../time/clock.ts';

/** How long the host has to take an event before the next ones no longer wait for it, in milliseconds. */
export const MAX_HAND_OVER_WAIT_MS = 1_000;

export interface HandOverOptions<T> {
  /**
   * Gives an event to the host.
   * @param taken to be called when the host has got so far with it that the next one cannot overtake it; idempotent
   */
  readonly give: (event: T, taken: () => void) => void;
  /** What an event is about, each named once: those that have one of them in common keep their order. */
  readonly topicsOf: (event: T) => readonly string[];
  /** `give` has thrown. */
  readonly onError: (message: string) => void;
  /** Default {@link MAX_HAND_OVER_WAIT_MS}. */
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
}

interface Entry<T> {
  readonly event: T;
  readonly topics: readonly string[];
  /** Those that wait for this one. */
  readonly followers: Entry<T>[];
  /** How many it waits for. */
  ahead: number;
  /** By the monotonic clock; 0 until then. */
  givenAt: number;
}

/**
 * Gives events to a host that would let several at a time overtake each other: each one when the host has taken all earlier ones of its
 * topics. What has nothing to wait for is given at once. When the host does not take an event in time, all that wait are given together:
 * a host that never says what it has taken delays no event by more than that.
 */
export class HandOver<T> {
  readonly #options: HandOverOptions<T>;
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<Entry<T>>();
  /** What the host was given and has not taken yet, the oldest first. */
  readonly #given = new Set<Entry<T>>();
  /** The last of each topic that the host has not taken. */
  readonly #last = new Map<string, Entry<T>>();
  /** What can be given now. */
  #free: Entry<T>[] = [];
  #timer: Timer | null = null;
  #isGiving = false;
  #onAllTaken: () => void = () => undefined;

  constructor(options: HandOverOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxWaitMs = options.maxWaitMs ?? MAX_HAND_OVER_WAIT_MS;
  }

  add(event: T): void {
    const topics = this.#options.topicsOf(event);
    const entry: Entry<T> = { event, topics, followers: [], ahead: 0, givenAt: 0 };
    for (const topic of topics) {
      const before = this.#last.get(topic);
      this.#last.set(topic, entry);
      if (before === undefined) continue;
      before.followers.push(entry);
      entry.ahead++;
    }
    this.#waiting.add(entry);
    if (entry.ahead === 0) this.#free.push(entry);
    this.#next();
  }

  /** Gives all that still waits, now. */
  flush(): void {
    this.#free = [...this.#waiting];
    this.#next();
  }

  /** Ends the wait, and gives back what the host was not given, in order. */
  close(): readonly T[] {
    const rest = [...this.#waiting];
    this.#waiting.clear();
    this.#free = [];
    // What comes later still waits for what was given.
    this.#last.clear();
    for (const entry of this.#given) for (const topic of entry.topics) this.#last.set(topic, entry);
    this.#watch();
    return rest.map(({ event }) => event);
  }

  /** Resolves when the host has taken all that it was given, but after the longest wait at the latest. */
  settled(): Promise<void> {
    if (this.#given.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.start(this.#maxWaitMs, resolve);
      this.#onAllTaken = () => {
        timer.stop();
        resolve();
      };
    });
  }

  #next(): void {
    // A host that takes an event at once comes back here while it is given.
    if (this.#isGiving) return;
    this.#isGiving = true;
    for (let free = this.#free; free.length > 0; free = this.#free) {
      this.#free = [];
      for (const entry of free) if (this.#waiting.delete(entry)) this.#give(entry);
    }
    this.#isGiving = false;
    this.#watch();
  }

  #give(entry: Entry<T>): void {
    entry.givenAt = this.#clock.monotonic();
    this.#given.add(entry);
    const taken = (): void => {
      this.#taken(entry);
      this.#next();
    };
    try {
      this.#options.give(entry.event, taken);
    } catch (error) {
      this.#taken(entry);
      this.#failed(error);
    }
  }

  /** A log that fails must not hold up what still waits. */
  #failed(error: unknown): void {
    try {
      this.#options.onError(messageOf(error));
    } catch {
      // There is nobody else to tell.
    }
  }

  #taken(entry: Entry<T>): void {
    if (!this.#given.delete(entry)) return;
    for (const topic of entry.topics) if (this.#last.get(topic) === entry) this.#last.delete(topic);
    for (const follower of entry.followers) if (--follower.ahead === 0) this.#free.push(follower);
    if (this.#given.size === 0) this.#onAllTaken();
  }

  /** Lets a timer run for as long as something waits for what was given. */
  #watch(): void {
    this.#timer?.stop();
    this.#timer = null;
    const [oldest] = this.#given;
    if (this.#waiting.size === 0 || oldest === undefined) return;
    const left = oldest.givenAt + this.#maxWaitMs - this.#clock.monotonic();
    this.#timer = this.#clock.start(Math.max(0, left), () => {
      this.#timer = null;
      this.#waitNoLonger();
    });
  }

  #waitNoLonger(): void {
    const late = this.#clock.monotonic() - this.#maxWaitMs;
    // What comes from now on waits for those that are given now, not for these.
    for (const entry of this.#given) if (entry.givenAt <= late) this.#taken(entry);
    this.flush();
  }
}
