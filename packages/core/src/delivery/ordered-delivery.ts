import { messageOf } from '../errors.ts';
import type { Clock, Timer } from '../time/clock.ts';
import { HostAcknowledgements } from './host-acknowledgements.ts';

/** How long an acknowledgement may take before the host is checked, in milliseconds. */
export const ACKNOWLEDGE_MS = 1_000;
/**
 * How long an item that was delivered before the check may still take after it, in milliseconds. A busy
 * n8n needs a second or two between reading the workflow and saving the execution.
 */
export const GRACE_MS = 5_000;
/** How long a host that cannot be checked may take, in milliseconds. */
export const UNCHECKED_MS = 60_000;
/** A stall that lasts so long is reported, in milliseconds. */
export const STALL_REPORT_MS = 10_000;
/** Time between two checks that fail, in milliseconds. */
const CHECK_AGAIN_MS = 1_000;

export type DeliveryReport =
  /** The host has acknowledged nothing for {@link STALL_REPORT_MS}; `waiting` items are held. */
  | { readonly kind: 'stalled'; readonly waiting: number }
  /** The host acknowledges again. */
  | { readonly kind: 'resumed'; readonly stalledMs: number }
  /** The host is responsive, but has not acknowledged these items. */
  | { readonly kind: 'lost'; readonly count: number }
  /** The host gives no acknowledgements: from now on nothing waits for them. */
  | { readonly kind: 'unacknowledging' }
  /** `deliver` has thrown. */
  | { readonly kind: 'failed'; readonly message: string };

/** Limits of what waits. It is up to the owner to add nothing between `onFull` and `onRoom`. */
export interface DeliveryCapacity<T> {
  readonly maxItems: number;
  /** In the unit of `sizeOf`. */
  readonly maxSize: number;
  readonly sizeOf: (item: T) => number;
  readonly onFull: () => void;
  readonly onRoom: () => void;
}

export interface OrderedDeliveryOptions<T> {
  /**
   * Gives an item to the host.
   * @param acknowledge to be called when a later item cannot overtake this one any more; idempotent
   * @returns how to take the item back from a host that has not acknowledged it, so that it can be
   *   delivered again; undefined: it cannot be taken back
   */
  readonly deliver: (item: T, acknowledge: () => void) => (() => void) | undefined;
  /** Items that have a key in common keep their order. Each key once. */
  readonly keysOf: (item: T) => readonly string[];
  /**
   * Asks the host for something that it can only do while it is able to acknowledge: resolves when it did.
   * Tells a stalled host from one that lost an item. Null: this host cannot be asked.
   */
  readonly check?: (item: T) => Promise<unknown> | null;
  readonly onReport: (report: DeliveryReport) => void;
  /** Default: nothing limits what waits. */
  readonly capacity?: DeliveryCapacity<T>;
  /** Default: one of its own. */
  readonly host?: HostAcknowledgements;
  /** Default {@link ACKNOWLEDGE_MS}. */
  readonly acknowledgeMs?: number;
  readonly clock: Clock;
}

interface Entry<T> {
  readonly item: T;
  readonly keys: readonly string[];
  /** Entries that wait for this one. */
  readonly followers: Entry<T>[];
  /** 0 for an entry that does not wait. */
  size: number;
  /** How many entries it waits for. */
  ahead: number;
  /** By the monotonic clock. */
  deliveredAt: number;
  attempts: number;
  takeBack: (() => void) | undefined;
}

/**
 * Delivers items to a host that would let them overtake each other: each item when the host has
 * acknowledged all earlier ones with the same key. An item with nothing to wait for is delivered at once.
 *
 * A host that stalls (it does not answer the check either) is waited for. One that answers, but does not
 * acknowledge an item, has lost it: the item is delivered once more where that is safe, else reported. When
 * the host acknowledges nothing at all, nothing waits any more.
 */
export class OrderedDelivery<T> {
  readonly #options: OrderedDeliveryOptions<T>;
  readonly #clock: Clock;
  readonly #host: HostAcknowledgements;
  readonly #acknowledgeMs: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<Entry<T>>();
  #waitingSize = 0;
  #isFull = false;
  /** Delivered, not acknowledged. */
  readonly #delivered = new Set<Entry<T>>();
  /** The last entry of each key that is not acknowledged. */
  readonly #last = new Map<string, Entry<T>>();
  /** What can be delivered now. */
  #free: Entry<T>[] = [];
  #timer: Timer | null = null;
  #stallTimer: Timer | null = null;
  /** When the first of the items was delivered for which the host is being checked; null: no check runs. */
  #checkedSince: number | null = null;
  #stallReported = false;
  /** Tells the current check from an earlier one that answers late. */
  #check = 0;
  #lastAcknowledgedAt = -Infinity;
  #isDelivering = false;
  #closed = false;
  #onAllAcknowledged: () => void = () => undefined;

  constructor(options: OrderedDeliveryOptions<T>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#host = options.host ?? new HostAcknowledgements();
    this.#acknowledgeMs = options.acknowledgeMs ?? ACKNOWLEDGE_MS;
  }

  /** How many items wait for an acknowledgement of an earlier one. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many items the host was given and has not acknowledged. */
  get unacknowledged(): number {
    return this.#delivered.size;
  }

  add(item: T): void {
    const keys = this.#options.keysOf(item);
    const entry: Entry<T> = {
      item,
      keys,
      followers: [],
      size: 0,
      ahead: 0,
      deliveredAt: 0,
      attempts: 0,
      takeBack: undefined,
    };
    if (this.#host.expected && !this.#closed) this.#queueBehindOthers(entry);
    this.#waiting.add(entry);
    if (entry.ahead === 0) this.#free.push(entry);
    else this.#hold(entry);
    this.#deliverFree();
  }

  /** Delivers everything that waits, now. */
  flush(): void {
    this.#free = [...this.#waiting];
    this.#deliverFree();
  }

  /**
   * Stops delivering, gives the host a last chance to acknowledge, and takes back from it what it has not.
   * What is added after this is delivered at once.
   * @returns the items that the host has not got, in the order in which they came
   */
  async close(): Promise<readonly T[]> {
    this.#closed = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#waitingSize = 0;
    this.#free = [];
    await this.#allAcknowledged();
    // A host that was never seen to acknowledge may well have it.
    const takenBack = this.#host.seen ? [...this.#delivered].filter(({ takeBack }) => takeBack) : [];
    for (const { takeBack } of takenBack) takeBack?.();
    this.#delivered.clear();
    this.#last.clear();
    this.#stopTimers();
    return [...takenBack, ...waiting].map(({ item }) => item);
  }

  #allAcknowledged(): Promise<void> {
    if (this.#delivered.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.start(this.#acknowledgeMs, resolve);
      this.#onAllAcknowledged = () => {
        timer.stop();
        resolve();
      };
    });
  }

  #queueBehindOthers(entry: Entry<T>): void {
    for (const key of entry.keys) {
      const before = this.#last.get(key);
      this.#last.set(key, entry);
      if (before === undefined) continue;
      before.followers.push(entry);
      entry.ahead++;
    }
  }

  #deliverFree(): void {
    // A host that acknowledges at once comes back here during a delivery.
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let free = this.#free; free.length > 0; free = this.#free) {
      this.#free = [];
      for (const entry of free) {
        if (!this.#waiting.delete(entry)) continue;
        this.#waitingSize -= entry.size;
        this.#deliver(entry);
      }
      this.#lookForRoom();
    }
    this.#isDelivering = false;
    this.#watch();
  }

  #hold(entry: Entry<T>): void {
    const { capacity } = this.#options;
    if (capacity === undefined) return;
    entry.size = capacity.sizeOf(entry.item);
    this.#waitingSize += entry.size;
    if (this.#isFull) return;
    this.#isFull = this.#waiting.size >= capacity.maxItems || this.#waitingSize >= capacity.maxSize;
    if (this.#isFull) capacity.onFull();
  }

  /** At half of the limits, so that the owner does not stop and go on with each item. */
  #lookForRoom(): void {
    const { capacity } = this.#options;
    if (capacity === undefined || !this.#isFull || this.#closed) return;
    if (this.#waiting.size > capacity.maxItems / 2 || this.#waitingSize > capacity.maxSize / 2) return;
    this.#isFull = false;
    capacity.onRoom();
  }

  #deliver(entry: Entry<T>): void {
    entry.deliveredAt = this.#clock.monotonic();
    const attempt = ++entry.attempts;
    // Without acknowledgements these would pile up.
    if (this.#host.expected) this.#delivered.add(entry);
    const acknowledge = (): void => {
      if (attempt !== entry.attempts) return;
      this.#host.acknowledged();
      this.#lastAcknowledgedAt = this.#clock.monotonic();
      this.#release(entry);
      this.#deliverFree();
    };
    try {
      entry.takeBack = this.#options.deliver(entry.item, acknowledge);
    } catch (error) {
      this.#release(entry);
      this.#report({ kind: 'failed', message: messageOf(error) });
    }
  }

  /** The entry holds up others no longer. */
  #release(entry: Entry<T>): void {
    if (!this.#delivered.delete(entry)) return;
    for (const key of entry.keys) if (this.#last.get(key) === entry) this.#last.delete(key);
    for (const follower of entry.followers) if (--follower.ahead === 0) this.#free.push(follower);
    if (this.#delivered.size === 0) this.#onAllAcknowledged();
  }

  /** Lets a timer run for as long as the host has not acknowledged everything. */
  #watch(): void {
    const [oldest] = this.#delivered;
    if (oldest === undefined || this.#closed) {
      this.#stopTimers();
      return;
    }
    if (this.#checkedSince !== null) {
      if (oldest.deliveredAt <= this.#checkedSince) return;
      this.#stopTimers();
    }
    if (this.#timer !== null) return;
    const left = oldest.deliveredAt + this.#acknowledgeMs - this.#clock.monotonic();
    this.#startTimer(Math.max(0, left), () => {
      const [late] = this.#delivered;
      const now = this.#clock.monotonic();
      if (late !== undefined && late.deliveredAt + this.#acknowledgeMs <= now) this.#checkHost(late);
      else this.#watch();
    });
  }

  /** The oldest item is late: finds out whether the host stalls or has lost it. */
  #checkHost(late: Entry<T>): void {
    const startedAt = this.#clock.monotonic();
    const since = this.#checkedSince ?? late.deliveredAt;
    this.#checkedSince = since;
    this.#watchStall(since);
    const check = ++this.#check;
    const pending = this.#ask(late.item);
    if (pending === null) {
      this.#startTimer(this.#host.seen ? UNCHECKED_MS : GRACE_MS, () => {
        this.#settleLate(startedAt);
      });
      return;
    }
    pending.then(
      () => {
        if (check !== this.#check || this.#checkedSince === null) return;
        const answeredAt = this.#clock.monotonic();
        this.#startTimer(GRACE_MS, () => {
          this.#settleLate(startedAt, answeredAt);
        });
      },
      () => {
        if (check !== this.#check || this.#checkedSince === null) return;
        this.#startTimer(CHECK_AGAIN_MS, () => {
          this.#checkHost(late);
        });
      },
    );
  }

  #ask(item: T): Promise<unknown> | null {
    try {
      return this.#options.check?.(item) ?? null;
    } catch {
      return null;
    }
  }

  #watchStall(since: number): void {
    if (this.#stallTimer !== null || this.#stallReported) return;
    const left = since + STALL_REPORT_MS - this.#clock.monotonic();
    this.#stallTimer = this.#clock.start(Math.max(0, left), () => {
      this.#stallTimer = null;
      this.#stallReported = true;
      this.#report({ kind: 'stalled', waiting: this.#waiting.size });
    });
    this.#stallTimer.unref();
  }

  /** The host could have acknowledged what was delivered before `startedAt`, but has not. */
  #settleLate(startedAt: number, answeredAt = startedAt): void {
    const late = [...this.#delivered].filter(({ deliveredAt }) => deliveredAt <= startedAt);
    this.#endCheck();
    if (this.#lastAcknowledgedAt < answeredAt && this.#host.silent()) {
      this.#report({ kind: 'unacknowledging' });
    }
    if (!this.#host.expected) {
      this.#last.clear();
      this.#delivered.clear();
      this.flush();
      return;
    }
    let lost = 0;
    for (const entry of late) {
      const { takeBack, attempts } = entry;
      if (takeBack !== undefined && attempts === 1) {
        takeBack();
        // Behind what was delivered later, so that the oldest stays first.
        this.#delivered.delete(entry);
        this.#deliver(entry);
      } else {
        lost++;
        this.#release(entry);
      }
    }
    if (lost > 0) this.#report({ kind: 'lost', count: lost });
    this.#deliverFree();
  }

  #startTimer(ms: number, callback: () => void): void {
    this.#timer?.stop();
    this.#timer = this.#clock.start(ms, () => {
      this.#timer = null;
      callback();
    });
    this.#timer.unref();
  }

  #stopTimers(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#endCheck();
  }

  #endCheck(): void {
    const since = this.#checkedSince;
    this.#checkedSince = null;
    this.#stallTimer?.stop();
    this.#stallTimer = null;
    if (!this.#stallReported || since === null) return;
    this.#stallReported = false;
    if (this.#closed) return;
    this.#report({ kind: 'resumed', stalledMs: this.#clock.monotonic() - since });
  }

  /** A log that fails must not hold up what still waits. */
  #report(report: DeliveryReport): void {
    try {
      this.#options.onReport(report);
    } catch {
      // There is nobody else to tell.
    }
  }
}
