import { AccoladesError } from '../errors.ts';
import { MAX_DEPTH, plainCopy } from '../json/plain-json.ts';
import { isObject, type JsonObject } from '../json/json-object.ts';
import { MAX_FIELDS, tooManyFields } from './form.ts';

/**
 * Parses a JSON body.
 * @throws AccoladesError `BODY_MALFORMED` unless it is an object with at most {@link MAX_FIELDS}
 *   values, not nested too deep
 */
export function parseJsonFields(text: string): JsonObject {
  const data = parseJson(text);
  if (data === undefined) throw malformed('The request is not valid JSON.');
  return copyFields(data);
}

/** Returns undefined when the text is not valid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

/**
 * Copies the fields of a body that the host has already parsed.
 * @throws AccoladesError `BODY_MALFORMED` unless it is an object with at most {@link MAX_FIELDS}
 *   values, not nested too deep
 */
export function copyFields(data: unknown): JsonObject {
  if (!isObject(data)) throw malformed('The request is not a JSON object.');
  measure(data);
  const copy = plainCopy(data)?.value;
  if (!isObject(copy)) throw malformed('The request is nested too deep.');
  return copy;
}

/**
 * Returns the size of parsed data: the bytes of its names and texts. The original body was not
 * smaller.
 *
 * @throws AccoladesError `BODY_MALFORMED`: more than {@link MAX_FIELDS} values at all depths, or
 *   nested too deep
 */
export function measure(data: JsonObject): number {
  const encoder = new TextEncoder();
  let count = 0;
  let size = 0;
  const add = (value: unknown, depth: number): void => {
    if (typeof value === 'string') size += encoder.encode(value).byteLength;
    if (typeof value !== 'object' || value === null) return;
    if (depth > MAX_DEPTH) throw malformed('The request is nested too deep.');
    const entries: [string, unknown][] = Object.entries(value);
    count += entries.length;
    if (count > MAX_FIELDS) throw tooManyFields();
    for (const [name, inner] of entries) {
      if (!Array.isArray(value)) size += encoder.encode(name).byteLength;
      add(inner, depth + 1);
    }
  };
  add(data, 1);
  return size;
}

/**
 * Returns the text of a field, or of the first if it is repeated. Numbers become text. Null when
 * missing.
 */
export function fieldText(fields: JsonObject, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return valueText(Array.isArray(value) ? value[0] : value);
}

/** Returns null unless it is a single value. */
export function valueText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  return null;
}

/**
 * Returns the first text that is not blank among these names. Ignores case, `$`, `_` and `-` in
 * names.
 */
export function findText(fields: JsonObject, names: readonly string[]): string | null {
  const present = new Map<string, string>();
  for (const name of Object.keys(fields)) {
    const text = fieldText(fields, name);
    if (text !== null && text.trim() !== '' && !present.has(simplified(name))) {
      present.set(simplified(name), text);
    }
  }
  for (const name of names) {
    const text = present.get(simplified(name));
    if (text !== undefined) return text;
  }
  return null;
}

function simplified(name: string): string {
  return name.toLowerCase().replace(/[$_\s-]/g, '');
}

function malformed(what: string): AccoladesError {
  return new AccoladesError('BODY_MALFORMED', { what });
}
