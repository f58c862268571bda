import { ADVICE, messageOf, type AccoladesErrorCode } from '@accolades-flow/core';
import english from '../locales/en-US.json' with { type: 'json' };

/** Values for the `__name__` placeholders of a text. */
type TextValues = Readonly<Record<string, string | number>>;

/** Returns the text of a key in the runtime's language. */
export type Texts = (key: string, values?: TextValues) => string;

/** The part of Node-RED's API that translates; it returns the key itself when there is no text. */
export interface Translator {
  _(key: string, values?: TextValues): unknown;
}

/**
 * Texts from the locale files, in English where the runtime has no text for a key.
 * @param own the node's own English texts, in addition to the shared ones
 */
export function createTexts(RED: Translator, own: unknown = {}): Texts {
  return (key, values = {}) => {
    const translated = RED._(key, values);
    if (typeof translated === 'string' && translated !== key && !translated.endsWith(`:${key}`))
      return translated;
    const text = lookUp(own, key) ?? lookUp(english, key);
    return text === null
      ? key
      : text.replace(/__(\w+?)__/g, (place, name: string) => String(values[name] ?? place));
  };
}

/** What happened and what to do about it, as text. Holds no secret. */
export function describeError(thrown: unknown, texts: Texts): string {
  const code = errorCodeOf(thrown);
  if (code === null) return messageOf(thrown);
  const key = `accolades.advice.${code}`;
  const translated = texts(key);
  const advice = translated === key ? ADVICE[code] : translated;
  const what = thrown instanceof Error && 'what' in thrown ? thrown.what : null;
  return typeof what === 'string' && what !== '' ? `${what} ${advice}` : advice;
}

/** The code of an AccoladesError, also of another copy of the library; null for any other error. */
export function errorCodeOf(thrown: unknown): AccoladesErrorCode | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  const { code } = thrown;
  return typeof code === 'string' && isErrorCode(code) ? code : null;
}

function isErrorCode(code: string): code is AccoladesErrorCode {
  return Object.hasOwn(ADVICE, code);
}

function lookUp(catalogue: unknown, key: string): string | null {
  let found: unknown = catalogue;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || found === null) return null;
    found = Reflect.get(found, part);
  }
  return typeof found === 'string' ? found : null;
}
