import { messageOf, type AccoladesErrorCode } from '../errors.ts';
import { shownText } from '../text/shown-text.ts';

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** What OpenSSL says when it reads something else than TLS: `http_request` when it is plain HTTP, for example. */
const NO_TLS =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE/i;

/** What OpenSSL says of a PKCS #12 file that it cannot read, or that has another passphrase; without a code. */
const UNREADABLE_PFX = /^(not enough data|wrong tag|header too long|mac verify failure|unsupported)$/i;

/** What an error of the network means, by Node's error code; `NETWORK` when it tells nothing more. */
export function networkErrorCode(error: Error, proxied: boolean): AccoladesErrorCode {
  const systemCode = attemptsOf(error).length > 0 ? codeOfAttempts(error) : systemCodeOf(error);
  if (isOfOwnTlsMaterial(error)) return 'INVALID_PARAMETER';
  // Not that of a proxy: the text does not tell whether proxy or server speaks no TLS.
  if (NO_TLS.test(`${systemCode} ${error.message}`.replaceAll(' ', '_')))
    return proxied ? 'PROXY_FAILED' : 'NOT_TLS';
  if (TLS_CODE.test(systemCode) || /certificate|SSL routines/i.test(error.message)) return 'TLS_FAILED';
  if (proxied && /proxy/i.test(error.message)) return 'PROXY_FAILED';
  if (systemCode === 'ECONNREFUSED') return proxied ? 'PROXY_FAILED' : 'CONNECTION_REFUSED';
  if (systemCode === 'ENOTFOUND' || systemCode === 'EAI_AGAIN') return 'HOST_NOT_FOUND';
  if (systemCode === 'ETIMEDOUT') return 'CONNECT_TIMEOUT';
  return 'NETWORK';
}

/** Node's code of a system error, such as `ECONNRESET`; empty when there is none. */
export function systemCodeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The certificate, key or passphrase of this side: nothing was sent, and trying again does not help. */
function isOfOwnTlsMaterial(error: Error): boolean {
  // Those of a handshake are called ERR_SSL_ and so on.
  return systemCodeOf(error).startsWith('ERR_OSSL_') || UNREADABLE_PFX.test(error.message);
}

/** What a server says of the certificate of this side. With TLS 1.3 it does so only after the client has finished the handshake. */
const REFUSED_CERTIFICATE = /_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

/** Whether the server has ended the handshake itself, so that it has read nothing of what came after. */
export function isRefusedInHandshake(error: Error): boolean {
  return REFUSED_CERTIFICATE.test(systemCodeOf(error));
}

/** How many addresses of a server's name are told of. */
const MAX_TOLD_ADDRESSES = 6;

/** What happened on each address of the server's name; empty when only one was tried. */
function attemptsOf(error: Error): readonly Error[] {
  if (!('errors' in error) || !Array.isArray(error.errors)) return [];
  return error.errors.filter((attempt: unknown): attempt is Error => attempt instanceof Error);
}

/** An address that timed out may be the right one behind a firewall, so that a timeout says more than a refusal. */
function codeOfAttempts(error: Error): string {
  const codes = attemptsOf(error).map(systemCodeOf);
  return codes.includes('ETIMEDOUT') ? 'ETIMEDOUT' : (codes[0] ?? systemCodeOf(error));
}

/** What happened, in a sentence. */
export function describeNetworkError(error: Error): string {
  if (isOfOwnTlsMaterial(error)) {
    return `The certificate, the key or its passphrase in the TLS settings cannot be read (${error.message}).`;
  }
  const attempts = attemptsOf(error);
  if (attempts.length > 0) {
    const told = attempts.slice(0, MAX_TOLD_ADDRESSES).map((attempt) => shownText(attempt.message, 100));
    return `No address of the server could be reached (${told.join('; ')}).`;
  }
  const systemCode = systemCodeOf(error);
  const prefix = systemCode === '' || error.message.includes(systemCode) ? '' : `${systemCode}: `;
  return `${prefix}${shownText(messageOf(error), 300) || 'The connection failed'}.`;
}
