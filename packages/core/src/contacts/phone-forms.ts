import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { parseCountry, parsePhone, type Phone } from '../call/phone.ts';
import { callerNumber } from './caller-number.ts';

/** A number and the ways to write it. */
export interface PhoneForms {
  /** Null when it is not a valid public number. */
  readonly phone: Phone | null;
  /**
   * Every usual way in which a CRM may hold the number, without repetitions: E.164 first. For a
   * number that is not a public one, its digits alone.
   */
  readonly forms: readonly string[];
}

/**
 * Reads a number from any text, such as `Tel. 021/123.45.67 int. 5`.
 * @param caller the text, or a message with `phoneNumber`
 * @param country where numbers without a country code are at home. Default: RO
 * @throws AccoladesError `INVALID_PARAMETER` for an unknown country
 */
export function readPhoneForms(caller: unknown, country: unknown): PhoneForms {
  const home = parseCountry(country);
  const number = callerNumber(caller);
  if (number === null) return { phone: null, forms: [] };
  const phone = parsePhone(number, home);
  return { phone, forms: phone === null ? [number] : formsOf(phone) };
}

function formsOf(phone: Phone): readonly string[] {
  const { e164, national, international } = phone;
  const digits = e164.slice(1);
  const parsed = parsePhoneNumberFromString(e164);
  const code = parsed?.countryCallingCode ?? '';
  const significant = parsed?.nationalNumber ?? digits;
  const grouped = international.slice(code.length + 2);
  const nationalDigits = national.replace(/\D/g, '');
  // Blanks, hyphens and dots are the usual separators; formats of some countries mix them.
  const groups = national.match(/\d+/g) ?? [];
  const [area = '', ...rest] = groups;
  const forms = [
    e164,
    digits,
    `00${digits}`,
    nationalDigits,
    significant,
    digits.slice(-9),
    national,
    international,
    `00${international.slice(1)}`,
    groups.join(' '),
    groups.join('.'),
    groups.join('-'),
    ...(rest.length === 0
      ? []
      : [`(${area}) ${rest.join(' ')}`, `${area}/${rest.join('')}`, `${area}/${rest.join('.')}`]),
    `+${code} ${significant}`,
    `+${code}-${grouped.replace(/\D+/g, '-')}`,
    `+${code}.${grouped.replace(/\D+/g, '.')}`,
    `(+${code}) ${grouped}`,
    ...(nationalDigits.startsWith('0') ? [`+${code}(0)${significant}`, `+${code} (0)${grouped}`] : []),
  ];
  return [...new Set(forms)];
}
