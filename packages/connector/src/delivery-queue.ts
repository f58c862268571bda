import { backoffDelay, type Clock, type Timer } from '@accolades-flow/core/web';
import type { AnsweredElsewhere, AnsweredPage, ConnectorEvent, DeliveryOutcome } from './webhook-post.ts';

/** Events held at most. The oldest are given up first: calls that are long over help no flow. */
export const MAX_QUEUED = 100;
/** Characters of content held at most. */
const MAX_QUEUED_CHARS = 2 * 1024 * 1024;
/** An event is given up after this time, in milliseconds. It is longer than a night. */
export const MAX_EVENT_AGE_MS = 12 * 3_600_000;
/**
 * Failures of the first event before the queue finds out whether the endpoint takes another one.
 */
export const FAILURES_BEFORE_PROBE = 3;
/** Time between two attempts for the events that were set aside, in milliseconds. */
const SET_ASIDE_RETRY_MS = 30_000;
/** Attempts for an event that was set aside, while the endpoint takes others. */
export const SET_ASIDE_ATTEMPTS = 10;

type Failure = Extract<DeliveryOutcome, { kind: 'failed' }>;

/** `full`: too many waited. `old`: waited too long. `refused`: the endpoint does not take it. */
export type LostReason = 'full' | 'old' | 'refused';

interface QueueListener {
  /** `waiting`: how many are left. */
  onDelivered(event: ConnectorEvent, page: AnsweredPage | AnsweredElsewhere | null, waiting: number): void;
  /** `waiting`: how many are left, this one included unless it is given up. */
  onFailed(failure: Failure, waiting: number): void;
  /** These events were given up. */
  onLost(count: number, reason: LostReason): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly post: (event: ConnectorEvent) => Promise<DeliveryOutcome>;
  readonly listener: QueueListener;
}

interface Entry {
  readonly event: ConnectorEvent;
  readonly chars: number;
  failures: number;
}

/**
 * Delivers events one at a time and in order, each until the endpoint has taken it. A lost answer
 * looks like a lost event, so an event may be posted twice; the endpoint knows it by its id.
 *
 * An event that the endpoint refuses must not hold up those behind it. After some failures of the
 * first event, another one is tried: if the endpoint takes that one, the first is set aside and
 * retried now and then; if not, the endpoint is down, and everything waits in order.
 */
export class DeliveryQueue {
  readonly #options: QueueOptions;
  readonly #events: Entry[] = [];
  readonly #setAside: Entry[] = [];
  #chars = 0;
  #running = false;
  #inFlight: Entry | null = null;
  /** Failures in a row of the endpoint as a whole. */
  #failures = 0;
  #timer: Timer | null = null;
  #probeNext = false;
  #probes = 0;
  #setAsideDue = false;
  #setAsideTimer: Timer | null = null;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#events.length + this.#setAside.length;
  }

  /** The event whose answer is awaited. */
  get inFlight(): ConnectorEvent | null {
    return this.#inFlight?.event ?? null;
  }

  /** All events without an acknowledgement, oldest first. */
  get waiting(): readonly ConnectorEvent[] {
    return [...this.#setAside, ...this.#events].map(({ event }) => event);
  }

  /** Begins to deliver, once the endpoint's address is known. */
  start(): void {
    this.#running = true;
    this.#armSetAside();
    this.#next();
  }

  /** Holds all events until {@link start}. The answer to a post in flight still counts. */
  pause(): void {
    this.#running = false;
    this.#stopTimers();
  }

  add(event: ConnectorEvent): void {
    const { content } = event;
    const chars = 'frame' in content ? content.frame.length : 0;
    this.#events.push({ event, chars, failures: 0 });
    this.#chars += chars;
    this.#dropExcess();
    this.#next();
  }

  /** Forgets an event that was delivered in another way. */
  remove(event: ConnectorEvent): void {
    const entry = [...this.#setAside, ...this.#events].find((candidate) => candidate.event === event);
    if (entry !== undefined) this.#remove(entry);
  }

  /** Ends all waits early, since something has changed. */
  retryNow(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#setAsideDue = this.#setAside.length > 0;
    this.#next();
  }

  #next(): void {
    if (!this.#running || this.#inFlight !== null || this.#timer !== null) return;
    this.#dropOld();
    const entry = this.#choose();
    if (entry === undefined) return;
    const first = this.#events[0];
    const passedOver = entry !== first && this.#events.includes(entry) ? (first ?? null) : null;
    this.#inFlight = entry;
    void this.#options.post(entry.event).then((outcome) => {
      this.#inFlight = null;
      try {
        this.#settle(entry, passedOver, outcome);
      } finally {
        this.#next();
      }
    });
  }

  #choose(): Entry | undefined {
    // While the endpoint is down, an attempt would say nothing about the event.
    if (this.#setAsideDue && this.#failures === 0) {
      this.#setAsideDue = false;
      this.#armSetAside();
      if (this.#setAside[0] !== undefined) return this.#setAside[0];
    }
    if (this.#probeNext) {
      this.#probeNext = false;
      const others = this.#events.slice(1);
      // Another one each time, since the next one may be refused as well.
      if (others.length > 0) return others[this.#probes++ % others.length];
    }
    return this.#events[0];
  }

  /** @param passedOver the first event, when this one was tried before it */
  #settle(entry: Entry, passedOver: Entry | null, outcome: DeliveryOutcome): void {
    const { listener } = this.#options;
    if (outcome.kind === 'delivered') {
      this.#failures = 0;
      this.#remove(entry);
      if (passedOver !== null) this.#putAside(passedOver);
      listener.onDelivered(entry.event, outcome.page, this.size);
      return;
    }
    entry.failures++;
    const isLast = this.#setAside.includes(entry) && entry.failures >= SET_ASIDE_ATTEMPTS;
    if (outcome.again === 'never' || isLast) {
      this.#remove(entry);
      listener.onFailed(outcome, this.size);
      listener.onLost(1, 'refused');
      return;
    }
    if (this.#setAside.includes(entry)) this.#rotateSetAside();
    else this.#afterFailure(entry, passedOver !== null, outcome);
    listener.onFailed(outcome, this.size);
  }

  #afterFailure(entry: Entry, isProbe: boolean, { again, status }: Failure): void {
    const { clock, random } = this.#options;
    if (!isProbe) {
      this.#failures++;
      // A wrong secret (401) is wrong for every event.
      this.#probeNext = status !== 401 && entry.failures >= FAILURES_BEFORE_PROBE && this.#events.length > 1;
      if (this.#probeNext) return;
    }
    if (!this.#running) return;
    // The session's waits: up to 30 s, or up to 60 s when a person has to act.
    const delay = backoffDelay(this.#failures, again === 'soon' ? 'NETWORK' : 'ID_NOT_FOUND', random);
    this.#timer = clock.start(delay, () => {
      this.#timer = null;
      this.#next();
    });
  }

  #putAside(entry: Entry): void {
    const index = this.#events.indexOf(entry);
    // It may have been given up meanwhile.
    if (index < 0) return;
    this.#events.splice(index, 1);
    entry.failures = 0;
    this.#setAside.push(entry);
    this.#armSetAside();
  }

  #rotateSetAside(): void {
    const first = this.#setAside.shift();
    if (first !== undefined) this.#setAside.push(first);
  }

  #armSetAside(): void {
    if (this.#setAsideTimer !== null || this.#setAside.length === 0 || !this.#running) return;
    this.#setAsideTimer = this.#options.clock.start(SET_ASIDE_RETRY_MS, () => {
      this.#setAsideTimer = null;
      this.#setAsideDue = true;
      this.#next();
    });
  }

  #dropExcess(): void {
    let dropped = 0;
    while (this.size > MAX_QUEUED || (this.#chars > MAX_QUEUED_CHARS && this.size > 1)) {
      const oldest = [...this.#setAside, ...this.#events].find((entry) => entry !== this.#inFlight);
      if (oldest === undefined) break;
      this.#remove(oldest);
      dropped++;
    }
    if (dropped > 0) this.#options.listener.onLost(dropped, 'full');
  }

  #dropOld(): void {
    const oldest = this.#options.clock.monotonic() - MAX_EVENT_AGE_MS;
    const old = [...this.#setAside, ...this.#events].filter(({ event }) => event.at < oldest);
    for (const entry of old) this.#remove(entry);
    if (old.length > 0) this.#options.listener.onLost(old.length, 'old');
  }

  #remove(entry: Entry): void {
    for (const list of [this.#events, this.#setAside]) {
      const index = list.indexOf(entry);
      if (index < 0) continue;
      list.splice(index, 1);
      this.#chars -= entry.chars;
    }
    if (this.#setAside.length > 0) return;
    this.#setAsideTimer?.stop();
    this.#setAsideTimer = null;
  }

  #stopTimers(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#setAsideTimer?.stop();
    this.#setAsideTimer = null;
  }
}
