import { startOf } from '../call/call-event.ts';
import { parsePhone, type Phone } from '../call/phone.ts';
import type { JsonObject } from '../json/json-object.ts';
import { fieldText, valueText } from './fields.ts';

/**
 * The request of an IVR step, as both hosts deliver it to flows. Fields that `CallEvent` also has
 * mean the same.
 */
export interface IvrRequest {
  readonly event: 'ivrRequest';
  /** The caller: `$_callerId` as the server sent it; empty when it sent none. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is not a valid public number. */
  readonly phone: Phone | null;
  /** `$_destinationNumber` */
  readonly destinationNumber: string;
  /** `$_callId`; empty when the step does not send it. */
  readonly callId: string;
  /** ISO 8601; null when `callId` does not start with a plausible Unix time. */
  readonly startedAt: string | null;
  /** `$_dateNow` as `YYYY-MM-DD`; null when missing or not a date. */
  readonly date: string | null;
  /** The IVR's own variables: all other fields, as text. Names are case-sensitive. */
  readonly variables: Readonly<Record<string, string>>;
  /** ISO 8601 */
  readonly receivedAt: string;
  /** Identifies the request for the flow's answer; null when no answer is expected. */
  readonly replyToken: string | null;
  /** Every field that was sent. */
  readonly raw: JsonObject;
}

export interface IvrContext {
  /** The country of numbers without a country code. */
  readonly country: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly replyToken?: string | null;
}

type GlobalName = 'callerId' | 'destinationNumber' | 'callId' | 'dateNow';

/**
 * The documented globals. [help] The step chooses their names, so `$_callerId`, `_callerId` and
 * `callerId` are all accepted. The last form is also kept among the own variables, because it may
 * be one.
 */
const GLOBAL = /^\$?_(callerId|destinationNumber|callId|dateNow)$/;

/**
 * Whether a field has the name of a documented global as an IVR step writes it. Other senders have
 * no such fields.
 */
export function hasIvrGlobal(fields: JsonObject): boolean {
  return Object.keys(fields).some((name) => /^\$?_/.test(name) && GLOBAL.test(name));
}

/**
 * Reads the fields of an IVR request, from the query (GET) or the body (POST). Never throws: any
 * field may be missing.
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
