import { startOf } from '../call/call-event.ts';
import { parsePhone, type Phone } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { JsonObject } from '../json/json-object.ts';
import { fieldText, findText } from './fields.ts';

/** The documented notifications of a call. [help] */
export const NOTIFICATION_EVENTS = ['answer', 'confirmHangup', 'hangup'] as const;

/** The value of `apiName` in a call notification. [help] */
export const NOTIFICATION_API_NAME = 'callNotification';

/**
 * A call notification, as both hosts deliver it to flows. Fields that `CallEvent` also has mean the
 * same.
 */
export interface CallNotification {
  /**
   * One of {@link NOTIFICATION_EVENTS}, or an undocumented event as received; `unknown` when
   * missing.
   */
  readonly event: string;
  /** Null when missing, or when this version does not know the value (`raw` has it). */
  readonly direction: 'incoming' | 'outgoing' | null;
  /** As the server sent it; empty when no field looks like the number. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is not a valid public number. */
  readonly phone: Phone | null;
  /**
   * The same for all notifications of a call. Whether it equals the `uniqueId` of a `CallEvent` is
   * not published.
   */
  readonly callId: string;
  /** ISO 8601; null when `callId` does not start with a plausible Unix time. */
  readonly startedAt: string | null;
  /**
   * The phone that caused it: its numeric id, and `user`. Null when the server sent none. [help]
   */
  readonly user: { readonly id: string | null; readonly type: string | null };
  /** Seconds; null when no field looks like the duration. */
  readonly duration: number | null;
  /** ISO 8601 */
  readonly receivedAt: string;
  /** Identifies the request for the flow's answer; null when no answer is expected. */
  readonly replyToken: string | null;
  /** Every field that was posted. */
  readonly raw: JsonObject;
}

/**
 * Possible names of the field with the number; the first match is used. The name is not published.
 */
export const PHONE_FIELDS = {
  any: ['phoneNumber', 'phone', 'number', 'remoteNumber', 'externalNumber', 'msisdn'],
  caller: ['callerId', 'callerNumber', 'caller', 'sourceNumber', 'source', 'fromNumber', 'from', 'src'],
  called: [
    'destinationNumber',
    'destination',
    'calledNumber',
    'called',
    'dialedNumber',
    'toNumber',
    'to',
    'dst',
  ],
} as const;

/** Possible names of the field with the duration in seconds; the name is not published. */
export const DURATION_FIELDS = [
  'duration',
  'callDuration',
  'durationSeconds',
  'talkTime',
  'talkDuration',
  'billSec',
  'billSeconds',
] as const;

export interface NotificationContext {
  /** The country of numbers without a country code. */
  readonly country: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly replyToken?: string | null;
  /** The name of the field with the number, if known. Tried before {@link PHONE_FIELDS}. */
  readonly phoneField?: string;
  /** The name of the field with the duration, if known. Tried before {@link DURATION_FIELDS}. */
  readonly durationField?: string;
}

/**
 * Reads the fields of a call notification. Any field may be missing, so that no call is lost.
 * @throws AccoladesError `NOT_A_NOTIFICATION` when `apiName=callNotification`, event and call id
 *   are all missing
 */
export function parseNotification(fields: JsonObject, context: NotificationContext): CallNotification {
  const event = fieldText(fields, 'event')?.trim() ?? '';
  const callId = fieldText(fields, 'callId')?.trim() ?? '';
  if (event === '' && callId === '' && fieldText(fields, 'apiName') !== NOTIFICATION_API_NAME) {
    throw new AccoladesError('NOT_A_NOTIFICATION', { what: 'The request is no call notification.' });
  }
  const direction = directionOf(fields);
  const phoneNumber = phoneNumberOf(fields, direction, context.phoneField);
  return {
    event: event === '' ? 'unknown' : event,
    direction,
    phoneNumber,
    phone: parsePhone(phoneNumber, context.country),
    callId,
    startedAt: startOf(callId, context.receivedAt),
    user: { id: fieldText(fields, 'userId'), type: fieldText(fields, 'userType') },
    duration: durationOf(fields, context.durationField),
    receivedAt: new Date(context.receivedAt).toISOString(),
    replyToken: context.replyToken ?? null,
    raw: structuredClone(fields),
  };
}

/** English and Romanian words without accents. Accolades does not publish which it sends. */
const INCOMING = new Set(
  'in inc incoming inbound ingoing inward received intrare intrat intrata sosit primit primita'.split(' '),
);
const OUTGOING = new Set(
  'out outgoing outbound outward dialed dialled placed iesire iesit iesita efectuat efectuata'.split(' '),
);

/**
 * The field's name starts with `callDire`. The rest of the name and the values are not published.
 * [help]
 */
function directionOf(fields: JsonObject): CallNotification['direction'] {
  for (const name of Object.keys(fields)) {
    if (!name.toLowerCase().startsWith('calldire')) continue;
    // Keep letters only: “ieșire” becomes “iesire”, “apel de intrare” becomes “intrare”,
    // “Incoming-Call” becomes “incoming”.
    const value = (fieldText(fields, name) ?? '')
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z]/g, '');
    const word = value.length > 4 ? value.replace(/^apel(?:de)?|call$/g, '') : value;
    if (INCOMING.has(word)) return 'incoming';
    if (OUTGOING.has(word)) return 'outgoing';
  }
  return null;
}

function phoneNumberOf(
  fields: JsonObject,
  direction: CallNotification['direction'],
  phoneField: string | undefined,
): string {
  const { any, caller, called } = PHONE_FIELDS;
  const names = direction === 'outgoing' ? [...any, ...called, ...caller] : [...any, ...caller, ...called];
  return findText(fields, chosenFirst(phoneField, names)) ?? '';
}

function durationOf(fields: JsonObject, durationField: string | undefined): number | null {
  const text = findText(fields, chosenFirst(durationField, DURATION_FIELDS))?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  const [, hours, minutes, seconds] = /^(?:(\d{1,4}):)?(\d{1,4}):(\d{2})$/.exec(text) ?? [];
  if (minutes === undefined || seconds === undefined) return null;
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function chosenFirst(chosen: string | undefined, names: readonly string[]): readonly string[] {
  const name = chosen?.trim() ?? '';
  return name === '' ? names : [name, ...names];
}
