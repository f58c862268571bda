import { randomUUID } from 'node:crypto';
import type { CallEvent, ConnectionEvent } from '../call/call-event.ts';
import { AccoladesError } from '../errors.ts';
import type { JsonObject } from '../json/json-object.ts';
import type { Clock } from '../time/clock.ts';
import { CONNECTOR_API_NAME, connectorEventId, parseConnectorEvent } from './connector-event.ts';
import { isConnectorProbe } from './connector-probe.ts';
import { EndpointGuard, type CheckedHead, type Refusal } from './endpoint-guard.ts';
import { EndpointMemory, memoryOf } from './endpoint-memory.ts';
import { readEndpointSettings, type EndpointRules, type EndpointSettings } from './endpoint-settings.ts';
import { fieldText } from './fields.ts';
import type { HangupReplyFormat } from './hangup-reply.ts';
import { parseIvrRequest, type IvrRequest } from './ivr.ts';
import { NOTIFICATION_EVENTS, parseNotification, type CallNotification } from './notification.ts';
import type { ReplyKind, Respond, SharedPendingReplies } from './pending-replies.ts';
import {
  clearPurposeOf,
  wrongPurpose,
  type EndpointEventType,
  type EndpointPurpose,
  type OutcomeEventType,
  type WebhookEventType,
} from './purpose.ts';
import { ACKNOWLEDGEMENT, type HttpAnswer } from './reply.ts';
import type { EndpointRequest } from './request.ts';
import type { RingingCall } from './ringing-calls.ts';
import { answeredElsewhere, CONNECTOR_ACKNOWLEDGEMENT } from './screen-pop.ts';

/** A call that the browser connector forwarded, when the flow answers it with a page to open. */
export interface AnswerableCallEvent extends CallEvent {
  readonly replyToken: string;
}

export type WebhookMessage =
  CallNotification | IvrRequest | CallEvent | AnswerableCallEvent | ConnectionEvent;

export interface EndpointOptions {
  /**
   * Identifies the endpoint. All instances with one key share its memory of calls and its limit of
   * waiting requests, for example after a deployment. @default a unique key
   */
  readonly key?: string;
  readonly clock: Clock;
  readonly replies: SharedPendingReplies;
}

export type Received =
  | Refusal
  | {
      /** An event or a probe (`type` null) that the flow does not receive. Send `answer`. */
      readonly kind: 'ignored';
      readonly type: WebhookEventType | null;
      readonly answer: HttpAnswer;
      /** For the outcome of the call; null when it was no call notification. */
      readonly notification: CallNotification | null;
    }
  | {
      /** Send `answer`, or wait for `respond` when it is null. Then start the flow. */
      readonly kind: 'message';
      readonly type: WebhookEventType;
      readonly message: WebhookMessage;
      /** For the outcome of the call; null when it was no call notification. */
      readonly notification: CallNotification | null;
      readonly answer: HttpAnswer | null;
      /**
       * For {@link WebhookEndpoint.abandon}, when the sender disconnects. Null: already answered.
       */
      readonly replyToken: string | null;
      /** The answer sent if the flow does not answer. Null when no answer is expected. */
      readonly fallback: HttpAnswer | null;
      /** `TOO_MANY_PENDING`, to be logged: the flow can no longer answer this request. */
      readonly warning: AccoladesError | null;
    };

/**
 * An endpoint for call notifications, for IVR requests, or for events of the browser connector.
 * Turns a request into an answer and a message for the flow. Notifications are answered before
 * the flow runs, because Accolades hangs up a call whose notification is not answered. [help]
 */
export class WebhookEndpoint {
  readonly guard: EndpointGuard;
  readonly #rules: EndpointRules;
  readonly #owner = randomUUID();
  readonly #share: string;
  readonly #clock: Clock;
  readonly #replies: SharedPendingReplies;
  readonly #memory: EndpointMemory;

  /** @throws AccoladesError `INVALID_PARAMETER` or `INVALID_REPLY`, with the setting */
  constructor(settings: EndpointSettings = {}, options: EndpointOptions) {
    this.#rules = readEndpointSettings(settings);
    this.guard = new EndpointGuard(settings, this.#rules.purpose === 'connector');
    this.#clock = options.clock;
    this.#replies = options.replies;
    this.#memory = options.key === undefined ? new EndpointMemory() : memoryOf(options.key);
    this.#share = options.key ?? this.#owner;
  }

  get purpose(): EndpointPurpose {
    return this.#rules.purpose;
  }

  /** Every chosen event, in the order of the ports. */
  get chosenEvents(): readonly EndpointEventType[] {
    return this.#rules.chosenEvents;
  }

  /** The chosen events of single requests. */
  get events(): readonly WebhookEventType[] {
    return this.#rules.events;
  }

  /** The chosen events of whole calls, which the endpoint's outcomes report. */
  get outcomeEvents(): readonly OutcomeEventType[] {
    return this.#rules.outcomeEvents;
  }

  /** The format of the answers to `confirmHangup`. */
  get hangupReplyFormat(): HangupReplyFormat {
    return this.#rules.hangupReplyFormat;
  }

  /**
   * Receives a request with its body. Never throws.
   * @param respond sends a later answer, from the flow or the fallback; called at most once
   */
  receive(request: EndpointRequest, respond: Respond): Received {
    const checked = this.guard.checkHead(request);
    return checked.kind === 'refused' ? checked : this.receiveBody(checked, request.body, respond);
  }

  /** Same as {@link receive}, for a request that has passed {@link EndpointGuard.checkHead}. */
  receiveBody(checked: CheckedHead, body: unknown, respond: Respond): Received {
    if (isConnectorProbe(checked.head)) {
      return { kind: 'ignored', type: null, answer: this.guard.probeAnswer(), notification: null };
    }
    const admission = this.guard.admitBody(checked, body);
    if (admission.kind === 'refused') return admission;
    const { fields } = admission;
    try {
      const { head } = checked;
      const actual = clearPurposeOf(this.purpose, head.method, fields);
      if (actual !== null && actual !== this.purpose) return this.#misdirected(checked, actual, fields);
      const wrongMethod = this.guard.wrongMethod(head);
      if (wrongMethod !== null) {
        const safe = actual === 'notifications' ? this.#acknowledgementOf(fields) : null;
        return this.guard.refusal(head, wrongMethod, false, safe);
      }
      switch (this.purpose) {
        case 'connector':
          return this.#fromConnector(fields, respond);
        case 'notifications':
          return this.#fromNotification(fields, respond);
        case 'ivr':
          return this.#fromIvr(fields, respond);
      }
    } catch (thrown) {
      const error =
        thrown instanceof AccoladesError
          ? thrown
          : new AccoladesError('BODY_MALFORMED', { what: 'The request cannot be read.' });
      const isConnector = fieldText(fields, 'apiName') === CONNECTOR_API_NAME;
      return this.guard.refusal(checked.head, error, isConnector);
    }
  }

  /** Records that the sender closed the connection of an unanswered request. */
  abandon(replyToken: string): void {
    this.#replies.abandon(replyToken);
  }

  /** Answers all waiting requests with their fallback. Idempotent, never throws. */
  close(): void {
    this.#replies.closeOwner(this.#owner);
  }

  /**
   * A request of another purpose. It gets the answer that keeps a call alive, since Accolades hangs
   * up a call whose notification is refused. [help]
   */
  #misdirected({ head }: CheckedHead, actual: EndpointPurpose, fields: JsonObject): Refusal {
    const error = wrongPurpose(this.purpose, actual);
    if (actual === 'connector') return this.guard.refusal(head, error);
    const safe = actual === 'ivr' ? this.#rules.fallbacks.ivr : this.#acknowledgementOf(fields);
    return this.guard.refusal(head, error, false, safe);
  }

  /** The answer to a call notification that does not reach the flow. */
  #acknowledgementOf(fields: JsonObject): HttpAnswer {
    const isQuestion = fieldText(fields, 'event') === 'confirmHangup';
    return isQuestion ? this.#rules.fallbacks.confirmHangup : ACKNOWLEDGEMENT;
  }

  #fromNotification(fields: JsonObject, respond: Respond): Received {
    const { country, phoneField, durationField } = this.#rules;
    const context = { country, phoneField, durationField, receivedAt: this.#clock.now() };
    const notification = parseNotification(fields, context);
    if (notification.event === 'confirmHangup') {
      const received = this.#answerable('confirmHangup', 'confirmHangup', respond, (replyToken) => ({
        ...notification,
        replyToken,
      }));
      return received.kind === 'refused' ? received : { ...received, notification };
    }
    const { callId, phoneNumber, user } = notification;
    if (user.id !== null) {
      const call = { callId, phoneNumber, phoneId: user.id };
      if (notification.event === 'answer') this.#replies.answered(call);
      if (notification.event === 'hangup') this.#replies.hungUp(call);
    }
    const type = NOTIFICATION_EVENTS.find((known) => known === notification.event) ?? 'otherNotification';
    if (!this.events.includes(type)) {
      return { kind: 'ignored', type, answer: ACKNOWLEDGEMENT, notification };
    }
    return acknowledged(type, notification, ACKNOWLEDGEMENT, notification);
  }

  #fromIvr(fields: JsonObject, respond: Respond): Received {
    const context = { country: this.#rules.country, receivedAt: this.#clock.now() };
    return this.#answerable('ivrRequest', 'ivr', respond, (replyToken) =>
      parseIvrRequest(fields, { ...context, replyToken }),
    );
  }

  #fromConnector(fields: JsonObject, respond: Respond): Received {
    const { rings, taken } = this.#memory;
    const event = parseConnectorEvent(fields, {
      country: this.#rules.country,
      receivedAt: this.#clock.now(),
      isFirstRing: (call) => rings.isFirstRing(call),
    });
    const type = event.event;
    // The connector posts an event again if it got no answer.
    if (!taken.take(connectorEventId(fields)) || this.#rules.accepts?.(event) !== true) {
      return { kind: 'ignored', type, answer: CONNECTOR_ACKNOWLEDGEMENT, notification: null };
    }
    if (!('direction' in event)) return acknowledged(type, event, CONNECTOR_ACKNOWLEDGEMENT);
    const withToken = (replyToken: string | null): WebhookMessage =>
      replyToken === null ? event : { ...event, replyToken };
    return this.#answerable(type, 'screenPop', respond, withToken, this.#ringOf(event));
  }

  /** The ring for whose answer the page waits; undefined: it opens at once. */
  #ringOf({ event, uniqueId, phoneNumber, agent }: CallEvent): RingingCall | undefined {
    const { phoneId, label } = agent;
    if (!this.#rules.popsWhenAnswered || event !== 'incomingCall' || phoneId === null) return undefined;
    return { callId: uniqueId, phoneNumber, phoneId, label, elsewhere: answeredElsewhere };
  }

  #answerable(
    type: WebhookEventType,
    kind: ReplyKind,
    respond: Respond,
    messageWith: (replyToken: string | null) => WebhookMessage,
    ringing?: RingingCall,
  ): Received {
    const { fallbacks, flowAnswers, replyLimitMs: limitMs } = this.#rules;
    const fallback = fallbacks[kind];
    if (!this.events.includes(type)) return { kind: 'ignored', type, answer: fallback, notification: null };
    const waits = flowAnswers[kind];
    const owner = { owner: this.#owner, share: this.#share };
    const replyToken = waits
      ? this.#replies.open({ ...owner, kind, limitMs, fallback, respond, ringing })
      : null;
    const isFull = waits && replyToken === null;
    return {
      kind: 'message',
      type,
      message: messageWith(replyToken),
      notification: null,
      answer: replyToken === null ? fallback : null,
      replyToken,
      fallback,
      warning: isFull ? tooManyPending() : null,
    };
  }
}

/** A message whose request is answered before the flow runs. */
function acknowledged(
  type: WebhookEventType,
  message: WebhookMessage,
  answer: HttpAnswer,
  notification: CallNotification | null = null,
): Received {
  const answered = { answer, replyToken: null, fallback: null, warning: null };
  return { kind: 'message', type, message, notification, ...answered };
}

function tooManyPending(): AccoladesError {
  return new AccoladesError('TOO_MANY_PENDING', {
    what: 'Too many requests wait for the answer of a flow.',
  });
}
