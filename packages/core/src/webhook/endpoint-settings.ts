import { createFilter, type EventFilter } from '../call/filter.ts';
import { parseCountry } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { GuardSettings } from './endpoint-guard.ts';
import { confirmHangupReply, readHangupDecision, type HangupReplyFormat } from './hangup-reply.ts';
import type { ReplyKind } from './pending-replies.ts';
import {
  OUTCOME_EVENTS,
  readPurpose,
  readPurposeEvents,
  WEBHOOK_EVENTS,
  type EndpointEventType,
  type EndpointPurpose,
  type OutcomeEventType,
  type WebhookEventType,
} from './purpose.ts';
import { ivrReply, type HttpAnswer } from './reply.ts';
import { LONGEST_HOLD_MS } from './ringing-calls.ts';
import { CONNECTOR_ACKNOWLEDGEMENT } from './screen-pop.ts';

/** Time for the flow's answer, in milliseconds. Accolades' own limit is not published. */
export const DEFAULT_REPLY_LIMIT_MS = 5_000;
const MIN_REPLY_LIMIT_MS = 100;
const MAX_REPLY_LIMIT_MS = 60_000;

/**
 * The settings of an endpoint as typed. Missing settings have their defaults; those of another
 * purpose are ignored.
 */
export interface EndpointSettings extends GuardSettings {
  /** @default the purpose of the first chosen event, else notifications */
  readonly receives?: unknown;
  /** The events of the purpose that reach the flow. Others are still answered. @default all */
  readonly events?: unknown;
  /** Of the connector's calls: see `FilterSettings`. @default all */
  readonly callSource?: unknown;
  /** Of the connector's calls: see `FilterSettings`. @default all numbers */
  readonly numbers?: unknown;
  /** Of the connector's calls: see `FilterSettings`. @default false */
  readonly firstRingOnly?: unknown;
  /** The country of numbers without a country code. @default RO */
  readonly country?: unknown;
  /** The notification's field with the number. @default the first with a known name */
  readonly phoneField?: unknown;
  /** The notification's field with the duration. @default the first with a known name */
  readonly durationField?: unknown;
  /**
   * Time for the flow's answer, in milliseconds, 100 to 60000.
   * @default {@link DEFAULT_REPLY_LIMIT_MS}; with {@link popWhenAnswered} its longest, 18 s
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
  /**
   * Whether the page opens only for the agent who answers the call: it waits until the `answer`
   * notification names the phone, at most {@link replyLimitMs}, 18 s. @default false
   */
  readonly popWhenAnswered?: unknown;
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
  readonly purpose: EndpointPurpose;
  /** In the order of the ports. */
  readonly chosenEvents: readonly EndpointEventType[];
  /** Those of single requests. */
  readonly events: readonly WebhookEventType[];
  /** Those of whole calls. */
  readonly outcomeEvents: readonly OutcomeEventType[];
  /** Of the connector's events; null for the other purposes. */
  readonly accepts: EventFilter | null;
  readonly country: string;
  readonly phoneField: string;
  readonly durationField: string;
  readonly replyLimitMs: number;
  readonly flowAnswers: Readonly<Record<ReplyKind, boolean>>;
  /** Whether pages wait until their agent answers the call. */
  readonly popsWhenAnswered: boolean;
  readonly fallbacks: Readonly<Record<ReplyKind, HttpAnswer>>;
  readonly hangupReplyFormat: HangupReplyFormat;
}

/** @throws AccoladesError `INVALID_PARAMETER` or `INVALID_REPLY`, with the setting */
export function readEndpointSettings(given: EndpointSettings): EndpointRules {
  const purpose = readPurpose(given.receives, given.events);
  const settings = settingsOf(purpose, given);
  const chosenEvents = readPurposeEvents(purpose, settings.events);
  const country = parseCountry(settings.country);
  const hangupReplyFormat = settings.hangupReplyFormat ?? {};
  const popsWhenAnswered = settings.flowPopsScreen === true && settings.popWhenAnswered === true;
  return {
    purpose,
    chosenEvents,
    events: WEBHOOK_EVENTS.filter((event) => chosenEvents.includes(event)),
    outcomeEvents: OUTCOME_EVENTS.filter((event) => chosenEvents.includes(event)),
    accepts: purpose === 'connector' ? createFilter({ ...settings, events: chosenEvents }, country) : null,
    country,
    phoneField: readName(settings.phoneField, 'The field of the number'),
    durationField: readName(settings.durationField, 'The field of the duration'),
    replyLimitMs: popsWhenAnswered
      ? readLimit(settings.replyLimitMs, LONGEST_HOLD_MS, LONGEST_HOLD_MS)
      : readLimit(settings.replyLimitMs, MAX_REPLY_LIMIT_MS, DEFAULT_REPLY_LIMIT_MS),
    popsWhenAnswered,
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
 * A dialog hides the settings of other purposes, so a mistake in them cannot be corrected there.
 */
function settingsOf(purpose: EndpointPurpose, given: EndpointSettings): EndpointSettings {
  const { events, country, replyLimitMs } = given;
  switch (purpose) {
    case 'notifications': {
      const { phoneField, durationField, flowConfirmsHangup, hangupFallback, hangupFallbackSeconds } = given;
      return {
        ...{ events, country, replyLimitMs, phoneField, durationField, flowConfirmsHangup },
        ...{ hangupFallback, hangupFallbackSeconds },
        ...(given.hangupReplyFormat === undefined ? {} : { hangupReplyFormat: given.hangupReplyFormat }),
      };
    }
    case 'ivr': {
      const { flowAnswersIvr, ivrFallback } = given;
      return { events, country, replyLimitMs, flowAnswersIvr, ivrFallback };
    }
    case 'connector': {
      const { flowPopsScreen, popWhenAnswered, callSource, numbers, firstRingOnly } = given;
      const filter = { callSource, numbers, firstRingOnly };
      return { events, country, replyLimitMs, flowPopsScreen, popWhenAnswered, ...filter };
    }
  }
}

function readName(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value.trim();
}

function readLimit(value: unknown, maxMs: number, defaultMs: number): number {
  if (value === undefined || value === null || value === '') return defaultMs;
  const ms = typeof value === 'string' ? Number(value) : value;
  if (typeof ms !== 'number' || !(ms >= MIN_REPLY_LIMIT_MS && ms <= maxMs)) {
    throw invalid(`The time limit of an answer must be ${MIN_REPLY_LIMIT_MS} to ${maxMs} milliseconds.`);
  }
  return ms;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
