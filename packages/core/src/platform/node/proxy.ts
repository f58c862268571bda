import type { ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { AccoladesError } from '../../errors.ts';
import { ADDRESS_OPTIONS } from './addresses.ts';
import { isExempt } from './no-proxy.ts';

/**
 * Returns the tunnel through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY set for this
 * address. Null without a proxy.
 *
 * @param signal called only if there is a proxy; aborting it ends the connection to the proxy.
 *   Destroying the request alone would not, as long as the proxy has not answered.
 * @throws AccoladesError `PROXY_FAILED` when the proxy's address is invalid or of another kind
 *   (SOCKS). The error does not contain the address, which may hold a password.
 */
export function proxyAgent(href: string, signal: () => AbortSignal): ProxyTunnel | null {
  if (isExempt(href, process.env['no_proxy'] || process.env['NO_PROXY'] || '')) return null;
  // The library selects by scheme and knows only http and https.
  const proxy = getProxyForUrl(href.replace(/^ws/, 'http'));
  if (proxy === '') return null;
  if (!/^https?:\/\//i.test(proxy) || !URL.canParse(proxy)) {
    throw new AccoladesError('PROXY_FAILED', {
      what: 'Correct the proxy address in the environment: it is not a valid http:// or https:// address.',
    });
  }
  return new ProxyTunnel(proxy, signal());
}

/** An agent for one request that records whether the proxy has answered. */
export class ProxyTunnel extends HttpsProxyAgent<string> {
  #isThrough = false;

  constructor(proxy: string, signal: AbortSignal) {
    super(proxy, { signal, ...ADDRESS_OPTIONS });
    this.on('proxyConnect', ({ statusCode }: { statusCode: number }, request: ClientRequest) => {
      this.#isThrough = statusCode === 200;
      if (this.#isThrough) return;
      // Otherwise the library returns the proxy's answer as the server's.
      request.destroy(
        new AccoladesError('PROXY_FAILED', { what: `The proxy answered with HTTP status ${statusCode}.` }),
      );
    });
  }

  /** The peer that has not answered, in one sentence without the proxy's user and password. */
  get stalledAt(): string {
    const { host } = this.proxy;
    return this.#isThrough
      ? `The proxy ${host} opened the connection, but the server behind it does not answer.`
      : `The proxy ${host} does not answer.`;
  }
}
