import { messageOf, type AccoladesErrorCode } from '../errors.ts';
import { shownText } from '../text/shown-text.ts';

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** OpenSSL's errors for data that is not TLS, such as `http_request` for plain HTTP. */
const NO_TLS =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE/i;

/** OpenSSL's messages for an unreadable PKCS #12 file or a wrong passphrase. They have no code. */
const UNREADABLE_PFX = /^(not enough data|wrong tag|header too long|mac verify failure|unsupported)$/i;

/** Maps a network error to an error code by Node's system code. Default: `NETWORK`. */
export function networkErrorCode(error: Error, proxied: boolean): AccoladesErrorCode {
  const systemCode = attemptsOf(error).length > 0 ? codeOfAttempts(error) : systemCodeOf(error);
  if (isOwnTlsError(error)) return 'INVALID_PARAMETER';
  // With a proxy, the error does not show whether the proxy or the server does not speak TLS.
  if (NO_TLS.test(`${systemCode} ${error.message}`.replaceAll(' ', '_')))
    return proxied ? 'PROXY_FAILED' : 'NOT_TLS';
  if (TLS_CODE.test(systemCode) || /certificate|SSL routines/i.test(error.message)) return 'TLS_FAILED';
  if (proxied && /proxy/i.test(error.message)) return 'PROXY_FAILED';
  if (systemCode === 'ECONNREFUSED') return proxied ? 'PROXY_FAILED' : 'CONNECTION_REFUSED';
  if (systemCode === 'ENOTFOUND' || systemCode === 'EAI_AGAIN') return 'HOST_NOT_FOUND';
  if (systemCode === 'ETIMEDOUT') return 'CONNECT_TIMEOUT';
  return 'NETWORK';
}

/** Returns Node's code of a system error, such as `ECONNRESET`, or empty text. */
export function systemCodeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Whether our own certificate, key or passphrase is invalid: nothing was sent, a retry cannot help.
 */
function isOwnTlsError(error: Error): boolean {
  // Errors of the handshake start with ERR_SSL_ instead.
  return systemCodeOf(error).startsWith('ERR_OSSL_') || UNREADABLE_PFX.test(error.message);
}

/**
 * TLS alerts for a rejected client certificate. With TLS 1.3 the alert arrives after the client has
 * finished its handshake.
 */
const REFUSED_CERTIFICATE = /_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

/** Whether the server aborted the handshake, and so has read nothing that was sent after it. */
export function isRefusedInHandshake(error: Error): boolean {
  return REFUSED_CERTIFICATE.test(systemCodeOf(error));
}

/** Maximum number of addresses in an error text. */
const MAX_SHOWN_ADDRESSES = 6;

/** Returns the error of each address of the host name. Empty when only one address was tried. */
function attemptsOf(error: Error): readonly Error[] {
  if (!('errors' in error) || !Array.isArray(error.errors)) return [];
  return error.errors.filter((attempt: unknown): attempt is Error => attempt instanceof Error);
}

/**
 * Prefers a timeout to a refusal: the address that timed out may be the right one, behind a
 * firewall.
 */
function codeOfAttempts(error: Error): string {
  const codes = attemptsOf(error).map(systemCodeOf);
  return codes.includes('ETIMEDOUT') ? 'ETIMEDOUT' : (codes[0] ?? systemCodeOf(error));
}

/** Describes the error in one sentence. */
export function describeNetworkError(error: Error): string {
  if (isOwnTlsError(error)) {
    return `The certificate, the key or its passphrase in the TLS settings cannot be read (${error.message}).`;
  }
  const attempts = attemptsOf(error);
  if (attempts.length > 0) {
    const shown = attempts.slice(0, MAX_SHOWN_ADDRESSES).map((attempt) => shownText(attempt.message, 100));
    return `No address of the server could be reached (${shown.join('; ')}).`;
  }
  const systemCode = systemCodeOf(error);
  const prefix = systemCode === '' || error.message.includes(systemCode) ? '' : `${systemCode}: `;
  return `${prefix}${shownText(messageOf(error), 300) || 'The connection failed'}.`;
}
