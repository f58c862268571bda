import type { Agent } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/**
 * The way through the proxy that HTTPS_PROXY / HTTP_PROXY / NO_PROXY name for this address; null: straight.
 * @throws when the proxy's address cannot be read
 */
export function proxyAgent(href: string): Agent | null {
  // The library chooses by scheme, and knows only the HTTP ones.
  const proxy = getProxyForUrl(href.replace(/^ws/, 'http'));
  return proxy === '' ? null : new HttpsProxyAgent(proxy);
}
