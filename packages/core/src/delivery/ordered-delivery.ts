import { messageOf } from '../errors.ts';
import { callSafely } from '../hub/call-safely.ts';
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
  /** 0 for an entry that does not wait. */
  size: number;
  /** How many entries it waits for. */
  ahead: number;
  /** When it was first delivered, by the monotonic clock. */
  firstDeliveredAt: number;
  deliveredAt: number;
  attempts: number;
  takeBack: (() => void) | undefined;
}

/**
 * Delivers items to a host that would let them overtake each other: each item when the host has
 * acknowledged all earlier ones with the same key. An item with nothing to wait for is delivered at once.
 *
 * A host that stalls (it does not answer the check either) is waited for. From one that answers, but does
 * not acknowledge an item, the item is taken back and delivered again. One that has never acknowledged
 * anything does not know how to: nothing waits for it any more.
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
  /** Numbers the checks: one that answers late must not be taken for the current one; 0: none runs. */
  #check = 0;
  #checks = 0;
  /** Since when the host has acknowledged nothing though it should have; null: it does. */
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
      firstDeliveredAt: 0,
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
    if (entry.attempts === 0) entry.firstDeliveredAt = entry.deliveredAt;
    const attempt = ++entry.attempts;
    // Without acknowledgements these would pile up.
    if (this.#host.expected) this.#delivered.add(entry);
    const acknowledge = (): void => {
      if (attempt !== entry.attempts) return;
      this.#host.acknowledged();
      this.#endStall();
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
    if (this.#timer !== null || this.#check !== 0) return;
    const left = oldest.deliveredAt + this.#acknowledgeMs - this.#clock.monotonic();
    this.#startTimer(Math.max(0, left), () => {
      const [late] = this.#delivered;
      const now = this.#clock.monotonic();
      if (late !== undefined && late.deliveredAt + this.#acknowledgeMs <= now) this.#checkHost(late);
      else this.#watch();
    });
  }

  /** The oldest item is late: finds out whether the host is responsive. */
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

  /** The host could have acknowledged what was delivered before `startedAt`, but has not. */
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

  #isTooLate({ firstDeliveredAt, takeBack }: Entry<T>): boolean {
    const limit = takeBack === undefined ? KEPT_MS : GIVE_UP_MS;
    return this.#clock.monotonic() - firstDeliveredAt >= limit;
  }

  #deliverAgain(entry: Entry<T>): void {
    if (entry.takeBack === undefined) return;
    entry.takeBack();
    // To the end, so that the one that was delivered first stays first.
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
    this.#stallTimer.unref();
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
    this.#timer.unref();
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

  /** A log that fails must not hold up what still waits. */
  #report(report: DeliveryReport): void {
    callSafely(() => this.#options.onReport(report));
  }
}

/** A busy host gets more time with each attempt: else it would never come to save one. */
function graceMs(attempts: number): number {
  return Math.min(GRACE_MS * 2 ** (attempts - 1), MAX_GRACE_MS);
}
