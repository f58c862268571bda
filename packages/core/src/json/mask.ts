import { isObject, type JsonObject } from './json-object.ts';

/**
 * Masks a secret for display: keeps the last three characters of a long one, nothing of a short
 * one.
 */
export function maskSecret(secret: string): string {
  return secret.length >= 8 ? `…${secret.slice(-3)}` : '…';
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Masks fields of an object in `util.inspect` and `JSON.stringify`, so that logging it by mistake
 * shows no secret. Returns the same object. Spread copies are not protected.
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

/** Shorter secrets are not masked everywhere: they are too likely to match a name or a number. */
const SHORTEST_REPLACED = 6;

/**
 * Masks every occurrence of the secret in a text.
 *
 * A secret of digits alone looks like a phone number or an id, which calls must keep. It is masked
 * only beside a name that identifies it (`idCrm`, `agentId`, `password`).
 */
export function maskIn(text: string, secret: string): string {
  if (!text.includes(secret)) return text;
  if (/^\d+$/.test(secret)) {
    const named = new RegExp(
      `((?:idCrm|agentId|password)(["']?)\\s*[:=]\\s*)(["']?)${secret}(?!\\d|\\.\\d)`,
      'gi',
    );
    return text.replace(named, (_, before: string, ofName: string, quote: string) => {
      // A masked JSON number needs quotes to remain valid JSON.
      const closing = quote === '' ? ofName : '';
      return `${before}${quote}${closing}${maskSecret(secret)}${closing}`;
    });
  }
  return secret.length < SHORTEST_REPLACED ? text : text.replaceAll(secret, () => maskSecret(secret));
}

/**
 * Copies JSON data with the secret masked in every text. Beside `password`, `idCrm` or `agentId` it
 * also masks short and numeric secrets. The caller limits the depth.
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
