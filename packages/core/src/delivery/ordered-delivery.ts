import { messageOf } from '../errors.ts';
import { callSafely } from '../call-safely.ts';
import type { Clock, Timer } from '../time/clock.ts';
import {
  ACKNOWLEDGE_MS,
  CHECK_AGAIN_MS,
  GIVE_UP_MS,
  GRACE_MS,
  KEPT_MS,
  MAX_GRACE_MS,
  STALL_REPORT_MS,
  type DeliveryReport,
  type OrderedDeliveryOptions,
} from './delivery-options.ts';
import { HostAcknowledgements } from './host-acknowledgements.ts';

interface Entry<T> {
  readonly item: T;
  readonly keys: readonly string[];
  /** Entries that wait for this one. */
  readonly followers: Entry<T>[];
  /** 0 when the entry does not wait. */
  size: number;
  /** Number of entries that it waits for. */
  ahead: number;
  /** Monotonic time of the first delivery. */
  firstDeliveredAt: number;
  deliveredAt: number;
  attempts: number;
  withdraw: (() => void) | undefined;
}

/**
 * Delivers items in order to a host that may reorder them: an item waits until the host has
 * acknowledged all earlier items with the same key. Without such items it is delivered at once.
 *
 * If the host stalls (it does not answer the check either), delivery waits. If the host answers but
 * does not acknowledge an item, the item is withdrawn and delivered again. If the host has never
 * acknowledged an item, it does not support this, and delivery no longer waits.
 */
export class OrderedDelivery<T> {
  readonly #options: OrderedDeliveryOptions<T>;
  readonly #clock: Clock;
  readonly #host: HostAcknowledgements;
  readonly #acknowledgeMs: number;
  /** In order of arrival. */
  readonly #waiting = new Set<Entry<T>>();
  #waitingSize = 0;
  #isFull = false;
  /** Delivered but not acknowledged entries. */
  readonly #delivered = new Set<Entry<T>>();
  /** The last unacknowledged entry of each key. */
  readonly #last = new Map<string, Entry<T>>();
  /** Entries to deliver now. */
  #free: Entry<T>[] = [];
  #timer: Timer | null = null;
  #stallTimer: Timer | null = null;
  /** Number of the current check; 0: none. A late answer of an earlier check is ignored. */
  #check = 0;
  #checks = 0;
  /** Start of the stall, by the monotonic clock; null: the host does not stall. */
  #stalledSince: number | null = null;
  #stallReported = false;
  #isDelivering = false;
  #closed = false;
  #onAllAcknowledged: () => void = () => undefined;

  constructor(options: OrderedDeliveryOptions<T>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#host = options.host ?? new HostAcknowledgements();
    this.#acknowledgeMs = options.acknowledgeMs ?? ACKNOWLEDGE_MS;
  }

  /** Number of items that wait for an earlier acknowledgement. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Number of delivered items without an acknowledgement. */
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
      firstDeliveredAt: 0,
      deliveredAt: 0,
      attempts: 0,
      withdraw: undefined,
    };
    if (this.#host.expected && !this.#closed) this.#queueBehindOthers(entry);
    this.#waiting.add(entry);
    if (entry.ahead === 0) this.#free.push(entry);
    else this.#hold(entry);
    this.#deliverFree();
  }

  /** Delivers all waiting items now. */
  flush(): void {
    this.#free = [...this.#waiting];
    this.#deliverFree();
  }

  /**
   * Stops delivery, waits briefly for acknowledgements and withdraws unacknowledged items. Items
   * added later are delivered at once.
   * @returns the items that the host did not get, in order
   */
  async close(): Promise<readonly T[]> {
    this.#closed = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#waitingSize = 0;
    this.#free = [];
    await this.#allAcknowledged();
    // A host that never acknowledges may have saved the items: do not withdraw them.
    const withdrawn = this.#host.seen ? [...this.#delivered].filter(({ withdraw }) => withdraw) : [];
    for (const { withdraw } of withdrawn) withdraw?.();
    this.#delivered.clear();
    this.#last.clear();
    this.#stopTimers();
    return [...withdrawn, ...waiting].map(({ item }) => item);
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
    // A host that acknowledges at once calls this during a delivery.
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

  /**
   * Reports room at half of the limits, so that the owner does not stop and continue with each
   * item.
   */
  #lookForRoom(): void {
    const { capacity } = this.#options;
    if (capacity === undefined || !this.#isFull || this.#closed) return;
    if (this.#waiting.size > capacity.maxItems / 2 || this.#waitingSize > capacity.maxSize / 2) return;
    this.#isFull = false;
    capacity.onRoom();
  }

  #deliver(entry: Entry<T>): void {
    entry.deliveredAt = this.#clock.monotonic();
    if (entry.attempts === 0) entry.firstDeliveredAt = entry.deliveredAt;
    const attempt = ++entry.attempts;
    // Without acknowledgements these entries would accumulate.
    if (this.#host.expected) this.#delivered.add(entry);
    const acknowledge = (): void => {
      if (attempt !== entry.attempts) return;
      this.#host.acknowledged();
      this.#endStall();
      this.#release(entry);
      this.#deliverFree();
    };
    try {
      entry.withdraw = this.#options.deliver(entry.item, acknowledge);
    } catch (error) {
      this.#release(entry);
      this.#report({ kind: 'failed', message: messageOf(error) });
    }
  }

  /** Lets the followers of an entry proceed. */
  #release(entry: Entry<T>): void {
    if (!this.#delivered.delete(entry)) return;
    for (const key of entry.keys) if (this.#last.get(key) === entry) this.#last.delete(key);
    for (const follower of entry.followers) if (--follower.ahead === 0) this.#free.push(follower);
    if (this.#delivered.size === 0) this.#onAllAcknowledged();
  }

  /** Runs a timer until the host has acknowledged everything. */
  #watch(): void {
    const [oldest] = this.#delivered;
    if (oldest === undefined || this.#closed) {
      this.#stopTimers();
      return;
    }
    if (this.#timer !== null || this.#check !== 0) return;
    const left = oldest.deliveredAt + this.#acknowledgeMs - this.#clock.monotonic();
    this.#startTimer(Math.max(0, left), () => {
      const [late] = this.#delivered;
      const now = this.#clock.monotonic();
      if (late !== undefined && late.deliveredAt + this.#acknowledgeMs <= now) this.#checkHost(late);
      else this.#watch();
    });
  }

  /** Checks whether the host is responsive, because the oldest item is late. */
  #checkHost(late: Entry<T>): void {
    const startedAt = this.#clock.monotonic();
    this.#beginStall(late);
    const check = ++this.#checks;
    this.#check = check;
    const onAnswer = (ms: number, next: () => void): void => {
      if (check !== this.#check) return;
      this.#startTimer(ms, () => {
        this.#check = 0;
        next();
        this.#watch();
      });
    };
    const pending = this.#ask(late.item) ?? Promise.resolve();
    pending.then(
      () => {
        onAnswer(graceMs(late.attempts), () => {
          this.#settleLate(startedAt);
        });
      },
      () => {
        onAnswer(CHECK_AGAIN_MS, () => undefined);
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

  /** Handles items delivered before `startedAt` that a responsive host has not acknowledged. */
  #settleLate(startedAt: number): void {
    const late = [...this.#delivered].filter(({ deliveredAt }) => deliveredAt <= startedAt);
    if (late.length === 0) return;
    const givenUp = late.filter((entry) => !this.#host.seen || this.#isTooLate(entry));
    if (givenUp.length > 0 && this.#host.silent()) {
      this.#report({ kind: 'unacknowledging' });
      this.#last.clear();
      this.#delivered.clear();
      this.flush();
      return;
    }
    for (const entry of late) {
      if (givenUp.includes(entry)) this.#release(entry);
      else this.#deliverAgain(entry);
    }
    if (givenUp.length > 0) this.#report({ kind: 'lost', count: givenUp.length });
    this.#deliverFree();
  }

  #isTooLate({ firstDeliveredAt, withdraw }: Entry<T>): boolean {
    const limit = withdraw === undefined ? KEPT_MS : GIVE_UP_MS;
    return this.#clock.monotonic() - firstDeliveredAt >= limit;
  }

  #deliverAgain(entry: Entry<T>): void {
    if (entry.withdraw === undefined) return;
    entry.withdraw();
    // Move it to the end, so that the set stays ordered by delivery time.
    this.#delivered.delete(entry);
    this.#deliver(entry);
  }

  #beginStall({ firstDeliveredAt }: Entry<T>): void {
    if (this.#stalledSince !== null) return;
    this.#stalledSince = firstDeliveredAt;
    const left = STALL_REPORT_MS - this.#acknowledgeMs;
    this.#stallTimer = this.#clock.start(Math.max(0, left), () => {
      this.#stallTimer = null;
      this.#stallReported = true;
      this.#report({ kind: 'stalled', waiting: this.#waiting.size });
    });
  }

  #endStall(): void {
    this.#stallTimer?.stop();
    this.#stallTimer = null;
    const since = this.#stalledSince;
    this.#stalledSince = null;
    if (!this.#stallReported || since === null) return;
    this.#stallReported = false;
    this.#report({ kind: 'resumed', stalledMs: this.#clock.monotonic() - since });
  }

  #startTimer(ms: number, callback: () => void): void {
    this.#timer?.stop();
    this.#timer = this.#clock.start(ms, () => {
      this.#timer = null;
      callback();
    });
  }

  #stopTimers(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#stallTimer?.stop();
    this.#stallTimer = null;
    this.#stalledSince = null;
    this.#stallReported = false;
    this.#check = 0;
  }

  /** A failing log must not stop the delivery. */
  #report(report: DeliveryReport): void {
    callSafely(() => this.#options.onReport(report));
  }
}

/** Gives a busy host more time with each attempt, so that it can save an item at all. */
function graceMs(attempts: number): number {
  return Math.min(GRACE_MS * 2 ** (attempts - 1), MAX_GRACE_MS);
}
