import { messageOf, type AccoladesErrorCode } from './errors.ts';

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** What OpenSSL says when it reads something else than TLS: `http_request` when it is plain HTTP, for example. */
const NO_TLS =
  /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE/i;

/** What an error of the network means, by Node's error code; `NETWORK` when it tells nothing more. */
export function networkErrorCode(error: Error, proxied: boolean): AccoladesErrorCode {
  const systemCode = systemCodeOf(error);
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

/** What happened, in a sentence. */
export function describeNetworkError(error: Error): string {
  const systemCode = systemCodeOf(error);
  const prefix = systemCode === '' || error.message.includes(systemCode) ? '' : `${systemCode}: `;
  return `${prefix}${messageOf(error) || 'The connection failed'}.`;
}
