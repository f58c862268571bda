import type { ServerResponse } from 'node:http';
import {
  AccoladesError,
  BoundedQueue,
  sendAnswer,
  type CheckedHead,
  type Refusal,
  type RequestHead,
  type WebhookEndpoint,
  type WebhookEventType,
  type WebhookMessage,
} from '@accolades-flow/core';
import { readBody } from '@accolades-flow/core/node';
import { openRequests } from '../../runtime/open-requests.ts';

/** Messages held for a node that is away; beyond it the oldest are dropped and reported. */
const MAX_HELD = 5_000;
/** Characters of JSON held for a node that is away. A usual notification has some 500. */
const MAX_HELD_CHARS = 8 * 1024 * 1024;

/** One message for the flow. */
export interface Delivery {
  readonly type: WebhookEventType;
  readonly message: WebhookMessage;
  /** Names the request that waits for the flow's answer; null: none does. */
  readonly replyToken: string | null;
}

/** A deployed node, as its path needs it. */
export interface Occupant {
  readonly endpoint: WebhookEndpoint;
  /** Whether the secret may be the last part of the path. */
  readonly hasSecret: boolean;
  deliver(delivery: Delivery): void;
  onRefused(refusal: Refusal): void;
  onWarning(error: AccoladesError): void;
  /** The flow had not answered in time. */
  onFallback(delivery: Delivery): void;
  onDropped(count: number): void;
}

/**
 * The path of a webhook node. It outlives the node for a while, since a redeployment takes nodes away and Accolades hangs a call up when
 * its path does not answer: meanwhile requests are answered as before, and what is for the flow is held until the node is back.
 */
export class Place {
  readonly path: string;
  readonly owner: string;
  #last: Occupant;
  #previous: WebhookEndpoint | null = null;
  #live = false;
  #flowing = false;
  readonly #held = new BoundedQueue<Delivery>({
    maxItems: MAX_HELD,
    maxSize: MAX_HELD_CHARS,
    sizeOf: ({ message }) => JSON.stringify(message).length,
  });

  constructor(path: string, owner: string, occupant: Occupant) {
    this.path = path;
    this.owner = owner;
    this.#last = occupant;
  }

  /** Whether its node is deployed now, as opposed to a place that is only kept. */
  get live(): boolean {
    return this.#live;
  }

  get hasSecret(): boolean {
    return this.#last.hasSecret;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Whether it is kept for a node that was there as this and has gone. */
  isKeptFor(occupant: Occupant): boolean {
    return !this.#live && this.#last === occupant;
  }

  /** The node is there, or there again. Delivery begins with {@link resume}. */
  attach(occupant: Occupant, held: readonly Delivery[] = []): void {
    if (this.#last !== occupant) {
      // Requests that the flow had before the redeployment may still be answered by it; those before that one are over.
      this.#previous?.close();
      this.#previous = this.#last.endpoint;
    }
    this.#last = occupant;
    this.#live = true;
    this.#flowing = false;
    this.#held.unshift(held);
  }

  /** The node is gone, for now. */
  detach(): void {
    this.#live = false;
    this.#flowing = false;
  }

  pause(): void {
    this.#flowing = false;
  }

  resume(): void {
    if (!this.#live) return;
    this.#flowing = true;
    const dropped = this.#held.takeDropped();
    if (dropped > 0) this.#last.onDropped(dropped);
    for (const delivery of this.#held.takeAll()) this.#last.deliver(delivery);
  }

  /** Messages that the node took but could not pass on: they come again, before all others. */
  giveBack(deliveries: readonly Delivery[]): void {
    this.#held.unshift(deliveries);
  }

  takeHeld(): Delivery[] {
    return this.#held.takeAll();
  }

  /** Empties what is held. @returns how many messages were lost, since the node was there */
  dropHeld(): number {
    return this.#held.takeAll().length + this.#held.takeDropped();
  }

  /** Ends the requests that still wait, with their fallback. Idempotent, never throws. */
  close(): void {
    this.#live = false;
    this.#flowing = false;
    this.#previous?.close();
    this.#last.endpoint.close();
  }

  /** Answers a browser that asks whether a page of another origin may send an event. */
  preflight(head: RequestHead, response: ServerResponse): void {
    const answer = this.#last.endpoint.guard.preflight(head);
    if ('kind' in answer) this.#refuse(answer, response);
    else sendAnswer(response, answer);
  }

  /**
   * Answers a request. Never throws.
   * @param body the body, when it has been read before; undefined: it is still unread
   */
  async serve(
    head: RequestHead,
    request: Parameters<typeof readBody>[0],
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    const { guard } = this.#last.endpoint;
    const checked = guard.checkHead(head);
    if (checked.kind === 'refused') {
      this.#refuse(checked, response);
      return;
    }
    let read = body;
    if (body === undefined) {
      try {
        read = await readBody(request, guard.maxBodyBytes);
      } catch (thrown) {
        const error = thrown instanceof AccoladesError ? thrown : new AccoladesError('BODY_MALFORMED');
        this.#refuse(guard.refusal(head, error), response);
        return;
      }
    }
    this.#receive(checked, read, response);
  }

  #receive(checked: CheckedHead, body: unknown, response: ServerResponse): void {
    // The node may have been exchanged while the body came in.
    const { endpoint } = this.#last;
    let onAnswered: (byFallback: boolean) => void = () => undefined;
    const received = endpoint.receiveBody(checked, body, (answer, by) => {
      sendAnswer(response, answer);
      onAnswered(by === 'fallback');
    });
    if (received.kind === 'refused') {
      this.#refuse(received, response);
      return;
    }
    // First of all, since Accolades hangs the call up when it is not answered.
    if (received.answer !== null) sendAnswer(response, received.answer);
    if (received.kind === 'ignored') return;
    const { type, message, replyToken, warning } = received;
    const delivery: Delivery = { type, message, replyToken };
    if (replyToken !== null) {
      openRequests.set(replyToken, endpoint.hangupReplyFormat);
      onAnswered = (byFallback) => {
        openRequests.delete(replyToken);
        if (byFallback) this.#last.onFallback(delivery);
      };
      response.once('close', () => {
        if (!openRequests.delete(replyToken)) return;
        endpoint.abandon(replyToken);
      });
    }
    if (warning !== null) this.#last.onWarning(warning);
    this.#deliver(delivery);
  }

  #deliver(delivery: Delivery): void {
    if (this.#flowing && this.#held.length === 0) {
      this.#last.deliver(delivery);
      return;
    }
    this.#held.push(delivery);
  }

  #refuse(refusal: Refusal, response: ServerResponse): void {
    sendAnswer(response, refusal.answer);
    this.#last.onRefused(refusal);
  }
}
