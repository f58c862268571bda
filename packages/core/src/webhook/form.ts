import { AccoladesError } from '../errors.ts';
import { safeName } from '../json/plain-json.ts';
import type { JsonObject } from '../json/json-object.ts';

/**
 * Maximum number of values, at all depths together. A notification has about ten; reading thousands
 * would delay the answers to other calls.
 */
export const MAX_FIELDS = 1_000;

type Decoder = InstanceType<typeof TextDecoder>;

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/**
 * Parses form-encoded text (a body, or the query of a URL). A repeated name gets the list of its
 * values. Invalid bytes become U+FFFD, and a stray `%` is kept: a bad escape must not lose a call.
 *
 * @param charset of the content type; default UTF-8
 * @throws AccoladesError `BODY_MALFORMED`: more than {@link MAX_FIELDS}; `UNSUPPORTED_MEDIA_TYPE`:
 *   an unknown charset
 */
export function parseForm(form: string | Uint8Array, charset = 'utf-8'): JsonObject {
  const decoder = decoderOf(charset);
  const values = new Map<string, string[]>();
  let count = 0;
  for (const pair of pairsOf(form)) {
    if (++count > MAX_FIELDS) throw tooManyFields();
    const name = safeName(unescaped(pair.name, decoder));
    const value = unescaped(pair.value, decoder);
    const others = values.get(name);
    if (others === undefined) values.set(name, [value]);
    else others.push(value);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list]));
}

/**
 * Returns the first value of one name and decodes nothing else. Compares the name as UTF-8, so
 * non-ASCII names are not found in other charsets.
 *
 * @returns null when there is none among the first {@link MAX_FIELDS}
 * @throws AccoladesError `UNSUPPORTED_MEDIA_TYPE`: an unknown charset
 */
export function formValue(form: string | Uint8Array, name: string, charset = 'utf-8'): string | null {
  const wanted = new TextEncoder().encode(name);
  let count = 0;
  for (const pair of pairsOf(form)) {
    if (++count > MAX_FIELDS) return null;
    if (isEscapeOf(pair.name, wanted)) return unescaped(pair.value, decoderOf(charset));
  }
  return null;
}

/**
 * Returns a decoder that keeps a byte order mark inside a text.
 * @throws AccoladesError `UNSUPPORTED_MEDIA_TYPE`: an unknown charset
 */
export function decoderOf(charset: string): Decoder {
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    throw new AccoladesError('UNSUPPORTED_MEDIA_TYPE', { what: 'The charset of the request is not known.' });
  }
}

export function tooManyFields(): AccoladesError {
  return new AccoladesError('BODY_MALFORMED', { what: `The request has more than ${MAX_FIELDS} fields.` });
}

interface RawPair {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

const NOTHING = new Uint8Array();

/** Yields the pairs as bytes, because escapes are bytes of the charset. */
function* pairsOf(form: string | Uint8Array): Generator<RawPair> {
  const bytes = typeof form === 'string' ? new TextEncoder().encode(form) : form;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let start = hasMark ? 3 : 0; start < bytes.length;) {
    const found = bytes.indexOf(AMPERSAND, start);
    const end = found < 0 ? bytes.length : found;
    if (end > start) {
      const pair = bytes.subarray(start, end);
      const equals = pair.indexOf(EQUALS);
      yield equals < 0
        ? { name: pair, value: NOTHING }
        : { name: pair.subarray(0, equals), value: pair.subarray(equals + 1) };
    }
    start = end + 1;
  }
}

function unescaped(bytes: Uint8Array, decoder: Decoder): string {
  if (!bytes.includes(PERCENT) && !bytes.includes(PLUS)) return decoder.decode(bytes);
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const escaped = escapedAt(bytes, i);
    if (escaped >= 0) i += 2;
    plain[length++] = escaped >= 0 ? escaped : plainByte(bytes[i]);
  }
  return decoder.decode(plain.subarray(0, length));
}

/** Whether bytes equal `wanted`, with or without escapes. */
function isEscapeOf(bytes: Uint8Array, wanted: Uint8Array): boolean {
  let i = 0;
  for (const byte of wanted) {
    const escaped = escapedAt(bytes, i);
    if ((escaped >= 0 ? escaped : plainByte(bytes[i])) !== byte) return false;
    i += escaped >= 0 ? 3 : 1;
  }
  return i === bytes.length;
}

/** Returns the byte of an escape such as `%C8`; negative without an escape. */
function escapedAt(bytes: Uint8Array, i: number): number {
  return bytes[i] === PERCENT ? (hexDigit(bytes[i + 1]) << 4) | hexDigit(bytes[i + 2]) : -1;
}

function plainByte(byte = -1): number {
  return byte === PLUS ? SPACE : byte;
}

/** Negative for anything else, so that the `|` of both digits is negative too. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
