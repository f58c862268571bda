import { backoffDelay, type Clock, type Timer } from '@accolades-flow/core/web';
import type { AnsweredPage, ConnectorEvent, DeliveryOutcome } from './webhook-post.ts';

/** Beyond it the oldest are given up: what a flow is told of calls that are long over is of no use. */
export const MAX_QUEUED = 100;

type Failure = Extract<DeliveryOutcome, { kind: 'failed' }>;

export interface QueueListener {
  onDelivered(event: ConnectorEvent, page: AnsweredPage | null): void;
  /** `retryMs`: when it is tried again; null: it is given up. `waiting`: how many are in the queue. */
  onFailed(failure: Failure, retryMs: number | null, waiting: number): void;
  /** More came than are kept, or the endpoint will never take one. */
  onLost(count: number): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly post: (event: ConnectorEvent) => Promise<DeliveryOutcome>;
  readonly listener: QueueListener;
}

/**
 * Delivers events one after the other, in order, each until the endpoint has taken it. Since a lost answer looks like a lost event, one
 * may be posted more than once; its id makes the endpoint take it once.
 */
export class DeliveryQueue {
  readonly #options: QueueOptions;
  readonly #events: ConnectorEvent[] = [];
  #ended = false;
  #running = false;
  #posting = false;
  #failures = 0;
  #timer: Timer | null = null;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#events.length;
  }

  /** Begins to deliver: it is known where to. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#next();
  }

  /** Holds what comes until {@link start}. */
  pause(): void {
    this.#running = false;
    this.#stopTimer();
  }

  add(event: ConnectorEvent): void {
    if (this.#ended) return;
    this.#events.push(event);
    if (this.#events.length > MAX_QUEUED) {
      // The first one may be on its way.
      this.#events.splice(this.#posting ? 1 : 0, 1);
      this.#options.listener.onLost(1);
    }
    this.#next();
  }

  /** Ends a wait early: something has changed. */
  retryNow(): void {
    if (this.#timer === null) return;
    this.#stopTimer();
    this.#next();
  }

  /** Ends the queue and gives what is not known to be delivered, in order. What is on its way is not called back. */
  close(): readonly ConnectorEvent[] {
    this.pause();
    this.#ended = true;
    return this.#events.splice(0);
  }

  #next(): void {
    const [event] = this.#events;
    if (event === undefined || !this.#running || this.#posting || this.#timer !== null) return;
    this.#posting = true;
    void this.#options.post(event).then((outcome) => {
      this.#posting = false;
      if (this.#ended) return;
      this.#settle(event, outcome);
      this.#next();
    });
  }

  #settle(event: ConnectorEvent, outcome: DeliveryOutcome): void {
    const { clock, random, listener } = this.#options;
    if (outcome.kind === 'delivered') {
      this.#failures = 0;
      this.#events.shift();
      listener.onDelivered(event, outcome.page);
      return;
    }
    if (outcome.again === 'never') {
      this.#events.shift();
      listener.onFailed(outcome, null, this.#events.length);
      listener.onLost(1);
      return;
    }
    this.#failures++;
    // The ladders of the session: up to 30 seconds, or to a minute where somebody has to act.
    const ladder = outcome.again === 'soon' ? 'NETWORK' : 'ID_NOT_FOUND';
    const delay = backoffDelay(this.#failures, ladder, random);
    if (this.#running) {
      this.#timer = clock.start(delay, () => {
        this.#timer = null;
        this.#next();
      });
    }
    listener.onFailed(outcome, delay, this.#events.length);
  }

  #stopTimer(): void {
    this.#timer?.stop();
    this.#timer = null;
  }
}
