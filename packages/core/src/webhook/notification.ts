import { startOf } from '../call/call-event.ts';
import { parsePhone, type Phone } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { fieldText, findText } from './fields.ts';

/** The documented notifications of a call. [help] */
export const NOTIFICATION_EVENTS = ['answer', 'confirmHangup', 'hangup'] as const;

/** The value of `apiName` in a call notification. [help] */
export const NOTIFICATION_API_NAME = 'callNotification';

/**
 * A call notification, as both hosts give it to flows. Fields that `CallEvent` has, too, mean the
 * same.
 */
export interface CallNotification {
  /**
   * One of {@link NOTIFICATION_EVENTS}; an event that is not documented is kept as it came, an
   * absent one is `unknown`.
   */
  readonly event: string;
  /**
   * Null when the server did not say, or in a way that this version does not know (`raw` has it).
   */
  readonly direction: 'incoming' | 'outgoing' | null;
  /** What the server sent, unchanged; empty when no field looks like the number. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is no valid public number. */
  readonly phone: Phone | null;
  /**
   * The same for all notifications of a call. Whether it equals the `uniqueId` of a `CallEvent` is
   * not published.
   */
  readonly callId: string;
  /** ISO 8601; null when `callId` does not begin with a plausible Unix time. */
  readonly startedAt: string | null;
  /**
   * The phone that raised it: its numeric id, and `user`. Null where the server did not say. [help]
   */
  readonly user: { readonly id: string | null; readonly type: string | null };
  /** Seconds; null when no field looks like it. */
  readonly duration: number | null;
  /** ISO 8601 */
  readonly receivedAt: string;
  /** Names the request to the flow's answer; null when none is waited for. */
  readonly replyToken: string | null;
  /** Every field that was posted. */
  readonly raw: JsonObject;
}

/**
 * Names that the field with the number may have; the first one found is used. Accolades does not
 * publish the name.
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

/** Names that a field with the duration in seconds may have; none is published. */
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
  /** Where a number without a country code is at home. */
  readonly country: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly replyToken?: string | null;
  /** The name of the field with the number, if it is known. Tried before {@link PHONE_FIELDS}. */
  readonly phoneField?: string;
  /** The same for the duration and {@link DURATION_FIELDS}. */
  readonly durationField?: string;
}

/**
 * Reads the fields of a call notification. Even documented ones may be absent, so that no call is
 * lost.
 * @throws AccoladesError `NOT_A_NOTIFICATION` when there is neither `apiName=callNotification` nor
 *   an event nor a call id
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

/** English and Romanian words, without accents. Which ones Accolades sends is not published. */
const INCOMING = new Set(
  'in inc incoming inbound ingoing inward received intrare intrat intrata sosit primit primita'.split(' '),
);
const OUTGOING = new Set(
  'out outgoing outbound outward dialed dialled placed iesire iesit iesita efectuat efectuata'.split(' '),
);

/**
 * The field's name begins with `callDire`; how it goes on, and its values, are not published.
 * [help]
 */
function directionOf(fields: JsonObject): CallNotification['direction'] {
  for (const name of Object.keys(fields)) {
    if (!name.toLowerCase().startsWith('calldire')) continue;
    // Letters alone: “ieșire” is “iesire”, “apel de intrare” is “intrare”, “Incoming-Call” is
    // “incoming”.
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
