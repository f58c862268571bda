import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AccoladesError } from '../errors.ts';
import { RecentMap } from '../json/recent-map.ts';

/** A public phone number in its usual forms. */
export interface Phone {
  /** `+40211234567` */
  readonly e164: string;
  /** `021 123 4567` */
  readonly national: string;
  /** `+40 21 123 4567` */
  readonly international: string;
  /**
   * ISO 3166-1 alpha-2. Null when several countries share the numbering plan and the number does
   * not identify one.
   */
  readonly country: string | null;
  /** A type of libphonenumber (`MOBILE`, `FIXED_LINE`, …); null when unknown. */
  readonly type: string | null;
}

export const DEFAULT_COUNTRY = 'RO';

/**
 * Parses a country code of the settings. Empty: {@link DEFAULT_COUNTRY}.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function parseCountry(country: unknown): string {
  const typed = typeof country === 'string' ? country.trim().toUpperCase() : country;
  if (typed === undefined || typed === null || typed === '') return DEFAULT_COUNTRY;
  if (typeof typed === 'string' && isSupportedCountry(typed)) return typed;
  throw new AccoladesError('INVALID_PARAMETER', {
    what: 'The country must be a code of two letters, such as RO or DE.',
  });
}

/** Longer text is neither parsed nor cached, in characters. Numbers have at most 15 digits. */
const MAX_CHARS = 64;
/**
 * Entries of the cache for each country, about 400 bytes each. Parsing takes about 20 µs, and the
 * same callers call again.
 */
const CACHE_SIZE = 20_000;
/** One cache per country: building a combined key costs more than the lookup. */
const remembered = new Map<string, RecentMap<Phone | null>>();

/**
 * Parses a phone number. Returns null when it is not a valid public number: an extension (`101`),
 * an emergency number (`112`), an anonymous caller. Validity needs libphonenumber's full metadata:
 * the smaller sets reject Romanian landlines.
 *
 * @param country the country of numbers without a country code
 */
export function parsePhone(phoneNumber: string, country: string): Phone | null {
  if (phoneNumber.length > MAX_CHARS) return null;
  let phones = remembered.get(country);
  if (phones === undefined) {
    if (!isSupportedCountry(country)) return null;
    phones = new RecentMap(CACHE_SIZE);
    remembered.set(country, phones);
  }
  let phone = phones.get(phoneNumber);
  if (phone === undefined) {
    phone = parse(phoneNumber, country);
    phones.add(phoneNumber, phone);
  }
  // A copy, because flows may change messages.
  return phone && copyOf(phone);
}

function parse(phoneNumber: string, country: string): Phone | null {
  if (!isSupportedCountry(country)) return null;
  const number = parsePhoneNumberFromString(withoutScheme(phoneNumber), {
    defaultCountry: country,
    extract: false,
  });
  if (number === undefined) return null;
  const type = number.getType();
  // A number with a type is valid: skip the second search. Not every country's numbers have types.
  if (type === undefined && !number.isValid()) return null;
  return {
    e164: number.number,
    national: number.formatNational(),
    international: number.formatInternational(),
    country: number.country ?? null,
    type: type ?? null,
  };
}

/** Removes the scheme of a `tel:` or `callto:` link. */
export function withoutScheme(text: string): string {
  return text.replace(/^\s*(?:tel|callto):/i, '');
}

function copyOf({ e164, national, international, country, type }: Phone): Phone {
  return { e164, national, international, country, type };
}
