import { AccoladesError } from '../errors.ts';

/** One entry of a list of numbers. */
export type NumberEntry =
  /** Digits without punctuation, with `+` for the international `00`. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'expression'; readonly expression: NumberExpression };

/** A regular expression that can be matched in linear time. */
export interface NumberExpression {
  readonly source: string;
  readonly flags: string;
  /** Its position in the list, from 1, for errors. */
  readonly position: number;
}

/** Limits the memory of a compiled list. */
const MAX_EXPRESSIONS = 50;
/** Maximum length, in characters. */
const MAX_EXPRESSION_CHARS = 256;
/** Longer text is cut before matching, in characters. Numbers have at most 15 digits. */
export const MAX_MATCHED_CHARS = 32;

/**
 * Parses a list of numbers without compiling its expressions, also for the browser.
 *
 * Errors do not quote the input: users paste secrets into the wrong field.
 * @param numbers prefixes (`0721`, `+40`, `101`) and `/regular expressions/`, separated by commas
 *   or new lines
 * @throws AccoladesError `INVALID_PARAMETER`, with the wrong entry and what to write
 */
export function readNumberList(numbers: unknown): readonly NumberEntry[] {
  if (numbers === undefined || numbers === null) return [];
  if (typeof numbers !== 'string') throw invalid('Numbers must be text: prefixes or /regular expressions/.');
  if (numbers.trim() === '') return [];
  const entries = splitList(numbers).map((text, index) =>
    text.startsWith('/') ? readExpression(text, index + 1) : readPrefix(text, index + 1),
  );
  if (entries.length === 0) {
    throw invalid('Write at least one number into Numbers, or clear the field to take all numbers.');
  }
  if (entries.filter(({ kind }) => kind === 'expression').length > MAX_EXPRESSIONS) {
    throw invalid(
      `Numbers may hold ${MAX_EXPRESSIONS} regular expressions at most. Join some of them by “|”.`,
    );
  }
  return entries;
}

/** Splits at commas and new lines, but not inside a /regular expression/. */
function splitList(text: string): string[] {
  // Linear time: each part of the pattern stops where the next starts.
  return [...text.matchAll(/[^\S\n]*(\/(?:[^/\\\n]|\\.)*\/[a-z]*(?=[^\S\n]*(?:,|\n|$))|[^,\n]+)/g)]
    .map((match) => match[1]?.trim() ?? '')
    .filter((entry) => entry !== '');
}

function readPrefix(text: string, position: number): NumberEntry {
  const prefix = digitsOf(text);
  if (/^\+?\d+$/.test(prefix)) return { kind: 'prefix', prefix };
  throw invalid(
    `Entry ${position} of the numbers is neither the beginning of a number, such as 0721 or +40, nor a ` +
      '/regular expression/. Put commas between the entries.',
  );
}

/**
 * Removes spaces, punctuation and a trunk zero after a country code. Replaces the international
 * `00` with `+`.
 */
export function digitsOf(text: string): string {
  return text
    .slice(0, MAX_MATCHED_CHARS)
    .replace(/^\s*(?:tel|callto):/i, '')
    .replace(/^(\s*(?:\+|00)[^()]*)\(\s*0\s*\)/, '$1')
    .replace(/[\s\p{Pd}\p{Cf}().\/]/gu, '')
    .replace(/^00(?=[1-9])/, '+');
}

function readExpression(text: string, position: number): NumberEntry {
  const [, source, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined) {
    throw invalid(
      `Entry ${position} of the numbers starts like a regular expression but has no closing “/”.`,
    );
  }
  if (source.length > MAX_EXPRESSION_CHARS) {
    throw invalid(
      `Entry ${position} of the numbers is longer than ${MAX_EXPRESSION_CHARS} characters. Write several entries.`,
    );
  }
  try {
    new RegExp(source, flags);
  } catch {
    throw invalid(`Entry ${position} of the numbers is not a regular expression that can be read.`);
  }
  if (needsBacktracking(source)) throw notLinear(position);
  return { kind: 'expression', expression: { source, flags, position } };
}

/**
 * Whether an expression uses look-around or group references, which no linear-time engine supports.
 */
function needsBacktracking(source: string): boolean {
  const outsideClasses = source.replaceAll('\\\\', '').replace(/\[(?:\\.|[^\]\\])*\]/g, '');
  return /\\[1-9k]|\(\?<?[=!]/.test(outsideClasses);
}

/** Returns the error for an expression that is valid in JavaScript but not supported here. */
export function notLinear(position: number): AccoladesError {
  return invalid(
    `Entry ${position} of the numbers cannot be used. Look-ahead, look-behind and references to groups are not ` +
      'available, since they can take hours for one number: write what a number may look like, such as /^07[2-9]/ ' +
      'instead of /^07(?![01])/.',
  );
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
