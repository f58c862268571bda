import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { digitCount } from './read-numbers.ts';

/** The digits that two likely equal numbers share. */
const SHARED_DIGITS = 9;

/**
 * Countries whose only national prefix is zeros, so the last nine digits can be compared without
 * parsing the number, which takes 6 µs.
 */
const PLAIN_COUNTRIES: ReadonlySet<string> = new Set(
  'RO AT BE BG CH CY CZ DE DK ES FR GB GR HR IE IT NL NO PL PT RS SE SI SK TR UA'.split(' '),
);

/** `exact`: two numbers have one E.164 form. `likely`: their last nine digits agree. */
export type Likeness = 'exact' | 'likely';

/** A number that others are compared with. */
export interface Wanted {
  /** As `readNumbers` writes it. */
  readonly number: string;
  readonly e164: string | null;
  readonly key: number;
}

/** Compares the numbers of one country, and those of others that are written with their code. */
export class NumberKeys {
  readonly #country: string;
  readonly #isPlain: boolean;
  readonly #code: string;

  /** @param country as `parseCountry` returns it */
  constructor(country: string) {
    this.#country = country;
    this.#isPlain = PLAIN_COUNTRIES.has(country);
    this.#code = isSupportedCountry(country) ? `+${getCountryCallingCode(country)}` : '+';
  }

  /**
   * The last nine digits as a number. Two numbers may only be the same when their keys are equal.
   * @param number as `readNumbers` writes it
   */
  keyOf(number: string): number {
    return lastDigits(this.#needsParsing(number) ? (this.#e164Of(number) ?? number) : number);
  }

  wanted(number: string): Wanted {
    const e164 = this.#e164Of(number);
    return { number, e164, key: lastDigits(e164 ?? number) };
  }

  /**
   * Null when the numbers differ, or when only the last nine digits agree and the country codes
   * differ.
   */
  compare(wanted: Wanted, number: string): Likeness | null {
    const { e164 } = wanted;
    if (e164 !== null && (number === e164 || this.#isNationalFormOf(number, e164))) return 'exact';
    const own = this.#e164Of(number);
    if (own !== null && own === e164) return 'exact';
    if (number.startsWith('+') && wanted.number.startsWith('+'))
      return number === wanted.number ? 'likely' : null;
    const [mine, theirs] = [own ?? number, e164 ?? wanted.number].map((text) => text.replace('+', ''));
    if (mine === undefined || theirs === undefined) return null;
    const enough = mine.length >= SHARED_DIGITS && theirs.length >= SHARED_DIGITS;
    const same = enough ? mine.slice(-SHARED_DIGITS) === theirs.slice(-SHARED_DIGITS) : mine === theirs;
    return same ? 'likely' : null;
  }

  /** A quick test for the usual case; false says nothing. */
  #isNationalFormOf(number: string, e164: string): boolean {
    const start = number.startsWith('0') ? 1 : 0;
    return (
      this.#isPlain &&
      e164.length === this.#code.length + number.length - start &&
      e164.startsWith(this.#code) &&
      e164.endsWith(start === 0 ? number : number.slice(1))
    );
  }

  /** Whether the last nine digits, as they are written, may differ from those of the E.164 form. */
  #needsParsing(number: string): boolean {
    if (number.startsWith('+')) {
      // A trunk zero after a country code of one to three digits changes the digits of short
      // numbers.
      const zero = number.indexOf('0', 2);
      return zero !== -1 && zero <= 4 && number.length <= SHARED_DIGITS + 5 && !this.#hasLongNumber(number);
    }
    const significant = digitCount(number) - leadingZeros(number);
    return significant < SHARED_DIGITS || !this.#isPlain;
  }

  #hasLongNumber(number: string): boolean {
    if (!number.startsWith(this.#code)) return false;
    const rest = number.slice(this.#code.length);
    return rest.length - leadingZeros(rest) >= SHARED_DIGITS;
  }

  /**
   * Null when it is not a valid public number. Without the formats of `parsePhone`, which take
   * longer.
   */
  #e164Of(number: string): string | null {
    if (number.length < 5 || !isSupportedCountry(this.#country)) return null;
    const parsed = parsePhoneNumberFromString(number, { defaultCountry: this.#country, extract: false });
    return parsed?.isValid() === true ? parsed.number : null;
  }
}

function leadingZeros(digits: string): number {
  let zeros = 0;
  while (digits.charCodeAt(zeros) === 48) zeros++;
  return zeros;
}

function lastDigits(number: string): number {
  return Number(number.slice(-SHARED_DIGITS).replace('+', ''));
}
