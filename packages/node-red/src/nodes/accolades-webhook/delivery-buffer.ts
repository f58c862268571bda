import {
  BoundedQueue,
  type CallRecord,
  type EndpointEventType,
  type WebhookMessage,
} from '@accolades-flow/core';

/** Messages held while the node is away; beyond it the oldest are dropped and reported. */
const MAX_HELD = 5_000;
/** Characters of JSON held while the node is away. A typical notification has about 500. */
const MAX_HELD_CHARS = 8 * 1024 * 1024;

/** The payload of a message: a request, or what became of a call. */
export type WebhookPayload = WebhookMessage | CallRecord;

/** One message for the flow. */
export interface Delivery {
  readonly type: EndpointEventType;
  readonly message: WebhookPayload;
  /** Identifies the request that waits for the flow's answer; null: no request waits. */
  readonly replyToken: string | null;
}

/** A deployed node that receives deliveries. */
export interface DeliveryTarget {
  deliver(delivery: Delivery): void;
  /** `count` messages were dropped because the buffer was full. */
  onDropped(count: number): void;
}

/** Passes messages to a node in order, and holds them while the node or its flows are stopped. */
export class DeliveryBuffer {
  /** Null: paused. */
  #target: DeliveryTarget | null = null;
  readonly #held = new BoundedQueue<Delivery>({
    maxItems: MAX_HELD,
    maxSize: MAX_HELD_CHARS,
    sizeOf: ({ message }) => JSON.stringify(message).length,
  });

  get length(): number {
    return this.#held.length;
  }

  /** Delivers a message now, or holds it while paused. */
  add(delivery: Delivery): void {
    if (this.#target !== null && this.#held.length === 0) this.#target.deliver(delivery);
    else this.#held.push(delivery);
  }

  pause(): void {
    this.#target = null;
  }

  /** Delivers the held messages, then each new one as it arrives. */
  resume(target: DeliveryTarget): void {
    this.#target = target;
    const dropped = this.#held.takeDropped();
    if (dropped > 0) target.onDropped(dropped);
    for (const delivery of this.#held.takeAll()) target.deliver(delivery);
  }

  /** Puts messages in front of all others, to be delivered again. */
  requeue(deliveries: readonly Delivery[]): void {
    this.#held.unshift(deliveries);
  }

  /** Empties the buffer. @returns the held messages, in order */
  takeAll(): Delivery[] {
    return this.#held.takeAll();
  }

  /**
   * Empties the buffer.
   * @returns how many messages were lost, dropped ones included
   */
  drop(): number {
    return this.#held.takeAll().length + this.#held.takeDropped();
  }
}
