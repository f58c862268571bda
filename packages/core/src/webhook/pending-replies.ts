import { randomBytes } from 'node:crypto';
import { AccoladesError } from '../errors.ts';
import { systemClock, type Clock, type Timer } from '../time/clock.ts';
import type { HttpAnswer } from './reply.ts';

export const REPLY_KINDS = ['ivr', 'confirmHangup', 'screenPop'] as const;

/** What a flow answers: an IVR request, a hang-up confirmation, or a call that the browser connector forwarded. */
export type ReplyKind = (typeof REPLY_KINDS)[number];

export interface PendingReplySettings {
  readonly kind: ReplyKind;
  /** Whose request it is: {@link PendingReplies.closeOwner} ends all of one owner. */
  readonly owner: string;
  /** How long the flow has, in milliseconds. */
  readonly limitMs: number;
  /** What is sent when the flow has not answered by then. */
  readonly fallback: HttpAnswer;
  /** Sends the answer. Called exactly once, unless the request is abandoned. */
  readonly respond: (answer: HttpAnswer, by: 'flow' | 'fallback') => void;
}

/** What can be said of a token. */
interface PendingReply extends PendingReplySettings {
  readonly timer: Timer;
}

type Outcome = 'answered' | 'timedOut' | 'abandoned' | 'closed';

/** Requests that wait for an answer at the same time. */
const MAX_PENDING = 1_000;
/** Tokens that are remembered after their answer, to say what is wrong with a second one. */
const MAX_FINISHED = 5_000;

export type ReplyResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'REPLY_TOO_LATE' | 'REPLY_ALREADY_SENT' | 'REPLY_UNKNOWN' | 'INVALID_REPLY';
      readonly what: string;
    };

/**
 * The requests of this process that a flow answers later, by the token in their message. Each is answered exactly once: by
 * the flow, or by the fallback when the time is over or the owner goes away.
 */
export class PendingReplies {
  readonly #clock: Clock;
  readonly #maxPending: number;
  /** Each token begins with it. */
  readonly #mark = randomBytes(6).toString('base64url');
  readonly #pending = new Map<string, PendingReply>();
  readonly #finished = new Map<string, Outcome>();

  constructor(options: { readonly clock?: Clock; readonly maxPending?: number } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#maxPending = options.maxPending ?? MAX_PENDING;
  }

  /** How many wait now. */
  get size(): number {
    return this.#pending.size;
  }

  /** @returns the token for the message; null when too many wait: send the fallback then */
  open(settings: PendingReplySettings): string | null {
    if (this.#pending.size >= this.#maxPending) return null;
    const token = `${this.#mark}${randomBytes(16).toString('base64url')}`;
    const timer = this.#clock.start(settings.limitMs, () => {
      this.#finish(token, 'timedOut', settings.fallback, 'fallback');
    });
    this.#pending.set(token, { ...settings, timer });
    return token;
  }

  /** Whether a token was given out here, and not by another process. */
  isOwn(token: string): boolean {
    return token.startsWith(this.#mark);
  }

  /** Sends the flow's answer. Never throws: the result says what was wrong ({@link answerPending} throws it). */
  answer(token: string, kind: ReplyKind, answer: HttpAnswer): ReplyResult {
    const pending = this.#pending.get(token);
    if (pending !== undefined) {
      if (pending.kind !== kind) {
        return {
          ok: false,
          code: 'INVALID_REPLY',
          what: `The request waits for the answer to ${NAMES[pending.kind]}, not to ${NAMES[kind]}.`,
        };
      }
      this.#finish(token, 'answered', answer, 'flow');
      return { ok: true };
    }
    switch (this.#finished.get(token)) {
      case 'answered':
        return { ok: false, code: 'REPLY_ALREADY_SENT', what: 'This request has been answered before.' };
      case 'timedOut':
        return { ok: false, code: 'REPLY_TOO_LATE', what: 'The time limit for the answer was over.' };
      case 'abandoned':
        return { ok: false, code: 'REPLY_TOO_LATE', what: 'The sender ended the request before the answer.' };
      case 'closed':
        return { ok: false, code: 'REPLY_TOO_LATE', what: 'The node that received the request was stopped.' };
      case undefined:
        return { ok: false, code: 'REPLY_UNKNOWN', what: 'No request waits for this answer.' };
    }
  }

  /** The other side has ended the request: nothing can be sent any more. */
  abandon(token: string): void {
    this.#finish(token, 'abandoned', null, 'fallback');
  }

  /** Ends all requests of an owner with their fallback. */
  closeOwner(owner: string): void {
    for (const [token, pending] of [...this.#pending]) {
      if (pending.owner === owner) this.#finish(token, 'closed', pending.fallback, 'fallback');
    }
  }

  #finish(token: string, outcome: Outcome, answer: HttpAnswer | null, by: 'flow' | 'fallback'): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    // Before the answer is sent, so that nothing can send a second one.
    this.#pending.delete(token);
    pending.timer.stop();
    if (this.#finished.size >= MAX_FINISHED) {
      for (const oldest of this.#finished.keys()) {
        this.#finished.delete(oldest);
        break;
      }
    }
    this.#finished.set(token, outcome);
    if (answer === null) return;
    try {
      pending.respond(answer, by);
    } catch {
      // A response that can no longer be written has nobody to tell.
    }
  }
}

const NAMES: Record<ReplyKind, string> = {
  ivr: 'an IVR request',
  confirmHangup: 'a hang-up confirmation',
  screenPop: 'a call of the browser connector',
};

/** What hosts use of {@link PendingReplies}. */
export type SharedPendingReplies = Pick<
  PendingReplies,
  'open' | 'answer' | 'abandon' | 'closeOwner' | 'isOwn'
>;

/**
 * Sends the flow's answer to a request of this process.
 * @param token the `replyToken` of the request's message
 * @throws AccoladesError `REPLY_TOO_LATE`, `REPLY_ALREADY_SENT`, `REPLY_UNKNOWN`, `INVALID_REPLY`
 */
export function answerPending(
  token: unknown,
  kind: ReplyKind,
  answer: HttpAnswer,
  replies: SharedPendingReplies = processPendingReplies(),
): void {
  if (typeof token !== 'string' || token === '') {
    throw new AccoladesError('REPLY_UNKNOWN', { what: 'The message has no replyToken.' });
  }
  const result = replies.answer(token, kind, answer);
  if (!result.ok) throw new AccoladesError(result.code, { what: result.what });
}

/** The number is the version of the interface, so that only builds that understand each other share one. */
const KEY = Symbol.for('@accolades-flow/core pending replies 3');

/** The pending replies of this process, the same for every separately bundled copy of this library. */
export function processPendingReplies(): SharedPendingReplies {
  const existing: unknown = Reflect.get(globalThis, KEY);
  if (isPendingReplies(existing)) return existing;
  const replies = new PendingReplies();
  Reflect.set(globalThis, KEY, replies);
  return replies;
}

/** Another copy's instance is none of this copy's class. */
function isPendingReplies(value: unknown): value is SharedPendingReplies {
  return (
    typeof value === 'object' &&
    value !== null &&
    'open' in value &&
    typeof value.open === 'function' &&
    'answer' in value &&
    typeof value.answer === 'function'
  );
}
