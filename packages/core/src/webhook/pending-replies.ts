import { randomBytes } from 'node:crypto';
import { AccoladesError } from '../errors.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { HttpAnswer } from './reply.ts';
import { RingingCalls, ringsOf, type AnsweredCall, type RingingCall } from './ringing-calls.ts';

export const REPLY_KINDS = ['ivr', 'confirmHangup', 'screenPop'] as const;

/**
 * The request to answer: an IVR request, a hang-up confirmation, or a call that the browser
 * connector forwarded.
 */
export type ReplyKind = (typeof REPLY_KINDS)[number];

/** Sends an answer. `fallback`: the flow did not answer in time, or its node was stopped. */
export type Respond = (answer: HttpAnswer, by: 'flow' | 'fallback') => void;

export interface PendingReplySettings {
  readonly kind: ReplyKind;
  /** The instance that received the request, for {@link PendingReplies.closeOwner}. */
  readonly owner: string;
  /** The endpoint, whose number of waiting requests is limited. @default `owner` */
  readonly share?: string;
  /** Time for the flow's answer, in milliseconds. */
  readonly limitMs: number;
  /** The answer sent if the flow does not answer in time. */
  readonly fallback: HttpAnswer;
  /** Called exactly once, unless the request is abandoned. */
  readonly respond: Respond;
  /** Set: the flow's answer waits until this phone answers the call. */
  readonly ringing?: RingingCall | undefined;
}

interface PendingReply extends PendingReplySettings {
  readonly timer: Timer;
  /** Whether the flow's answer waits until the phone answers. */
  isHeld: boolean;
  /** The flow's answer, while it is held. */
  given: HttpAnswer | null;
}

interface HeldReply {
  readonly token: string;
  readonly pending: PendingReply;
  readonly ringing: RingingCall;
}

/**
 * `elsewhere`: another phone has answered the call. `notAnswered`: the phone has stopped ringing.
 */
type Outcome = 'answered' | 'timedOut' | 'abandoned' | 'closed' | 'elsewhere' | 'notAnswered';

/** Maximum number of waiting requests of a process. */
const MAX_PENDING = 1_000;
/**
 * Maximum number of waiting requests of one endpoint, so that other endpoints still get answers.
 */
const MAX_PENDING_OF_ENDPOINT = 250;
/** Maximum number of remembered tokens after the answer, to explain why a second answer fails. */
const MAX_FINISHED = 5_000;

export type ReplyResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'REPLY_TOO_LATE' | 'REPLY_ALREADY_SENT' | 'REPLY_UNKNOWN' | 'INVALID_REPLY';
      readonly what: string;
    };

/**
 * The requests of this process that a flow answers later, by the token in their message. Each gets
 * exactly one answer: from the flow, or the fallback when its time is over or its owner stops.
 */
export class PendingReplies {
  readonly #clock: Clock;
  readonly #maxPending: number;
  readonly #maxOfEndpoint: number;
  /** The prefix of each token. */
  readonly #mark = randomBytes(6).toString('base64url');
  readonly #pending = new Map<string, PendingReply>();
  /** The number of waiting requests of each endpoint. */
  readonly #shares = new Map<string, number>();
  readonly #finished = new Map<string, Outcome>();
  readonly #ringing: RingingCalls;

  constructor(options: {
    readonly clock: Clock;
    readonly maxPending?: number;
    readonly maxOfEndpoint?: number;
  }) {
    this.#clock = options.clock;
    this.#ringing = new RingingCalls(options.clock);
    this.#maxPending = options.maxPending ?? MAX_PENDING;
    this.#maxOfEndpoint = options.maxOfEndpoint ?? MAX_PENDING_OF_ENDPOINT;
  }

  /** The number of waiting requests. */
  get size(): number {
    return this.#pending.size;
  }

  /** @returns the token for the message; null when too many requests wait: send the fallback */
  open(settings: PendingReplySettings): string | null {
    const share = settings.share ?? settings.owner;
    const ofEndpoint = this.#shares.get(share) ?? 0;
    if (this.#pending.size >= this.#maxPending || ofEndpoint >= this.#maxOfEndpoint) return null;
    this.#shares.set(share, ofEndpoint + 1);
    const token = `${this.#mark}${randomBytes(16).toString('base64url')}`;
    const timer = this.#clock.start(settings.limitMs, () => {
      // Nobody answered the phone: that is not the flow's fault.
      const by = this.#pending.get(token)?.given == null ? 'fallback' : 'flow';
      this.#finish(token, 'timedOut', settings.fallback, by);
    });
    const { ringing } = settings;
    const isHeld = ringing !== undefined && !this.#ringing.hasAnswered(ringing);
    this.#pending.set(token, { ...settings, timer, isHeld, given: null });
    return token;
  }

  /**
   * A phone has answered a call: the held answer of its agent is sent, and the other agents are
   * told.
   */
  answered(call: AnsweredCall): void {
    const rings = ringsOf(this.#held, call);
    this.#ringing.answered(
      call,
      rings.map(({ ringing }) => ringing),
    );
    const winner = rings.find(({ ringing }) => ringing.phoneId === call.phoneId);
    for (const { token, pending, ringing } of rings) {
      pending.isHeld = false;
      if (ringing.phoneId !== call.phoneId) {
        this.#finish(token, 'elsewhere', ringing.elsewhere(winner?.ringing.label ?? null), 'flow');
      } else if (pending.given !== null) this.#finish(token, 'answered', pending.given, 'flow');
    }
  }

  /** A phone has stopped ringing, or ended its call: no page waits for its answer any more. */
  hungUp(call: AnsweredCall): void {
    for (const { token, pending, ringing } of ringsOf(this.#held, call)) {
      if (ringing.phoneId === call.phoneId) this.#finish(token, 'notAnswered', pending.fallback, 'flow');
    }
  }

  /** The requests that wait until a phone answers. */
  get #held(): readonly HeldReply[] {
    return [...this.#pending].flatMap(([token, pending]) =>
      pending.isHeld && pending.ringing !== undefined ? [{ token, pending, ringing: pending.ringing }] : [],
    );
  }

  /** Whether a token comes from this process. */
  isOwn(token: string): boolean {
    return token.startsWith(this.#mark);
  }

  /**
   * Sends the flow's answer. Never throws; {@link answerPending} turns the result into an error.
   */
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
      // The fallback opens no page, so nothing has to wait for the phone.
      const isHeld = pending.isHeld && answer.body !== pending.fallback.body;
      if (pending.given !== null) return ALREADY_SENT;
      if (isHeld) pending.given = answer;
      else this.#finish(token, 'answered', answer, 'flow');
      return { ok: true };
    }
    switch (this.#finished.get(token)) {
      case 'answered':
        return ALREADY_SENT;
      case 'elsewhere':
      case 'notAnswered':
        // The flow need not know whether the phone was answered.
        return { ok: true };
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

  /** Records that the sender closed the connection: no answer can be sent. */
  abandon(token: string): void {
    this.#finish(token, 'abandoned', null, 'fallback');
  }

  /** Answers all requests of an owner with their fallback. */
  closeOwner(owner: string): void {
    for (const [token, pending] of [...this.#pending]) {
      if (pending.owner === owner) this.#finish(token, 'closed', pending.fallback, 'fallback');
    }
  }

  #finish(token: string, outcome: Outcome, answer: HttpAnswer | null, by: 'flow' | 'fallback'): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    // Delete it first, so that no second answer can be sent.
    this.#pending.delete(token);
    const share = pending.share ?? pending.owner;
    const left = (this.#shares.get(share) ?? 1) - 1;
    if (left > 0) this.#shares.set(share, left);
    else this.#shares.delete(share);
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
      // The response can no longer be sent.
    }
  }
}

const ALREADY_SENT: ReplyResult = {
  ok: false,
  code: 'REPLY_ALREADY_SENT',
  what: 'This request has been answered before.',
};

const NAMES: Record<ReplyKind, string> = {
  ivr: 'an IVR request',
  confirmHangup: 'a hang-up confirmation',
  screenPop: 'a call of the browser connector',
};

/** The part of {@link PendingReplies} that hosts use. */
export type SharedPendingReplies = Pick<
  PendingReplies,
  'open' | 'answer' | 'answered' | 'hungUp' | 'abandon' | 'closeOwner' | 'isOwn'
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
  replies: SharedPendingReplies,
): void {
  if (typeof token !== 'string' || token === '') {
    throw new AccoladesError('REPLY_UNKNOWN', { what: 'The message has no replyToken.' });
  }
  const result = replies.answer(token, kind, answer);
  if (!result.ok) throw new AccoladesError(result.code, { what: result.what });
}
