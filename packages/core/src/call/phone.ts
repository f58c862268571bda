import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { AccoladesError } from '../errors.ts';
import { RecentMap } from '../json/recent-map.ts';

/** A public phone number in the forms that people and programs use. */
export interface Phone {
  /** `+40211234567` */
  readonly e164: string;
  /** `021 123 4567` */
  readonly national: string;
  /** `+40 21 123 4567` */
  readonly international: string;
  /** ISO 3166-1 alpha-2, or null where a numbering plan is shared and the number does not tell. */
  readonly country: string | null;
  /** As libphonenumber names it (`MOBILE`, `FIXED_LINE`, …), or null when unknown. */
  readonly type: string | null;
}

export const DEFAULT_COUNTRY = 'RO';

/**
 * Reads the country that a person typed; an empty one is {@link DEFAULT_COUNTRY}.
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

/** Numbers have 15 digits at most; longer text is neither looked at nor remembered, in characters. */
const MAX_CHARS = 64;
/** Parsing costs some 20 µs, and the same callers call again; in entries for each country, about 400 bytes each. */
const CACHE_SIZE = 20_000;
/** By home country: to make one key of country and number for each call costs more than the look-up. */
const remembered = new Map<string, RecentMap<Phone | null>>();

/**
 * The number in all its forms, or null when it is no valid public number: an extension (`101`), an emergency number (`112`),
 * an anonymous caller. Validity is judged by the full metadata, since the smaller sets call Romanian landlines invalid.
 *
 * @param country where a number without a country code is at home
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
  // A copy, since flows may change what they are given.
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
  // Whoever has a type is valid, which saves the same search; but not every country's numbers have types.
  if (type === undefined && !number.isValid()) return null;
  return {
    e164: number.number,
    national: number.formatNational(),
    international: number.formatInternational(),
    country: number.country ?? null,
    type: type ?? null,
  };
}

/** The number of a `tel:` or `callto:` link; any other text as it is. */
export function withoutScheme(text: string): string {
  return text.replace(/^\s*(?:tel|callto):/i, '');
}

function copyOf({ e164, national, international, country, type }: Phone): Phone {
  return { e164, national, international, country, type };
}
