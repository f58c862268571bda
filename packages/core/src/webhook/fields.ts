import { TextDecoder } from 'node:util';
import { AccoladesError } from '../errors.ts';
import { plainCopy, safeName } from '../json/plain-json.ts';
import { isObject } from '../protocol/decode.ts';
import type { JsonObject } from '../protocol/messages.ts';

/** More fields than this are refused; a notification has some ten. */
export const MAX_FIELDS = 1_000;

/**
 * Reads form-encoded text (a body, or the query of a URL). A name that comes several times gets the list of its values.
 * Bytes that are not of the charset become U+FFFD; a stray `%` stays as it is: no call is lost to a bad escape.
 *
 * @param charset as the content type names it; default UTF-8
 * @throws AccoladesError `BODY_MALFORMED`: more than {@link MAX_FIELDS}; `UNSUPPORTED_MEDIA_TYPE`: an unknown charset
 */
export function parseForm(form: string | Uint8Array, charset = 'utf-8'): JsonObject {
  const decoder = decoderOf(charset);
  // Byte by byte, since escapes are bytes of the charset.
  const text = typeof form === 'string' ? Buffer.from(form, 'utf8').toString('latin1') : latin1Of(form);
  // Runs of “&” count once; one before the first field makes an empty piece.
  const pairs = text.split(/&+/, MAX_FIELDS + 2).filter((pair) => pair !== '');
  if (pairs.length > MAX_FIELDS) {
    throw new AccoladesError('BODY_MALFORMED', { what: `The request has more than ${MAX_FIELDS} fields.` });
  }
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = safeName(unescaped(equals < 0 ? pair : pair.slice(0, equals), decoder));
    const value = equals < 0 ? '' : unescaped(pair.slice(equals + 1), decoder);
    const others = values.get(name);
    if (others === undefined) values.set(name, [value]);
    else others.push(value);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list]));
}

/**
 * Reads a JSON body.
 * @throws AccoladesError `BODY_MALFORMED` unless it is an object, not nested too deep
 */
export function parseJsonFields(text: string): JsonObject {
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new AccoladesError('BODY_MALFORMED', { what: 'The request is not valid JSON.' });
  }
  return copyFields(data);
}

/**
 * The fields of a body that the host has parsed already.
 * @throws AccoladesError `BODY_MALFORMED` unless it is an object, not nested too deep
 */
export function copyFields(data: unknown): JsonObject {
  if (!isObject(data)) {
    throw new AccoladesError('BODY_MALFORMED', { what: 'The request is not a JSON object.' });
  }
  if (Object.keys(data).length > MAX_FIELDS) {
    throw new AccoladesError('BODY_MALFORMED', { what: `The request has more than ${MAX_FIELDS} fields.` });
  }
  const copy = plainCopy(data)?.value;
  if (!isObject(copy))
    throw new AccoladesError('BODY_MALFORMED', { what: 'The request is nested too deep.' });
  return copy;
}

/** The text of a field: of a repeated one the first; numbers as text; null when there is none. */
export function fieldText(fields: JsonObject, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return valueText(Array.isArray(value) ? value[0] : value);
}

/** Null for what is no single value. */
export function valueText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  return null;
}

/** The text of the first field that one of the names fits, and that is not empty; capitals, `$`, `_` and `-` do not matter. */
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

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    throw new AccoladesError('UNSUPPORTED_MEDIA_TYPE', { what: 'The charset of the request is not known.' });
  }
}

function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** @param text one character per byte */
function unescaped(text: string, decoder: TextDecoder): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decoder.decode(Buffer.from(bytes, 'latin1'));
}
