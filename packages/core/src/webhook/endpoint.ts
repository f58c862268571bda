import { randomUUID } from 'node:crypto';
import type { CallEvent, ConnectionEvent } from '../call/call-event.ts';
import { parseCountry } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { CONNECTOR_API_NAME, connectorEventId, parseConnectorEvent } from './connector-event.ts';
import { EndpointGuard, type EndpointRequest, type GuardSettings, type Refusal } from './endpoint-guard.ts';
import { EndpointMemory, memoryOf } from './endpoint-memory.ts';
import { fieldText } from './fields.ts';
import { parseIvrRequest, type IvrRequest } from './ivr.ts';
import {
  NOTIFICATION_API_NAME,
  NOTIFICATION_EVENTS,
  parseNotification,
  type CallNotification,
} from './notification.ts';
import { processPendingReplies, type ReplyKind, type SharedPendingReplies } from './pending-replies.ts';
import {
  ACKNOWLEDGEMENT,
  confirmHangupReply,
  ivrReply,
  readHangupDecision,
  type HangupReplyFormat,
  type HttpAnswer,
} from './reply.ts';
import { CONNECTOR_ACKNOWLEDGEMENT } from './screen-pop.ts';

/**
 * Every event of an endpoint, in the order of the ports of nodes that have one output per event. `otherNotification` stands
 * for call notifications that are not documented.
 */
export const WEBHOOK_EVENTS = [
  'answer',
  'confirmHangup',
  'hangup',
  'otherNotification',
  'ivrRequest',
  'incomingCall',
  'outgoingCall',
  'agentConnected',
  'agentDisconnected',
] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];
/** A call that the browser connector forwarded, when the flow answers it with an address. */
export interface AnswerableCallEvent extends CallEvent {
  readonly replyToken: string;
}

export type WebhookMessage =
  CallNotification | IvrRequest | CallEvent | AnswerableCallEvent | ConnectionEvent;

/** How long a flow has for its answer, in milliseconds. How long Accolades waits is not published. */
export const DEFAULT_REPLY_LIMIT_MS = 5_000;
const MIN_REPLY_LIMIT_MS = 100;
const MAX_REPLY_LIMIT_MS = 60_000;

/** What a person set for an endpoint; anything left out has its default. */
export interface EndpointSettings extends GuardSettings {
  /** Which events reach the flow; the others are answered all the same. Default: all. */
  readonly events?: unknown;
  /** Where a number without a country code is at home. Default RO. */
  readonly country?: unknown;
  /** The field of a notification that holds the number. Default: the first that looks like it. */
  readonly phoneField?: unknown;
  /** The field of a notification that holds the duration. Default: the first that looks like it. */
  readonly durationField?: unknown;
  /** How long the flow has to answer, in milliseconds, 100 to 60000. Default {@link DEFAULT_REPLY_LIMIT_MS}. */
  readonly replyLimitMs?: unknown;
  /** Whether the flow answers IVR requests; false: they get the fallback at once. Default true. */
  readonly flowAnswersIvr?: unknown;
  /** Whether the flow decides at `confirmHangup`; false: the fallback decides at once. Default true. */
  readonly flowConfirmsHangup?: unknown;
  /** Whether the flow answers calls of the browser connector with an address; false: they are acknowledged at once. Default false. */
  readonly flowPopsScreen?: unknown;
  /** The variables of an IVR answer that the flow does not give in time. Default: none. */
  readonly ivrFallback?: unknown;
  /** `drop` (default) or `extend`: what happens to a call when the flow does not decide in time. */
  readonly hangupFallback?: unknown;
  /** With `extend`: by how many seconds. */
  readonly hangupFallbackSeconds?: unknown;
  readonly hangupReplyFormat?: HangupReplyFormat;
}

export interface EndpointOptions {
  /** Names the endpoint across instances of this class, for hosts that make one per request: {@link CallEvent.firstRing}. */
  readonly key?: string;
  readonly clock?: Clock;
  readonly replies?: SharedPendingReplies;
}

export type Received =
  | Refusal
  | {
      /** Not an event that the flow wants. Send `answer`. */
      readonly kind: 'ignored';
      readonly type: WebhookEventType;
      readonly answer: HttpAnswer;
    }
  | {
      /** Send `answer` first, unless it is null: then the answer comes by `respond`. After that, start the flow. */
      readonly kind: 'message';
      readonly type: WebhookEventType;
      readonly message: WebhookMessage;
      readonly answer: HttpAnswer | null;
      /** For {@link WebhookEndpoint.abandon}, when the sender ends the connection. Null when `answer` is given. */
      readonly replyToken: string | null;
      /** What a request that is answered by the flow gets without it; null for those that are only acknowledged. */
      readonly fallback: HttpAnswer | null;
      /** `TOO_MANY_PENDING`: the flow cannot answer this one any more. To be logged. */
      readonly warning: AccoladesError | null;
    };

/**
 * One endpoint for call notifications, IVR requests and the browser connector's events: takes a request, says what to answer
 * and what to give to the flow. A notification is answered before the flow runs, since Accolades hangs the call up when it
 * is not answered. [help]
 */
export class WebhookEndpoint {
  readonly guard: EndpointGuard;
  /** The events that reach the flow, in the order of {@link WEBHOOK_EVENTS}. */
  readonly events: readonly WebhookEventType[];
  /** For the answers to `confirmHangup`. */
  readonly hangupReplyFormat: HangupReplyFormat;
  readonly #owner = randomUUID();
  readonly #clock: Clock;
  readonly #replies: SharedPendingReplies;
  readonly #memory: EndpointMemory;
  readonly #country: string;
  readonly #phoneField: string;
  readonly #durationField: string;
  readonly #limitMs: number;
  readonly #flowAnswers: Readonly<Record<ReplyKind, boolean>>;
  readonly #fallbacks: Readonly<Record<ReplyKind, HttpAnswer>>;

  /** @throws AccoladesError `INVALID_PARAMETER` or `INVALID_REPLY`, naming the setting */
  constructor(settings: EndpointSettings = {}, options: EndpointOptions = {}) {
    this.guard = new EndpointGuard(settings);
    this.events = readWebhookEvents(settings.events);
    this.hangupReplyFormat = settings.hangupReplyFormat ?? {};
    this.#clock = options.clock ?? systemClock;
    this.#replies = options.replies ?? processPendingReplies();
    this.#memory = options.key === undefined ? new EndpointMemory() : memoryOf(options.key);
    this.#country = parseCountry(settings.country);
    this.#phoneField = readName(settings.phoneField, 'The field of the number');
    this.#durationField = readName(settings.durationField, 'The field of the duration');
    this.#limitMs = readLimit(settings.replyLimitMs);
    this.#flowAnswers = {
      ivr: settings.flowAnswersIvr !== false,
      confirmHangup: settings.flowConfirmsHangup !== false,
      screenPop: settings.flowPopsScreen === true,
    };
    this.#fallbacks = {
      ivr: ivrReply(settings.ivrFallback),
      confirmHangup: confirmHangupReply(
        readHangupDecision(settings.hangupFallback || 'drop', settings.hangupFallbackSeconds),
        this.hangupReplyFormat,
      ),
      screenPop: CONNECTOR_ACKNOWLEDGEMENT,
    };
  }

  /**
   * Takes a request. Never throws.
   * @param respond sends an answer that comes later, by the flow or by the fallback; called at most once
   */
  receive(request: EndpointRequest, respond: (answer: HttpAnswer) => void): Received {
    const admission = this.guard.admit(request);
    if (admission.kind === 'refused') return admission;
    const receivedAt = this.#clock.now();
    const { fields } = admission;
    try {
      const source = sourceOf(request.method, fields);
      if (source === 'connector') return this.#receivedFromConnector(fields, receivedAt, respond);
      if (source === 'ivr') {
        return this.#received('ivrRequest', 'ivr', respond, (replyToken) =>
          parseIvrRequest(fields, { country: this.#country, receivedAt, replyToken }),
        );
      }
      const read = (replyToken: string | null): CallNotification =>
        parseNotification(fields, {
          country: this.#country,
          receivedAt,
          replyToken,
          phoneField: this.#phoneField,
          durationField: this.#durationField,
        });
      const notification = read(null);
      return notification.event === 'confirmHangup'
        ? this.#received('confirmHangup', 'confirmHangup', respond, read)
        : this.#acknowledged(
            NOTIFICATION_EVENTS.find((known) => known === notification.event) ?? 'otherNotification',
            notification,
          );
    } catch (thrown) {
      const error =
        thrown instanceof AccoladesError
          ? thrown
          : new AccoladesError('BODY_MALFORMED', { what: 'The request cannot be read.' });
      return this.guard.refusal(request, error);
    }
  }

  /** The sender has ended the connection of a request that is not answered yet. */
  abandon(replyToken: string): void {
    this.#replies.abandon(replyToken);
  }

  /** Ends the requests that still wait, with their fallback. Idempotent, never throws. */
  close(): void {
    this.#replies.closeOwner(this.#owner);
  }

  #receivedFromConnector(
    fields: JsonObject,
    receivedAt: number,
    respond: (answer: HttpAnswer) => void,
  ): Received {
    const { rings, taken } = this.#memory;
    const event = parseConnectorEvent(fields, {
      country: this.#country,
      receivedAt,
      isFirstRing: (call) => rings.isFirstRing(call),
    });
    const type = event.event;
    // Posted again since the answer was lost on its way.
    if (!taken.take(connectorEventId(fields))) {
      return { kind: 'ignored', type, answer: CONNECTOR_ACKNOWLEDGEMENT };
    }
    if (!('direction' in event)) return this.#acknowledged(type, event, CONNECTOR_ACKNOWLEDGEMENT);
    return this.#received(type, 'screenPop', respond, (replyToken) =>
      replyToken === null ? event : { ...event, replyToken },
    );
  }

  #acknowledged(type: WebhookEventType, message: WebhookMessage, answer = ACKNOWLEDGEMENT): Received {
    if (!this.events.includes(type)) return { kind: 'ignored', type, answer };
    return {
      kind: 'message',
      type,
      message,
      answer,
      replyToken: null,
      fallback: null,
      warning: null,
    };
  }

  #received(
    type: WebhookEventType,
    kind: ReplyKind,
    respond: (answer: HttpAnswer) => void,
    read: (replyToken: string | null) => WebhookMessage,
  ): Received {
    const fallback = this.#fallbacks[kind];
    if (!this.events.includes(type)) return { kind: 'ignored', type, answer: fallback };
    const waits = this.#flowAnswers[kind];
    const replyToken = waits
      ? this.#replies.open({ kind, owner: this.#owner, limitMs: this.#limitMs, fallback, respond })
      : null;
    return {
      kind: 'message',
      type,
      message: read(replyToken),
      answer: replyToken === null ? fallback : null,
      replyToken,
      fallback,
      warning:
        waits && replyToken === null
          ? new AccoladesError('TOO_MANY_PENDING', {
              what: 'Too many requests wait for the answer of a flow.',
            })
          : null,
    };
  }
}

/** Whose request it is: told by `apiName`, or by the documented fields of a notification; everything else is an IVR's. */
function sourceOf(method: string, fields: JsonObject): 'connector' | 'notification' | 'ivr' {
  const apiName = fieldText(fields, 'apiName');
  if (method === 'GET') return 'ivr';
  if (apiName === CONNECTOR_API_NAME) return 'connector';
  if (apiName === NOTIFICATION_API_NAME) return 'notification';
  const event = fieldText(fields, 'event');
  const isDocumented = NOTIFICATION_EVENTS.some((known) => known === event);
  return isDocumented || (event !== null && fieldText(fields, 'callId') !== null) ? 'notification' : 'ivr';
}

/**
 * The chosen events, in the order of {@link WEBHOOK_EVENTS}.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function readWebhookEvents(events: unknown): readonly WebhookEventType[] {
  if (events === undefined || events === null) return WEBHOOK_EVENTS;
  if (!Array.isArray(events)) throw invalid('Events must be a list.');
  const chosen: readonly unknown[] = events;
  for (const event of chosen) {
    if (!WEBHOOK_EVENTS.some((known) => known === event)) {
      const named = typeof event === 'string' ? event : typeof event;
      throw invalid(`There is no event “${named}”. Choose from ${WEBHOOK_EVENTS.join(', ')}.`);
    }
  }
  if (chosen.length === 0) throw invalid('No event is chosen. Choose at least one.');
  return WEBHOOK_EVENTS.filter((known) => chosen.includes(known));
}

function readName(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value.trim();
}

function readLimit(value: unknown): number {
  if (value === undefined || value === null || value === '') return DEFAULT_REPLY_LIMIT_MS;
  const ms = typeof value === 'string' ? Number(value) : value;
  if (typeof ms !== 'number' || !(ms >= MIN_REPLY_LIMIT_MS && ms <= MAX_REPLY_LIMIT_MS)) {
    throw invalid(
      `The time limit of an answer must be ${MIN_REPLY_LIMIT_MS} to ${MAX_REPLY_LIMIT_MS} milliseconds.`,
    );
  }
  return ms;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
