import { AccoladesError } from '../errors.ts';
import { withoutPastedEnds } from '../text/pasted-text.ts';

/** One entry of a list of numbers, as a person wrote it. */
export type NumberEntry =
  /** Digits without punctuation, with `+` for the international `00`. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'expression'; readonly expression: NumberExpression };

/** A regular expression that holds nothing but what can be matched in linear time. */
export interface NumberExpression {
  readonly source: string;
  readonly flags: string;
  /** Its place in the list, from 1, for errors. */
  readonly position: number;
}

/** Bounds the memory of a compiled list. */
const MAX_EXPRESSIONS = 50;
/** In characters. */
const MAX_EXPRESSION_CHARS = 256;
/** Numbers have 15 digits at most; longer text is cut before it is matched, in characters. */
export const MAX_MATCHED_CHARS = 32;

/**
 * Reads a list of numbers that a person typed, without compiling its expressions: also for the browser.
 *
 * What was typed is in no error: people paste secrets into the wrong field.
 * @param numbers prefixes (`0721`, `+40`, `101`) and `/regular expressions/`, by commas or new lines
 * @throws AccoladesError `INVALID_PARAMETER`, saying which entry is wrong and what to write
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

/**
 * Checks the numbers that an expression or an environment variable gave. An empty field means every
 * number, so one that gives nothing must not be taken for an empty field: all calls would pass.
 * @param remedy what to do in this case, as the beginning of a sentence
 * @returns the numbers
 * @throws AccoladesError `INVALID_PARAMETER` when they are missing or blank
 */
export function givenNumbers(numbers: unknown, remedy: string): unknown {
  const isText = typeof numbers === 'string';
  if (isText ? withoutPastedEnds(numbers) !== '' : numbers !== undefined && numbers !== null) return numbers;
  throw invalid(`${remedy}, which gives nothing, or clear the field to take all numbers.`);
}

/** Splits at commas and new lines, but not inside a /regular expression/. */
function splitList(text: string): string[] {
  // Each part of the pattern stops where the next begins, so the time grows with the length of the text alone.
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

/** Without spaces and punctuation, with `+` for the international `00`, without a trunk zero after a country code. */
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

/** Look-around and references to groups: no linear-time engine can have them. */
function needsBacktracking(source: string): boolean {
  const outsideClasses = source.replaceAll('\\\\', '').replace(/\[(?:\\.|[^\]\\])*\]/g, '');
  return /\\[1-9k]|\(\?<?[=!]/.test(outsideClasses);
}

/** The error of an expression that is valid in JavaScript, but may not be used here. */
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
