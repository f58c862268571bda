import { AccoladesError } from '../errors.ts';
import type { RequestType, ServerMessage } from '../protocol/messages.ts';
import type { Clock, Timer } from '../time/clock.ts';
import { SharedDeadline } from './shared-deadline.ts';
import { withResolvers, type Resolvers } from '../time/with-resolvers.ts';

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
  onRequestDoubt(): void;
  /** After {@link REQUEST_DEADLINE_MS}, when the request has been rejected. */
  onRequestTimeout(request: UnansweredRequest, error: AccoladesError): void;
}

export interface UnansweredRequest {
  /** The session asked for itself. */
  readonly isOwn: boolean;
  /** Nothing at all has come since. */
  readonly isSilent: boolean;
}

interface PendingRequest {
  readonly isOwn: boolean;
  isSilent: boolean;
  deadline: Timer;
  /** Made when somebody waits for the answer. */
  answer: Resolvers<ServerMessage> | null;
}

/** What was asked over a connection and has no answer yet: one request of each type. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #unanswered: Unanswered;
  readonly #pending: Record<RequestType, PendingRequest | null> = { configuration: null, version: null };
  #keepAlive: boolean;

  /** @param keepAlive whether its timers keep the process alive */
  constructor(clock: Clock, unanswered: Unanswered, keepAlive: boolean) {
    this.#clock = clock;
    this.#unanswered = unanswered;
    this.#keepAlive = keepAlive;
  }

  get isEmpty(): boolean {
    return this.#pending.configuration === null && this.#pending.version === null;
  }

  /** The answer of a request that goes on; rejected with `REQUEST_TIMEOUT`, or with what {@link end} gives. */
  find(type: RequestType): Promise<ServerMessage> | undefined {
    const request = this.#pending[type];
    if (request === null) return undefined;
    request.answer ??= withResolvers();
    return request.answer.promise;
  }

  /** Begins to wait. To be called for a type that is not pending. */
  add(type: RequestType, isOwn: boolean): void {
    const request: PendingRequest = {
      isOwn,
      isSilent: true,
      deadline: this.#startDeadline(REQUEST_DOUBT_MS, () => {
        request.deadline = this.#startDeadline(REQUEST_DEADLINE_MS - REQUEST_DOUBT_MS, () => {
          this.#timeOut(type, request);
        });
        this.#unanswered.onRequestDoubt();
      }),
      answer: null,
    };
    this.#pending[type] = request;
  }

  answer(type: RequestType, message: ServerMessage): void {
    const request = this.#pending[type];
    if (request === null) return;
    this.#pending[type] = null;
    request.deadline.stop();
    request.answer?.resolve(message);
  }

  /** Any pong or frame. */
  signOfLife(): void {
    const { configuration, version } = this.#pending;
    if (configuration !== null) configuration.isSilent = false;
    if (version !== null) version.isSilent = false;
  }

  /** Rejects all of them. */
  end(reason: AccoladesError): void {
    for (const type of TYPES) {
      const request = this.#pending[type];
      if (request === null) continue;
      this.#pending[type] = null;
      request.deadline.stop();
      request.answer?.reject(reason);
    }
  }

  keepProcessAlive(keep: boolean): void {
    this.#keepAlive = keep;
    for (const type of TYPES) {
      if (keep) this.#pending[type]?.deadline.ref();
      else this.#pending[type]?.deadline.unref();
    }
  }

  #timeOut(type: RequestType, request: PendingRequest): void {
    const error = new AccoladesError('REQUEST_TIMEOUT', { what: `The ${type} request got no answer.` });
    this.#pending[type] = null;
    request.answer?.reject(error);
    this.#unanswered.onRequestTimeout(request, error);
  }

  #startDeadline(ms: number, onExpired: () => void): Timer {
    const deadline = new SharedDeadline(this.#clock, ms, onExpired);
    if (!this.#keepAlive) deadline.unref();
    return deadline;
  }
}

const TYPES: readonly RequestType[] = ['configuration', 'version'];
