import { AccoladesError } from '../errors.ts';
import { hideSecrets } from '../json/mask.ts';
import type { TlsOptions } from '../net/server-url.ts';
import { withoutInvisible, withoutInvisibleEnds } from '../text/pasted-text.ts';

export const DEFAULT_ACCOUNT_URL = 'https://client.voipit.ro';

/** The account settings as typed, plus the host's TLS options. */
export interface AccountSettings {
  readonly accountNumber?: unknown;
  /** The API password of the account (a secret). */
  readonly password?: unknown;
  /** Default {@link DEFAULT_ACCOUNT_URL}. */
  readonly url?: unknown;
  /** True accepts any certificate. Default false. */
  readonly allowUnauthorizedCerts?: boolean;
  readonly tls?: TlsOptions;
}

/** The validated settings of an account. */
export interface Account {
  readonly accountNumber: string;
  /** A secret. */
  readonly password: string;
  /** Ends with `/`. */
  readonly baseUrl: string;
  /**
   * True when the password and numbers would cross a network unencrypted: `http:` to any host but
   * this machine.
   */
  readonly exposed: boolean;
  /** True when any certificate is accepted. Always false for `http:`, which has no certificate. */
  readonly unverified: boolean;
  readonly tls: TlsOptions;
}

/**
 * The characters of an account number are not published: accept letters, digits, `-` and `_`, which
 * need no escape in a path.
 */
const ACCOUNT_NUMBER = /^[A-Za-z0-9_-]{1,64}$/;
/** Longer passwords are pasting errors, in characters. */
const MAX_PASSWORD_CHARS = 256;

/**
 * Validates the settings of an account.
 * @throws AccoladesError `INVALID_ACCOUNT` or `INVALID_URL`, with what to write, without the
 *   password
 */
export function parseAccount(settings: AccountSettings): Account {
  const { baseUrl, exposed } = parseAccountUrl(settings.url);
  const account = {
    accountNumber: readAccountNumber(settings.accountNumber),
    password: readPassword(settings.password),
    baseUrl,
    exposed,
    unverified: settings.allowUnauthorizedCerts === true && baseUrl.startsWith('https:'),
    tls: settings.tls ?? {},
  };
  return hideSecrets(account, 'password', 'tls');
}

/**
 * Parses the server address of the settings; empty means the default.
 * @throws AccoladesError `INVALID_URL`
 */
export function parseAccountUrl(text: unknown): { readonly baseUrl: string; readonly exposed: boolean } {
  if (text !== undefined && text !== null && typeof text !== 'string') {
    throw invalidUrl('The server address must be text.');
  }
  const typed = withoutInvisible(text ?? '') || DEFAULT_ACCOUNT_URL;
  if (!/^https?:\/\//i.test(typed)) {
    throw invalidUrl(`The server address must start with https://, for example ${DEFAULT_ACCOUNT_URL}.`);
  }
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw invalidUrl(`The server address cannot be read. Write it like ${DEFAULT_ACCOUNT_URL}.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidUrl('The server address must not hold a user name or password.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidUrl('The server address must not hold a “?” or “#”.');
  }
  return {
    baseUrl: url.href.endsWith('/') ? url.href : `${url.href}/`,
    exposed: url.protocol === 'http:' && !isLoopback(url.hostname),
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function readAccountNumber(value: unknown): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') throw invalid('The account number must be text.');
  const typed = withoutInvisible(text);
  if (typed === '') throw invalid('No account number is given.');
  if (!ACCOUNT_NUMBER.test(typed)) {
    throw invalid('The account number may hold letters, digits, “-” and “_” only (64 at most).');
  }
  return typed;
}

function readPassword(given: unknown): string {
  if (typeof given !== 'string') throw invalid('The API password must be text.');
  const value = withoutInvisibleEnds(given);
  if (value.trim() === '') throw invalid('No API password is given.');
  if (value.length > MAX_PASSWORD_CHARS) {
    throw invalid(`The API password is longer than ${MAX_PASSWORD_CHARS} characters.`);
  }
  if (/\p{Cc}/u.test(value)) {
    throw invalid('The API password has a line break or another control character. Paste it again.');
  }
  return value;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_ACCOUNT', { what });
}

function invalidUrl(what: string): AccoladesError {
  return new AccoladesError('INVALID_URL', { what });
}
