import { AccoladesError } from '../errors.ts';
import type { RequestType, ServerMessage } from '../protocol/messages.ts';
import { startDeadline, type Clock, type Timer } from './clock.ts';
import { withResolvers } from './with-resolvers.ts';

/** From a request over the live session to its answer, in milliseconds. */
export const REQUEST_DEADLINE_MS = 10_000;
/**
 * A request without an answer for so long is followed by a ping, in milliseconds: its pong tells a server that lives but does not know the
 * request from one that is gone. Most are answered in no time, and need none.
 */
export const REQUEST_DOUBT_MS = 5_000;

/** What happens to a request that is not answered. */
export interface Unanswered {
  /** After {@link REQUEST_DOUBT_MS}. */
  readonly onDoubt: () => void;
  /** After {@link REQUEST_DEADLINE_MS}, when the request has been rejected. */
  readonly onTimeout: (error: AccoladesError) => void;
}

interface PendingRequest {
  readonly promise: Promise<ServerMessage>;
  readonly resolve: (message: ServerMessage) => void;
  readonly reject: (error: AccoladesError) => void;
  deadline: Timer;
}

/** What was asked over a connection and has no answer yet: one request of each type. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<RequestType, PendingRequest>();
  #keepAlive: boolean;

  /** @param keepAlive whether its timers keep the process alive */
  constructor(clock: Clock, keepAlive: boolean) {
    this.#clock = clock;
    this.#keepAlive = keepAlive;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** The answer of a request that goes on. */
  find(type: RequestType): Promise<ServerMessage> | undefined {
    return this.#pending.get(type)?.promise;
  }

  /** @returns the answer; rejected with `REQUEST_TIMEOUT`, or with what {@link end} gives */
  add(type: RequestType, { onDoubt, onTimeout }: Unanswered): Promise<ServerMessage> {
    const deadline = this.#startDeadline(REQUEST_DOUBT_MS, () => {
      onDoubt();
      request.deadline = this.#startDeadline(REQUEST_DEADLINE_MS - REQUEST_DOUBT_MS, () => {
        const error = new AccoladesError('REQUEST_TIMEOUT', { what: `The ${type} request got no answer.` });
        this.#pending.delete(type);
        request.reject(error);
        onTimeout(error);
      });
    });
    const request: PendingRequest = { ...withResolvers<ServerMessage>(), deadline };
    this.#pending.set(type, request);
    return request.promise;
  }

  answer(type: RequestType, message: ServerMessage): void {
    const request = this.#pending.get(type);
    if (request === undefined) return;
    this.#pending.delete(type);
    request.deadline.stop();
    request.resolve(message);
  }

  /** Rejects all of them. */
  end(reason: AccoladesError): void {
    for (const request of this.#pending.values()) {
      request.deadline.stop();
      request.reject(reason);
    }
    this.#pending.clear();
  }

  keepProcessAlive(keep: boolean): void {
    this.#keepAlive = keep;
    for (const { deadline } of this.#pending.values()) {
      if (keep) deadline.ref();
      else deadline.unref();
    }
  }

  #startDeadline(ms: number, onExpired: () => void): Timer {
    const deadline = startDeadline(this.#clock, ms, onExpired);
    if (!this.#keepAlive) deadline.unref();
    return deadline;
  }
}
