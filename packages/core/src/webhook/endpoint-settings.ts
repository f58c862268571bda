import { parseCountry } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { GuardSettings } from './endpoint-guard.ts';
import { confirmHangupReply, readHangupDecision, type HangupReplyFormat } from './hangup-reply.ts';
import type { ReplyKind } from './pending-replies.ts';
import { ivrReply, type HttpAnswer } from './reply.ts';
import { CONNECTOR_ACKNOWLEDGEMENT } from './screen-pop.ts';

/**
 * Every event of an endpoint, in the order of the ports of a node with one output per event.
 * `otherNotification` stands for undocumented call notifications.
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

/** The events that the browser connector posts. */
const CONNECTOR_EVENTS: readonly WebhookEventType[] = [
  'incomingCall',
  'outgoingCall',
  'agentConnected',
  'agentDisconnected',
];

/** Time for the flow's answer, in milliseconds. Accolades' own limit is not published. */
export const DEFAULT_REPLY_LIMIT_MS = 5_000;
const MIN_REPLY_LIMIT_MS = 100;
const MAX_REPLY_LIMIT_MS = 60_000;

/** The settings of an endpoint as typed. Missing settings have their defaults. */
export interface EndpointSettings extends GuardSettings {
  /** The events that reach the flow. Others are still answered. @default all */
  readonly events?: unknown;
  /** The country of numbers without a country code. @default RO */
  readonly country?: unknown;
  /** The notification's field with the number. @default the first with a known name */
  readonly phoneField?: unknown;
  /** The notification's field with the duration. @default the first with a known name */
  readonly durationField?: unknown;
  /**
   * Time for the flow's answer, in milliseconds, 100 to 60000.
   * @default {@link DEFAULT_REPLY_LIMIT_MS}
   */
  readonly replyLimitMs?: unknown;
  /**
   * Whether the flow answers IVR requests; otherwise they get the fallback at once. @default true
   */
  readonly flowAnswersIvr?: unknown;
  /** Whether the flow decides at `confirmHangup`; otherwise the fallback does. @default true */
  readonly flowConfirmsHangup?: unknown;
  /**
   * Whether the flow answers calls of the browser connector with a page to open; otherwise they are
   * acknowledged at once. @default false
   */
  readonly flowPopsScreen?: unknown;
  /** The variables of an IVR answer if the flow does not answer in time. @default none */
  readonly ivrFallback?: unknown;
  /** The decision if the flow does not decide: `drop` or `extend`. @default drop */
  readonly hangupFallback?: unknown;
  /** The seconds of `extend`. */
  readonly hangupFallbackSeconds?: unknown;
  /** The format of a hang-up decision. */
  readonly hangupReplyFormat?: HangupReplyFormat;
}

/** The validated settings. */
export interface EndpointRules {
  /** The events that reach the flow, in the order of {@link WEBHOOK_EVENTS}. */
  readonly events: readonly WebhookEventType[];
  readonly takesConnector: boolean;
  readonly country: string;
  readonly phoneField: string;
  readonly durationField: string;
  readonly replyLimitMs: number;
  readonly flowAnswers: Readonly<Record<ReplyKind, boolean>>;
  readonly fallbacks: Readonly<Record<ReplyKind, HttpAnswer>>;
  readonly hangupReplyFormat: HangupReplyFormat;
}

/** @throws AccoladesError `INVALID_PARAMETER` or `INVALID_REPLY`, with the setting */
export function readEndpointSettings(settings: EndpointSettings): EndpointRules {
  const events = readWebhookEvents(settings.events);
  const hangupReplyFormat = settings.hangupReplyFormat ?? {};
  return {
    events,
    takesConnector: CONNECTOR_EVENTS.some((event) => events.includes(event)),
    country: parseCountry(settings.country),
    phoneField: readName(settings.phoneField, 'The field of the number'),
    durationField: readName(settings.durationField, 'The field of the duration'),
    replyLimitMs: readLimit(settings.replyLimitMs),
    flowAnswers: {
      ivr: settings.flowAnswersIvr !== false,
      confirmHangup: settings.flowConfirmsHangup !== false,
      screenPop: settings.flowPopsScreen === true,
    },
    fallbacks: {
      ivr: ivrReply(settings.ivrFallback),
      confirmHangup: confirmHangupReply(
        readHangupDecision(settings.hangupFallback || 'drop', settings.hangupFallbackSeconds),
        hangupReplyFormat,
      ),
      screenPop: CONNECTOR_ACKNOWLEDGEMENT,
    },
    hangupReplyFormat,
  };
}

/**
 * Returns the chosen events in the order of {@link WEBHOOK_EVENTS}.
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
