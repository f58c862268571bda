import { startOf } from '../call/call-event.ts';
import { parsePhone, type Phone } from '../call/phone.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { fieldText, valueText } from './fields.ts';

/**
 * What an IVR step asks, as both hosts give it to flows. Fields that `CallEvent` has, too, mean the
 * same.
 */
export interface IvrRequest {
  readonly event: 'ivrRequest';
  /** The caller: `$_callerId` as the server sent it; empty when it sent none. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is no valid public number. */
  readonly phone: Phone | null;
  /** `$_destinationNumber` */
  readonly destinationNumber: string;
  /** `$_callId`; empty when the step does not send it. */
  readonly callId: string;
  /** ISO 8601; null when `callId` does not begin with a plausible Unix time. */
  readonly startedAt: string | null;
  /** `$_dateNow` as `YYYY-MM-DD`; null when absent or no date. */
  readonly date: string | null;
  /** The IVR's own variables: every other field, as text. Names are case-sensitive. */
  readonly variables: Readonly<Record<string, string>>;
  /** ISO 8601 */
  readonly receivedAt: string;
  /** Names the request to the flow's answer; null when none is waited for. */
  readonly replyToken: string | null;
  /** Every field that was sent. */
  readonly raw: JsonObject;
}

export interface IvrContext {
  /** Where a number without a country code is at home. */
  readonly country: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly replyToken?: string | null;
}

type GlobalName = 'callerId' | 'destinationNumber' | 'callId' | 'dateNow';

/**
 * The documented globals. [help] They are sent by the name that the step gives them, so
 * `$_callerId`, `_callerId` and `callerId` are all understood. The last one also stays among the
 * own variables, because it can be one.
 */
const GLOBAL = /^\$?_(callerId|destinationNumber|callId|dateNow)$/;

/**
 * Reads the fields of an IVR request, from the query (GET) or the body (POST). Never throws: every
 * field may be absent.
 */
export function parseIvrRequest(fields: JsonObject, context: IvrContext): IvrRequest {
  const own: [string, string][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (GLOBAL.test(name)) continue;
    own.push([name, textOf(Array.isArray(value) ? value[0] : value)]);
  }
  const globalText = (name: GlobalName): string =>
    fieldText(fields, `$_${name}`) ?? fieldText(fields, `_${name}`) ?? fieldText(fields, name) ?? '';
  const phoneNumber = globalText('callerId');
  const callId = globalText('callId').trim();
  return {
    event: 'ivrRequest',
    phoneNumber,
    phone: parsePhone(phoneNumber, context.country),
    destinationNumber: globalText('destinationNumber'),
    callId,
    startedAt: startOf(callId, context.receivedAt),
    date: dateOf(globalText('dateNow')),
    variables: Object.fromEntries(own),
    receivedAt: new Date(context.receivedAt).toISOString(),
    replyToken: context.replyToken ?? null,
    raw: structuredClone(fields),
  };
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return valueText(value) ?? JSON.stringify(value);
}

function dateOf(text: string): string | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}
