import { AccoladesError } from '../errors.ts';
import { isObject } from '../json/json-object.ts';

/** An HTTP answer that a host sends unchanged. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The documented limits of an IVR's own variables. [help] */
export const MAX_IVR_VARIABLES = 10;
const IVR_VARIABLE_NAME = /^[A-Za-z0-9]+$/;
/** Our own limits (none is published), in characters. */
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
function readVariables(input: unknown): ReadonlyMap<string, string> {
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
 * Returns the answer to an IVR request: a JSON object. The IVR copies its properties to variables
 * of the same name if its step has “JSON response processing” on. [help]
 * @throws AccoladesError `INVALID_REPLY`
 */
export function ivrReply(variables: unknown): HttpAnswer {
  return jsonAnswer(Object.fromEntries(readVariables(variables)));
}

/** 200 with a JSON object. */
export function jsonAnswer(body: Readonly<Record<string, string | number>>): HttpAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
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
