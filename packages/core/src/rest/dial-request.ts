import { AccoladesError } from '../errors.ts';
import { parseCountry, parsePhone, type Phone } from '../call/phone.ts';

/**
 * How a public number is written in the `dial` command. Which forms Accolades takes is not published, hence the choice:
 * - `national` (default): as one dials it from a phone of the account's country, `0211234567`; a number of another country
 *   as `international00`. The vendor's samples of numbers look so.
 * - `e164`: `+40211234567`
 * - `international00`: `0040211234567`
 * - `asTyped`: what was given, without spaces and punctuation.
 *
 * Extensions, short and emergency numbers are sent as given in every form.
 */
export type NumberFormat = 'national' | 'e164' | 'international00' | 'asTyped';

export const NUMBER_FORMATS: readonly NumberFormat[] = ['national', 'e164', 'international00', 'asTyped'];
export const DEFAULT_NUMBER_FORMAT: NumberFormat = 'national';

export interface DialSettings {
  /** The device that rings first. Its alphabet is not published: letters, digits, `.`, `_` and `-` are let through. */
  readonly deviceId?: unknown;
  /** In any form: `021 123 4567`, `+40 (0)21/123.4567`, `tel:+40211234567`, `101`. */
  readonly phoneNumber?: unknown;
  /** Default {@link DEFAULT_NUMBER_FORMAT}. */
  readonly numberFormat?: unknown;
  /** Where a number without a country code is at home. Default RO. */
  readonly country?: unknown;
}

export interface DialRequest {
  readonly deviceId: string;
  /** As it is sent. */
  readonly phoneNumber: string;
  /** Null when it is no valid public number. */
  readonly phone: Phone | null;
}

const DEVICE_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** The longest international number with its `00` has 17 digits. */
const MAX_DIGITS = 20;
/** Longer text is a paste gone wrong, in characters. */
const MAX_TYPED_CHARS = 64;
/** Spaces, dashes of any kind, brackets, dots, slashes, and the invisible marks that come along when a number is copied. */
const PUNCTUATION = /[\s\p{Pd}\p{Cf}().\/\u00b7]/gu;

/**
 * Reads what a person or a program gave for a `dial` command.
 * @throws AccoladesError `INVALID_PARAMETER`, naming the field and what to write
 */
export function parseDialRequest(settings: DialSettings): DialRequest {
  const format = readNumberFormat(settings.numberFormat);
  const country = parseCountry(settings.country);
  const deviceId = readDeviceId(settings.deviceId);
  const { typed, cleaned } = readNumber(settings.phoneNumber);
  const phone = parsePhone(typed, country) ?? parsePhone(cleaned, country);
  return { deviceId, phoneNumber: phone === null ? cleaned : write(phone, cleaned, format, country), phone };
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

function readNumber(value: unknown): { readonly typed: string; readonly cleaned: string } {
  const text = textOf(value, 'The phone number');
  if (text.length > MAX_TYPED_CHARS) {
    throw invalid(`The phone number is longer than ${MAX_TYPED_CHARS} characters.`);
  }
  const typed = text
    .normalize('NFKC')
    .replace(/^\s*(tel|callto):/i, '')
    .replace(/\p{Cf}/gu, '')
    .trim();
  // The trunk zero that people put into an international number is not dialled.
  const cleaned = typed.replace(/^(\s*(?:\+|00).*?)\(\s*0\s*\)/, '$1').replace(PUNCTUATION, '');
  if (cleaned === '') throw invalid('No phone number is given.');
  if (!/^\+?[0-9]+$/.test(cleaned)) {
    throw invalid(
      'The phone number may hold digits, one “+” at its beginning, spaces and punctuation only; an extension is digits alone, such as 101.',
    );
  }
  if (cleaned === '+' || cleaned.length > MAX_DIGITS) {
    throw invalid(`The phone number has more than ${MAX_DIGITS} digits.`);
  }
  return { typed, cleaned };
}

function write(phone: Phone, cleaned: string, format: NumberFormat, country: string): string {
  const international00 = phone.e164.replace('+', '00');
  switch (format) {
    case 'asTyped':
      return cleaned;
    case 'e164':
      return phone.e164;
    case 'international00':
      return international00;
    case 'national':
      return phone.country === country ? phone.national.replace(PUNCTUATION, '') : international00;
  }
}

/** Programs give numbers as numbers, too. */
function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (value === undefined || value === null) return '';
  throw invalid(`${name} must be text.`);
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
