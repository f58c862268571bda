import { withoutScheme } from '../call/phone.ts';

/** Longer text is cut, in characters: a field of numbers is short. */
const MAX_CHARS = 1_000;
/** Numbers read from one field. */
const MAX_NUMBERS = 20;
/** The longest international number, in digits. */
const MAX_DIGITS = 15;
/** A number with its area code has at least this many digits; one without may have fewer. */
const FULL_DIGITS = 9;
/** Shorter numbers, such as extensions, count only where the field holds nothing else. */
const MIN_DIGITS_OF_SEVERAL = 7;
const MIN_DIGITS = 3;

/** Only characters of one written number: the usual case, which needs no splitting. */
const ONE_NUMBER = /^\s*\+?[\d\s().-]*$/;
const EXTENSION =
  /(?:(?<![a-z])(?:extension|extn|ext|interior|int|poste|x)\s*[.:=]?\s*|#\s*)[1-9]\d{0,5}(?!\d)/gi;
const SCIENTIFIC = /^\s*["'=]*(\d)(?:[.,](\d+))?e\+?(\d{1,2})["']*\s*$/i;
/** How a program writes a whole number that it keeps as a decimal one. */
const DECIMAL = /^(\s*\d{7,15})\.0+\s*$/;
const GROUPED_BY_THOUSANDS = /^\s*\d{1,3}([.,])\d{3}(?:\1\d{3})+\s*$/;
/** Separates numbers, whatever stands beside it. */
const STRONG = /[;|\n\r\t&]|:::|(?<!\p{L})(?:or|and|sau|si|și|şi|oder|und)(?!\p{L})/iu;

/**
 * Reads every number in a field of a contact, whatever its format: several in one field, with
 * extensions, or damaged by a spreadsheet. Returns digits, with a leading `+` if a country code was
 * written.
 *
 * A number whose last digits were lost (`4.0721E+10`) is left out, because it would match others.
 */
export function readNumbers(value: unknown): readonly string[] {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const digits = String(value);
    return /^\d{3,15}$/.test(digits) ? [digits] : [];
  }
  if (typeof value !== 'string') return [];
  if (value.length <= 32 && ONE_NUMBER.test(value)) {
    const number = compact(DECIMAL.exec(value)?.[1] ?? value);
    const digits = digitCount(number);
    if (digits < MIN_DIGITS) return [];
    if (digits <= MAX_DIGITS) return [number];
  }
  return readText(withWesternDigits(value.slice(0, MAX_CHARS)));
}

function readText(text: string): readonly string[] {
  const scientific = SCIENTIFIC.exec(text);
  if (scientific !== null) return readScientific(scientific);
  const decimal = DECIMAL.exec(text)?.[1];
  if (decimal !== undefined || GROUPED_BY_THOUSANDS.test(text)) return [compact(decimal ?? text)];
  const parts = withoutScheme(text)
    .replace(EXTENSION, ';')
    .split(STRONG)
    .flatMap((part) => joinWeakParts(part.split(/[,/]|(?=\+)/)))
    .flatMap(splitByGroups)
    .map(compact)
    .filter((number) => digitCount(number) >= MIN_DIGITS && digitCount(number) <= MAX_DIGITS);
  const numbers =
    parts.length > 1 ? parts.filter((number) => digitCount(number) >= MIN_DIGITS_OF_SEVERAL) : parts;
  return [...new Set(numbers)].slice(0, MAX_NUMBERS);
}

/** `4.0721234567E+10` has all its digits; with fewer, the last ones are lost. */
function readScientific([, first = '', fraction = '', exponent = '']: RegExpExecArray): string[] {
  const digits = first + fraction;
  return digits.length === Number(exponent) + 1 && digits.length <= MAX_DIGITS ? [digits] : [];
}

/**
 * Commas and slashes separate numbers (`0721234567/0722345678`) or parts of one (`021/123 45 67`).
 */
function joinWeakParts(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last !== undefined && belongTogether(last, part)) joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function belongTogether(before: string, part: string): boolean {
  const [had, has] = [digitCount(before), digitCount(part)];
  if (had === 0 || had >= FULL_DIGITS || part.trimStart().startsWith('+')) return false;
  if (has >= FULL_DIGITS && part.trimStart().startsWith('0')) return false;
  // `+49 (0) 171` is still without the subscriber's digits.
  return had <= (before.trimStart().startsWith('+') ? 8 : 5) || has <= 6;
}

/** Splits `0721 234 567 0722 345 678`, which has too many digits for one number. */
function splitByGroups(part: string): string[] {
  if (digitCount(part) <= MAX_DIGITS) return [part];
  const numbers: string[] = [];
  let current = '';
  for (const group of part.split(/[\s\p{Pd}.]+/u)) {
    if (/^[+(]*0/.test(group) && digitCount(current) >= FULL_DIGITS) {
      numbers.push(current);
      current = group;
    } else current += group;
  }
  return [...numbers, current];
}

/**
 * Without punctuation and letters; `+` for the international `00`; without a bracketed trunk zero.
 */
function compact(text: string): string {
  const isInternational = /^\D*\+/.test(text);
  const digits = (isInternational || text.includes('(') ? withoutTrunkZero(text) : text).replace(/\D/g, '');
  if (isInternational) return `+${digits.replace(/^00/, '')}`;
  return /^00[1-9]\d{7}/.test(digits) ? `+${digits.slice(2)}` : digits;
}

function withoutTrunkZero(text: string): string {
  return text.replace(/^(\D*(?:\+|00)[^()]*)\(\s*0\s*\)/, '$1');
}

export function digitCount(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) count++;
  }
  return count;
}

/** Full-width and Arabic digits and signs as ASCII ones. */
function withWesternDigits(text: string): string {
  if (/^[ -~\s]*$/.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}
