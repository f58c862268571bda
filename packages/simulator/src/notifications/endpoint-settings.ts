/** The destination of a phone's call notifications. */
export interface EndpointSettings {
  /** `http:` or `https:`, with the path and its secret. */
  url: string;
  /**
   * How long the endpoint may take, in milliseconds; the real limit is not published. Default
   * 5,000.
   */
  timeoutMs?: number | undefined;
  /** Accept a self-signed or otherwise untrusted certificate. Default false. */
  allowUnauthorizedCerts?: boolean | undefined;
}

export const DEFAULT_ENDPOINT_TIMEOUT_MS = 5_000;
const LONGEST_TIMEOUT_MS = 600_000;

/** @throws when a setting is unusable; never shows the address, which may hold a secret */
export function readEndpointSettings(settings: EndpointSettings): EndpointSettings {
  checkHttpUrl(settings.url);
  checkTimeout(settings.timeoutMs);
  return { ...settings };
}

/** @throws when it is not an absolute `http:` or `https:` address */
export function checkHttpUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new Error('The address of the endpoint must begin with http:// or https://.');
  }
}

/** @throws when it is out of range */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined) return;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > LONGEST_TIMEOUT_MS) {
    throw new Error('The time limit must be milliseconds, from 1 to ten minutes.');
  }
}

/** The host of an address, without path and query, which may hold a secret. */
export function maskedUrl(url: string): string {
  if (!URL.canParse(url)) return '…';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/…`;
}
