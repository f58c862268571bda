import { AccoladesError } from '../errors.ts';
import type { RequestType, ServerMessage } from '../protocol/messages.ts';
import { startDeadline, type Clock, type Timer } from '../time/clock.ts';
import type { SessionTimings } from './contract.ts';
import { withResolvers, type Resolvers } from '../time/with-resolvers.ts';

/** What happens to a request that is not answered. */
export interface Unanswered {
  /** After `requestDoubtMs`. */
  onRequestDoubt(): void;
  /** After `requestMs`, when the request has been rejected. */
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
  readonly #timings: SessionTimings;

  constructor(clock: Clock, unanswered: Unanswered, timings: SessionTimings) {
    this.#clock = clock;
    this.#unanswered = unanswered;
    this.#timings = timings;
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
    const { requestMs, requestDoubtMs } = this.#timings;
    const request: PendingRequest = {
      isOwn,
      isSilent: true,
      deadline: this.#startDeadline(requestDoubtMs, () => {
        request.deadline = this.#startDeadline(requestMs - requestDoubtMs, () => {
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

  #timeOut(type: RequestType, request: PendingRequest): void {
    const error = new AccoladesError('REQUEST_TIMEOUT', { what: `The ${type} request got no answer.` });
    this.#pending[type] = null;
    request.answer?.reject(error);
    this.#unanswered.onRequestTimeout(request, error);
  }

  #startDeadline(ms: number, onExpired: () => void): Timer {
    const deadline = startDeadline(this.#clock, ms, onExpired);
    // The open socket keeps the process alive, or nothing does.
    deadline.unref();
    return deadline;
  }
}

const TYPES: readonly RequestType[] = ['configuration', 'version'];
