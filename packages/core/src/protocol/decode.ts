import { AccoladesError } from '../errors.ts';
import { isObject, type JsonObject } from '../json/json-object.ts';
import {
  MESSAGES,
  type AgentConfiguration,
  type CallMessageType,
  type ConfigurationEntity,
  type ServerMessage,
} from './messages.ts';
import { repairJson } from './repair.ts';
import { utf8Text } from './utf8.ts';

/** Larger frames are rejected without decoding, in bytes. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/**
 * Longer frames are not repaired, in characters. A configuration has about 7,000, or 37,000 with
 * every character escaped.
 */
const MAX_REPAIR_CHARS = 64 * 1024;
/**
 * Deeper data is rejected, because hosts copy messages recursively and could overflow the stack.
 */
const MAX_DEPTH = 32;
const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The result of decoding one frame. */
export type Decoded =
  /**
   * `repaired`: the text was not valid JSON (like the samples in the documentation), but complete.
   */
  | { readonly kind: 'message'; readonly message: ServerMessage; readonly repaired: boolean }
  /** A valid message of a type that this version does not know. Not an error. */
  | { readonly kind: 'unknown'; readonly type: string; readonly raw: JsonObject }
  | { readonly kind: 'malformed'; readonly error: AccoladesError };

/**
 * Decodes one frame from the server. Never throws.
 *
 * Tries `JSON.parse` first, then a repair. A repaired message is accepted only if the text was
 * complete, its type is known and every documented field is present.
 */
export function decode(frame: string | Uint8Array): Decoded {
  let text: string;
  if (typeof frame === 'string') {
    if (frame.length > MAX_FRAME_BYTES) return tooLarge();
    text = frame;
  } else {
    if (frame.byteLength > MAX_FRAME_BYTES) return tooLarge();
    const read = utf8Text(frame);
    if (read === null) return malformed('A frame was not UTF-8 text.');
    text = read;
  }
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return decodeRepaired(text);
  }
  if (!isObject(data)) return malformed('A frame was not a JSON object.');
  return decodeObject(data, text, false);
}

function decodeRepaired(text: string): Decoded {
  const trimmed = text.trim();
  const repaired = trimmed.length > MAX_REPAIR_CHARS ? null : repairJson(trimmed);
  if (repaired === null) return malformed('A frame was not JSON.');
  let data: unknown;
  try {
    data = JSON.parse(repaired);
  } catch {
    return malformed('A frame was not JSON.');
  }
  if (!isObject(data)) return malformed('A frame was not a JSON object.');
  return decodeObject(data, repaired, true);
}

function decodeObject(data: JsonObject, text: string, repaired: boolean): Decoded {
  const harmless = isFlatAndHarmless(data);
  if (!harmless && isDeeperThan(data, MAX_DEPTH)) {
    return malformed(`A frame was nested more than ${MAX_DEPTH} levels deep.`);
  }
  const raw = harmless || !hasReservedKey(data) ? data : withoutReservedKeys(data);
  const type = raw['type'];
  if (typeof type !== 'string') return malformed('A frame had no type.');
  const documented = DOCUMENTED_FIELDS.get(type);
  if (documented === undefined) {
    return repaired ? malformed('A frame was not JSON.') : { kind: 'unknown', type, raw };
  }
  if (repaired && !documented.every((name) => raw[name] !== undefined)) {
    return malformed(`A damaged ${type} frame lacked a field.`);
  }
  const message = readMessage(type, raw, repaired, text);
  return message === null
    ? malformed(`A frame of type ${type} had a field of a wrong kind.`)
    : { kind: 'message', message, repaired };
}

const DOCUMENTED_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  MESSAGES.filter((message) => message.direction === 'server → client').map((message) => [
    message.type,
    message.fields.filter((field) => field.documented).map((field) => field.name),
  ]),
);

/**
 * Returns null when a field has an unreadable type. A missing field is rejected only if the message
 * is useless without it.
 */
function readMessage(type: string, raw: JsonObject, repaired: boolean, text: string): ServerMessage | null {
  switch (type) {
    case 'incomingCall':
    case 'outgoingCall':
      return readCall(type, raw, repaired, text);
    case 'authSucces':
    case 'authSuccess': {
      // Accept the answer whatever its version looks like: an odd version must not fail the
      // session.
      return { type: 'authSuccess', version: readText(raw['version']) || null, raw };
    }
    case 'authFailed': {
      const reason = readText(raw['reason']) ?? JSON.stringify(raw['reason']);
      return { type, reason: reason === 'IP_MISMATCH' ? 'IP_MISSMATCH' : reason, raw };
    }
    case 'configuration': {
      const configuration = readConfiguration(raw);
      return configuration === null ? null : { type, configuration, raw };
    }
    case 'version': {
      const version = readText(raw['value']);
      return version === undefined || version === '' ? null : { type, version, raw };
    }
    case 'connectionClosed':
    case 'error':
      return { type, raw };
    default:
      return null;
  }
}

function readCall(
  type: CallMessageType,
  raw: JsonObject,
  repaired: boolean,
  text: string,
): ServerMessage | null {
  const phoneNumber = readText(raw['phoneNumber']);
  const uniqueId = writtenNumber(raw['uniqueId'], 'uniqueId', text) ?? readText(raw['uniqueId']);
  if (phoneNumber === undefined || uniqueId === undefined) return null;
  const said = raw['callCenter'];
  const callCenter = said === 'yes' || said === true ? true : said === 'no' || said === false ? false : null;
  if (repaired && said !== undefined && callCenter === null) return null;
  return { type, phoneNumber, uniqueId, callCenter, raw };
}

function readConfiguration(raw: JsonObject): AgentConfiguration | null {
  const account = readEntity(raw['account']);
  const phone = readEntity(raw['phone']);
  const agent = readEntity(raw['agent']);
  if (account === undefined || phone === undefined || agent === undefined) return null;
  return { account, phone, agent };
}

/** Returns `undefined` when the value is present but not an entity. */
function readEntity(value: unknown): ConfigurationEntity | null | undefined {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) return undefined;
  const id = readText(value['id']);
  const data = value['data'];
  if (id === undefined) return undefined;
  // A newer server might send JSON here without quoting it. Keep it as text, so that `data` has one
  // type.
  const text =
    data === undefined || data === null ? '' : typeof data === 'string' ? data : JSON.stringify(data);
  return { id: id || null, data: text };
}

/**
 * Returns text unchanged, a finite number as text, a missing value as empty text, and `undefined`
 * for anything else.
 */
function readText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return undefined;
}

/**
 * Returns a number as the frame wrote it: `1608743891.1340` and `1608743891.134` are different
 * calls. Null when the value is not a number or is written differently (with an exponent, for
 * example). Of several fields of that name, returns one with the same value.
 */
function writtenNumber(value: unknown, name: string, text: string): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const written = [...text.matchAll(new RegExp(`"${name}"\\s*:\\s*(\\d+(?:\\.\\d+)?)(?![\\d.eE])`, 'g'))];
  return written.findLast(([, digits]) => Number(digits) === value)?.[1] ?? null;
}

/**
 * Whether the data has no nested values and no reserved keys, as usual calls do. Such data needs no
 * copy.
 */
function isFlatAndHarmless(data: JsonObject): boolean {
  for (const key in data) {
    const value = data[key];
    if ((typeof value === 'object' && value !== null) || RESERVED_KEYS.has(key)) return false;
  }
  return true;
}

function isDeeperThan(data: unknown, limit: number): boolean {
  if (typeof data !== 'object' || data === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(data)) return data.some((value) => isDeeperThan(value, limit - 1));
  if (!isObject(data)) return false;
  for (const key in data) if (isDeeperThan(data[key], limit - 1)) return true;
  return false;
}

/** Recursive; the caller limits the depth. */
function hasReservedKey(data: unknown): boolean {
  if (Array.isArray(data)) return data.some(hasReservedKey);
  if (!isObject(data)) return false;
  for (const key in data) if (RESERVED_KEYS.has(key) || hasReservedKey(data[key])) return true;
  return false;
}

/** Recursive; the caller limits the depth. */
function withoutReservedKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([key]) => !RESERVED_KEYS.has(key))
      .map(([key, value]) => [key, cleaned(value)]),
  );
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  return isObject(value) ? withoutReservedKeys(value) : value;
}

function malformed(what: string): Decoded {
  return { kind: 'malformed', error: new AccoladesError('FRAME_MALFORMED', { what }) };
}

function tooLarge(): Decoded {
  return { kind: 'malformed', error: new AccoladesError('FRAME_TOO_LARGE') };
}
