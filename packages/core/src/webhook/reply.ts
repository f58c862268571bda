import { AccoladesError } from '../errors.ts';
import { isObject } from '../protocol/decode.ts';

/** An HTTP answer that a host sends as it is. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The documented limits of an IVR's own variables. [help] */
export const MAX_IVR_VARIABLES = 10;
const IVR_VARIABLE_NAME = /^[A-Za-z0-9]+$/;
/** Our own bounds (none is published), in characters. */
const MAX_NAME_CHARS = 64;
const MAX_VALUE_CHARS = 4_096;

/** 200 without content, for notifications that need no answer. */
export const ACKNOWLEDGEMENT: HttpAnswer = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'OK',
};

/**
 * Reads the variables of an answer: an object, its JSON text, or a list of `{ name, value }`.
 * Values become text: numbers and truth values as written in JSON, null as empty text.
 *
 * @throws AccoladesError `INVALID_REPLY`, naming the variable and the limit
 */
export function readVariables(input: unknown): ReadonlyMap<string, string> {
  const pairs = pairsOf(input);
  const variables = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (!IVR_VARIABLE_NAME.test(name) || name.length > MAX_NAME_CHARS) {
      throw invalid(`“${clip(name)}” is no name of an IVR variable: letters and digits only.`);
    }
    if (variables.has(name)) throw invalid(`The variable “${name}” is given twice.`);
    variables.set(name, valueOf(name, value));
  }
  if (variables.size > MAX_IVR_VARIABLES) {
    throw invalid(`An IVR has at most ${MAX_IVR_VARIABLES} variables; ${variables.size} are given.`);
  }
  return variables;
}

/**
 * The answer to an IVR request: a JSON object, whose properties the IVR takes over as variables of the same name when its
 * step has “JSON response processing” on. [help]
 * @throws AccoladesError `INVALID_REPLY`
 */
export function ivrReply(variables: unknown): HttpAnswer {
  return jsonAnswer(Object.fromEntries(readVariables(variables)));
}

/** What becomes of a call that reached its maximum duration. */
export type HangupDecision =
  | { readonly decision: 'drop' }
  /** The new duration limit, in seconds. Whether it counts from now or from the call's start is not published. */
  | { readonly decision: 'extend'; readonly seconds: number };

/**
 * How a {@link HangupDecision} is written. The format of this answer is not published, so nothing here is a fact about
 * Accolades: the default is one readable form, to be set to what the vendor tells the account's owner.
 */
export interface HangupReplyFormat {
  /** Default `json`. */
  readonly format?: 'json' | 'form' | 'template';
  /** Default `action`. */
  readonly decisionField?: string;
  /** Default `drop`. */
  readonly dropValue?: string;
  /** Default `extend`. */
  readonly extendValue?: string;
  /** Default `duration`. Not written when the call is dropped. */
  readonly secondsField?: string;
  /** With `template`: the whole body; `{decision}` and `{seconds}` are replaced (`{seconds}` by 0 when dropped). */
  readonly template?: string;
  /** With `template`. Default `text/plain; charset=utf-8`. */
  readonly contentType?: string;
}

/** Our own bound, in seconds: a day. */
const MAX_EXTENSION_S = 86_400;

/**
 * Reads a decision that a flow or a person gave.
 * @throws AccoladesError `INVALID_REPLY`
 */
export function readHangupDecision(decision: unknown, seconds?: unknown): HangupDecision {
  if (decision === 'drop') return { decision };
  if (decision !== 'extend') throw invalid('The decision must be “drop” or “extend”.');
  const number = typeof seconds === 'string' && seconds.trim() !== '' ? Number(seconds) : seconds;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 1 || number > MAX_EXTENSION_S) {
    throw invalid(`To extend the call, give whole seconds from 1 to ${MAX_EXTENSION_S}.`);
  }
  return { decision, seconds: number };
}

/**
 * The answer to a `confirmHangup` notification.
 * @throws AccoladesError `INVALID_REPLY` when decision or format cannot be used
 */
export function confirmHangupReply(
  decision: HangupDecision,
  replyFormat: HangupReplyFormat = {},
): HttpAnswer {
  const checked = readHangupDecision(
    decision.decision,
    decision.decision === 'extend' ? decision.seconds : undefined,
  );
  const seconds = checked.decision === 'extend' ? checked.seconds : 0;
  const word =
    checked.decision === 'extend'
      ? given(replyFormat.extendValue, 'extend')
      : given(replyFormat.dropValue, 'drop');
  const format = replyFormat.format ?? 'json';
  if (format === 'template') {
    const template = replyFormat.template ?? '';
    if (template.trim() === '') throw invalid('The template of the answer is empty.');
    return {
      status: 200,
      headers: { 'content-type': contentTypeOf(replyFormat.contentType) },
      body: template.replaceAll('{decision}', () => word).replaceAll('{seconds}', String(seconds)),
    };
  }
  const decisionField = given(replyFormat.decisionField, 'action');
  const secondsField = given(replyFormat.secondsField, 'duration');
  if (decisionField === secondsField) throw invalid('The two fields of the answer have the same name.');
  const fields = new Map<string, string | number>([[decisionField, word]]);
  if (checked.decision === 'extend') fields.set(secondsField, seconds);
  if (format === 'json') return jsonAnswer(Object.fromEntries(fields));
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(
      [...fields].map(([name, value]): [string, string] => [name, String(value)]),
    ).toString(),
  };
}

function jsonAnswer(body: Readonly<Record<string, string | number>>): HttpAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

function given(text: string | undefined, fallback: string): string {
  const typed = text?.trim() ?? '';
  return typed === '' ? fallback : typed;
}

function contentTypeOf(text: string | undefined): string {
  const typed = given(text, 'text/plain; charset=utf-8');
  // Anything else could end the header and begin another.
  if (!/^[\x20-\x7e]{1,200}$/.test(typed)) throw invalid('The content type of the answer is not valid.');
  return typed;
}

function pairsOf(input: unknown): readonly (readonly [string, unknown])[] {
  if (input === undefined || input === null || input === '') return [];
  if (typeof input === 'string') {
    let data: unknown;
    try {
      data = JSON.parse(input);
    } catch {
      throw invalid('The variables are not valid JSON.');
    }
    if (!isObject(data)) throw invalid('The variables must be a JSON object.');
    return Object.entries(data);
  }
  if (input instanceof Map) throw invalid('The variables must be an object.');
  if (Array.isArray(input)) {
    const entries: readonly unknown[] = input;
    return entries.map((entry) => {
      if (!isObject(entry) || typeof entry['name'] !== 'string') {
        throw invalid('Each variable of the list must have a name.');
      }
      return [entry['name'], entry['value']];
    });
  }
  if (!isObject(input)) throw invalid('The variables must be an object.');
  return Object.entries(input);
}

function valueOf(name: string, value: unknown): string {
  let text: string;
  if (value === undefined || value === null) text = '';
  else if (typeof value === 'string') text = value;
  else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    text = String(value);
  else throw invalid(`The variable “${name}” must be text, a number or true/false.`);
  if (text.length > MAX_VALUE_CHARS) {
    throw invalid(`The variable “${name}” is longer than ${MAX_VALUE_CHARS} characters.`);
  }
  return text;
}

function clip(name: string): string {
  return name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS)}…` : name;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_REPLY', { what });
}
