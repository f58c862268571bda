import { AccoladesError } from '../errors.ts';
import type { RequestType, ServerMessage } from '../protocol/messages.ts';
import { startDeadline, type Clock, type Timer } from '../time/clock.ts';
import type { SessionTimings } from './contract.ts';
import { withResolvers, type Resolvers } from '../time/with-resolvers.ts';

/** Callbacks for requests without an answer. */
export interface Unanswered {
  /** Called after `requestDoubtMs`. */
  onRequestDoubt(): void;
  /** Called after `requestMs`, when the request has been rejected. */
  onRequestTimeout(request: UnansweredRequest, error: AccoladesError): void;
}

export interface UnansweredRequest {
  /** True when the session itself sent the request. */
  readonly isOwn: boolean;
  /** True when nothing at all was received since the request. */
  readonly isSilent: boolean;
}

interface PendingRequest {
  readonly isOwn: boolean;
  isSilent: boolean;
  deadline: Timer;
  /** Created when a caller waits for the answer. */
  answer: Resolvers<ServerMessage> | null;
}

/** Requests sent over a connection and not answered yet: at most one of each type. */
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

  /**
   * Returns the answer of a pending request. The promise rejects with `REQUEST_TIMEOUT`, or with
   * the reason passed to {@link end}.
   */
  find(type: RequestType): Promise<ServerMessage> | undefined {
    const request = this.#pending[type];
    if (request === null) return undefined;
    request.answer ??= withResolvers();
    return request.answer.promise;
  }

  /** Starts to wait for an answer. Call it only for a type that is not pending. */
  add(type: RequestType, isOwn: boolean): void {
    const { requestMs, requestDoubtMs } = this.#timings;
    const request: PendingRequest = {
      isOwn,
      isSilent: true,
      deadline: startDeadline(this.#clock, requestDoubtMs, () => {
        request.deadline = startDeadline(this.#clock, requestMs - requestDoubtMs, () => {
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

  /** Called for each pong and each frame. */
  signOfLife(): void {
    const { configuration, version } = this.#pending;
    if (configuration !== null) configuration.isSilent = false;
    if (version !== null) version.isSilent = false;
  }

  /** Rejects all pending requests. */
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
}

const TYPES: readonly RequestType[] = ['configuration', 'version'];
