import { AccoladesError } from '../errors.ts';
import { parseCountry, parsePhone, withoutScheme, type Phone } from '../call/phone.ts';

/**
 * The format of a public number in the `dial` command. The accepted formats are not published:
 * - `national` (default): as dialled in the account's country, `0211234567`; a foreign number as
 *   `international00`. The vendor's samples look like this. [seed]
 * - `e164`: `+40211234567`
 * - `international00`: `0040211234567`
 * - `asTyped`: as given, without spaces and punctuation.
 *
 * Extensions, star codes, short and emergency numbers are always sent as given.
 */
export type NumberFormat = 'national' | 'e164' | 'international00' | 'asTyped';

export const NUMBER_FORMATS: readonly NumberFormat[] = ['national', 'e164', 'international00', 'asTyped'];
export const DEFAULT_NUMBER_FORMAT: NumberFormat = 'national';

export interface DialSettings {
  /**
   * The device that rings first. Its characters are not published: letters, digits, `.`, `_` and
   * `-` are accepted.
   */
  readonly deviceId?: unknown;
  /**
   * One number, such as `021 123 4567`, `+40 (0)21/123.4567`, `tel:+40211234567`, the extension
   * `101` or the star code `*97`.
   */
  readonly phoneNumber?: unknown;
  /** Default {@link DEFAULT_NUMBER_FORMAT}. */
  readonly numberFormat?: unknown;
  /** The country of numbers without a country code. Default RO. */
  readonly country?: unknown;
}

export interface DialRequest {
  readonly deviceId: string;
  /** The number in the request. */
  readonly phoneNumber: string;
  /** Null when it is not a valid public number. */
  readonly phone: Phone | null;
}

const DEVICE_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** E.164 allows 15 digits after the `+` or `00`. More are two numbers in one field. */
const MAX_DIGITS = 15;
/** Longer texts are pasting errors, in characters. */
const MAX_TYPED_CHARS = 64;
/** Spaces, dashes of any kind, brackets, dots and slashes. */
const PUNCTUATION = /[\s\p{Pd}().\/\u00b7]/gu;
/** A code of the PBX, such as `*97` or `*21*101#`. It starts with `*` or `#`. */
const STAR_CODE = /^[*#][*#0-9]{1,30}$/;
/** A slash is accepted only after the area code: `021/123 4567`, `+40 (0)21 / 123 4567`. */
const SLASH_AFTER_AREA_CODE = /^(?:(?:\+|00)\d{1,3}[\s-]*(?:\(0\))?[\s-]*\(?|\(?0)\d{1,5}\)?\s*\/[^/]*$/;

/**
 * Validates the settings of a `dial` command.
 * @throws AccoladesError `INVALID_PARAMETER`, with the field and what to write
 */
export function parseDialRequest(settings: DialSettings): DialRequest {
  const format = readNumberFormat(settings.numberFormat);
  const country = parseCountry(settings.country);
  const deviceId = readDeviceId(settings.deviceId);
  const { dialled, phone } = readNumber(settings.phoneNumber, country);
  return { deviceId, phoneNumber: phone === null ? dialled : write(phone, dialled, format, country), phone };
}

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readNumberFormat(format: unknown): NumberFormat {
  if (format === undefined || format === null || format === '') return DEFAULT_NUMBER_FORMAT;
  const known = NUMBER_FORMATS.find((name) => name === format);
  if (known === undefined) throw invalid(`The number format must be one of ${NUMBER_FORMATS.join(', ')}.`);
  return known;
}

function readDeviceId(value: unknown): string {
  const deviceId = textOf(value, 'The device id').trim();
  if (deviceId === '') throw invalid('No device id is given. It names the phone that rings first.');
  if (!DEVICE_ID.test(deviceId)) {
    throw invalid('The device id may hold letters, digits, “.”, “_” and “-” only (64 at most).');
  }
  return deviceId;
}

/** A number to dial, and its public number if it is one. */
interface OneNumber {
  /** Without spaces and punctuation. */
  readonly dialled: string;
  readonly phone: Phone | null;
}

/**
 * Rejects everything that is not clearly one number: removing the separator between two numbers
 * would ring a stranger.
 */
function readNumber(value: unknown, country: string): OneNumber {
  const text = textOf(value, 'The phone number');
  if (text.length > MAX_TYPED_CHARS) {
    throw invalid(`The phone number is longer than ${MAX_TYPED_CHARS} characters. ${ONE_NUMBER}`);
  }
  const typed = withoutScheme(text.normalize('NFKC').replace(/\p{Cf}/gu, '')).trim();
  if (STAR_CODE.test(typed)) return { dialled: typed, phone: null };
  // Remove the trunk zero that people write into international numbers.
  const dialled = typed.replace(/^((?:\+|00)[^()]*)\(\s*0\s*\)/, '$1').replace(PUNCTUATION, '');
  if (dialled === '') throw invalid('No phone number is given.');
  if (!/^\+?[0-9]+$/.test(dialled) || /[\r\n\t\v\f]/.test(typed)) {
    throw invalid(
      'The phone number may hold digits, one “+” at its beginning, spaces, dots, dashes and brackets only. ' +
        ONE_NUMBER,
    );
  }
  if (dialled.replace(/^(?:\+|00)/, '').length > MAX_DIGITS) {
    throw invalid(`The phone number has more than ${MAX_DIGITS} digits. ${ONE_NUMBER}`);
  }
  const phone = parsePhone(typed, country) ?? parsePhone(dialled, country);
  if (typed !== dialled && !isOneNumber(typed, phone, country)) {
    throw invalid(`The phone number is not clearly one number. ${ONE_NUMBER}`);
  }
  return { dialled, phone };
}

const ONE_NUMBER =
  'Give one number, not a list: a public one such as 021 123 4567 or +40 21 123 4567, or an extension (101) or ' +
  'star code (*97) without spaces and punctuation.';

/** Whether text with spaces or punctuation can only be one number. */
function isOneNumber(typed: string, phone: Phone | null, country: string): boolean {
  // Text that is not a public number may be two extensions: “101 102”.
  if (phone === null) return false;
  const isNumber = (part: string): boolean => parsePhone(part.trim(), country) !== null;
  if (typed.includes('/')) {
    return SLASH_AFTER_AREA_CODE.test(typed) && !isNumber(typed.slice(0, typed.indexOf('/')));
  }
  for (const { index } of typed.matchAll(PUNCTUATION)) {
    if (isNumber(typed.slice(0, index)) && isNumber(typed.slice(index + 1))) return false;
  }
  return true;
}

function write(phone: Phone, dialled: string, format: NumberFormat, country: string): string {
  const international00 = phone.e164.replace('+', '00');
  switch (format) {
    case 'asTyped':
      return dialled;
    case 'e164':
      return phone.e164;
    case 'international00':
      return international00;
    case 'national':
      return phone.country === country ? phone.national.replace(PUNCTUATION, '') : international00;
  }
}

/** Programs may pass a JavaScript number. */
function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (value === undefined || value === null) return '';
  throw invalid(`${name} must be text.`);
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
