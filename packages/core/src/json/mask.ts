import { isObject } from '../protocol/decode.ts';
import type { JsonObject } from '../protocol/messages.ts';

/** A secret as it may be shown: the last three characters of a long one, nothing of a short one. */
export function maskSecret(secret: string): string {
  return secret.length >= 8 ? `…${secret.slice(-3)}` : '…';
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * The same object, which `util.inspect` and `JSON.stringify` show with these fields masked: an
 * object that is logged by mistake must not show its secrets. Copies by spreading are not protected.
 */
export function hideSecrets<T extends object>(object: T, ...names: readonly (keyof T & string)[]): T {
  const shown = (): Record<string, unknown> => ({
    ...object,
    ...Object.fromEntries(names.map((name) => [name, maskedField(object[name])])),
  });
  // Not enumerable, so that the object compares and clones as before.
  return Object.defineProperties(object, { toJSON: { value: shown }, [INSPECT]: { value: shown } });
}

function maskedField(value: unknown): string {
  return typeof value === 'string' ? maskSecret(value) : '…';
}

/** Shorter secrets are too likely to be an ordinary part of a text (a name, a number) to be replaced wherever they stand. */
const SHORTEST_REPLACED = 6;

/**
 * `text` with every occurrence of the secret masked.
 *
 * A secret of digits alone cannot be told from a phone number or an id, and a call must not lose its number: it is masked only
 * where a name says what it is (`idCrm`, `agentId`, `password`).
 */
export function maskIn(text: string, secret: string): string {
  if (!text.includes(secret)) return text;
  if (/^\d+$/.test(secret)) {
    const named = new RegExp(
      `((?:idCrm|agentId|password)(["']?)\\s*[:=]\\s*)(["']?)${secret}(?!\\d|\\.\\d)`,
      'gi',
    );
    return text.replace(named, (_, before: string, ofName: string, quote: string) => {
      // What stands in JSON as a number becomes a text, so that it is still JSON.
      const closing = quote === '' ? ofName : '';
      return `${before}${quote}${closing}${maskSecret(secret)}${closing}`;
    });
  }
  return secret.length < SHORTEST_REPLACED ? text : text.replaceAll(secret, () => maskSecret(secret));
}

/**
 * A copy of JSON data in which every text that holds the secret is masked; beside a name that says what it is (`password`,
 * `idCrm`, `agentId`) also one that is too short or too much like a number to be known elsewhere. Depth must be bounded.
 */
export function maskDeep(data: JsonObject, secret: string): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [maskIn(name, secret), maskedValue(value, secret, name)]),
  );
}

const NAMES_OF_SECRETS = /^(password|idCrm|agentId)$/i;

function maskedValue(value: unknown, secret: string, name: string): unknown {
  if (typeof value === 'string') {
    return value === secret && NAMES_OF_SECRETS.test(name) ? maskSecret(secret) : maskIn(value, secret);
  }
  if (typeof value === 'number') {
    return String(value) === secret && NAMES_OF_SECRETS.test(name) ? maskSecret(secret) : value;
  }
  if (Array.isArray(value)) return value.map((entry) => maskedValue(entry, secret, name));
  return isObject(value) ? maskDeep(value, secret) : value;
}
