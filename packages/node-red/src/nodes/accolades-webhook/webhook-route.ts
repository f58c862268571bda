import type { ServerResponse } from 'node:http';
import {
  AccoladesError,
  sendAnswer,
  type CheckedHead,
  type HttpAnswer,
  type Refusal,
  type RequestHead,
  type WebhookEndpoint,
} from '@accolades-flow/core';
import { processOutcomes, readBody } from '@accolades-flow/core/node';
import { openRequests } from '../../runtime/open-requests.ts';
import { DeliveryBuffer, type Delivery, type DeliveryTarget } from './delivery-buffer.ts';

const UNAVAILABLE: HttpAnswer = { status: 503, headers: {}, body: '' };

/** A deployed webhook node, as seen by its route. */
export interface DeployedNode extends DeliveryTarget {
  readonly endpoint: WebhookEndpoint;
  /** Whether the secret may be the last part of the path. */
  readonly hasSecret: boolean;
  onRefused(refusal: Refusal): void;
  onWarning(error: AccoladesError): void;
  /** The flow did not answer in time. */
  onFallback(delivery: Delivery): void;
}

/**
 * The path of a webhook node. It outlives the node for a while: a deployment removes nodes and
 * creates them again, and Accolades hangs up a call when its path does not answer. Until the node
 * is back, requests are answered as before and messages for the flow are held.
 */
export class WebhookRoute {
  readonly path: string;
  readonly owner: string;
  readonly #buffer = new DeliveryBuffer();
  readonly #onUnavailable: () => void;
  #node: DeployedNode;
  #previousEndpoint: WebhookEndpoint | null = null;
  #live = false;
  #isClosed = false;

  /** @param onUnavailable called for each request that no node took, because it was removed */
  constructor(path: string, owner: string, node: DeployedNode, onUnavailable: () => void) {
    this.path = path;
    this.owner = owner;
    this.#onUnavailable = onUnavailable;
    this.#node = node;
  }

  /** Whether its node is deployed now; false while the route waits for the node to come back. */
  get live(): boolean {
    return this.#live;
  }

  get hasSecret(): boolean {
    return this.#node.hasSecret;
  }

  isSecret(text: string): boolean {
    return this.#node.endpoint.guard.isSecret(text);
  }

  get heldCount(): number {
    return this.#buffer.length;
  }

  /** Whether this node was the last one here and is away. */
  isKeptFor(node: DeployedNode): boolean {
    return !this.#live && this.#node === node;
  }

  /**
   * The node was created, or created again. Delivery begins with {@link resume}.
   * @param held messages to deliver first
   */
  attach(node: DeployedNode, held: readonly Delivery[] = []): void {
    if (this.#node !== node) {
      // The flow may still answer requests from before this deployment, but not older ones.
      this.#previousEndpoint?.close();
      this.#previousEndpoint = this.#node.endpoint;
    }
    this.#node = node;
    this.#live = true;
    this.#buffer.pause();
    this.#buffer.requeue(held);
  }

  /** The node was closed and may come back. */
  detach(): void {
    this.#live = false;
    this.#buffer.pause();
  }

  pause(): void {
    this.#buffer.pause();
  }

  resume(): void {
    if (this.#live) this.#buffer.resume(this.#node);
  }

  /** Delivers messages again, before all others, because the flow did not receive them. */
  requeue(deliveries: readonly Delivery[]): void {
    this.#buffer.requeue(deliveries);
  }

  /** Delivers a message that no request brought. */
  add(delivery: Delivery): void {
    this.#buffer.add(delivery);
  }

  takeHeld(): Delivery[] {
    return this.#buffer.takeAll();
  }

  /** Empties the buffer. @returns how many messages were lost since the node was there */
  dropHeld(): number {
    return this.#buffer.drop();
  }

  /**
   * Ends the requests that still wait, with their fallback; one whose body is still arriving is
   * refused. Idempotent, never throws.
   */
  close(): void {
    this.#isClosed = true;
    this.detach();
    this.#previousEndpoint?.close();
    this.#node.endpoint.close();
  }

  /** Answers a CORS preflight request. */
  preflight(head: RequestHead, response: ServerResponse): void {
    const answer = this.#node.endpoint.guard.preflight(head);
    if ('kind' in answer) this.#refuse(answer, response);
    else sendAnswer(response, answer);
  }

  /**
   * Answers a request. Never throws.
   * @param body the body, when it was already read; undefined: it is still unread
   */
  async serve(
    head: RequestHead,
    request: Parameters<typeof readBody>[0],
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    const { guard } = this.#node.endpoint;
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
    if (this.#isClosed) {
      // No node will take the message, so the sender must not count it as received.
      sendAnswer(response, UNAVAILABLE);
      this.#onUnavailable();
      return;
    }
    // The node may have been replaced while the body arrived.
    const { endpoint } = this.#node;
    let onAnswered: (byFallback: boolean) => void = () => undefined;
    const received = endpoint.receiveBody(checked, body, (answer, by) => {
      sendAnswer(response, answer);
      onAnswered(by === 'fallback');
    });
    if (received.kind === 'refused') {
      this.#refuse(received, response);
      return;
    }
    // Answer first: Accolades hangs up the call without an answer.
    if (received.answer !== null) sendAnswer(response, received.answer);
    // By key, so that it also reaches them while the node is away.
    if (received.notification !== null) processOutcomes().notified(this.owner, received.notification);
    if (received.kind === 'ignored') return;
    const { type, message, replyToken, warning } = received;
    const delivery: Delivery = { type, message, replyToken };
    if (replyToken !== null) {
      openRequests.set(replyToken, endpoint.hangupReplyFormat);
      onAnswered = (byFallback) => {
        openRequests.delete(replyToken);
        if (byFallback) this.#node.onFallback(delivery);
      };
      response.once('close', () => {
        if (!openRequests.delete(replyToken)) return;
        endpoint.abandon(replyToken);
      });
    }
    if (warning !== null) this.#node.onWarning(warning);
    this.#buffer.add(delivery);
  }

  #refuse(refusal: Refusal, response: ServerResponse): void {
    sendAnswer(response, refusal.answer);
    this.#node.onRefused(refusal);
  }
}
