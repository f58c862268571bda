import type { Agent, ClientRequest } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { AccoladesError } from '../../errors.ts';

/**
 * The way through the proxy that HTTPS_PROXY / HTTP_PROXY / NO_PROXY name for this address; null: straight.
 *
 * @param signal asked for only when there is a proxy; ends the connection to the proxy. Needed, since a request that is destroyed while the proxy has not answered yet
 *   neither ends that connection nor fails: the agent alone knows it.
 * @throws AccoladesError `PROXY_FAILED` when the proxy's address cannot be read or is of another kind (SOCKS); the address, which
 *   may hold a password, is not in it
 */
export function proxyAgent(href: string, signal: () => AbortSignal): Agent | null {
  // The library chooses by scheme, and knows only the HTTP ones.
  const proxy = getProxyForUrl(href.replace(/^ws/, 'http'));
  if (proxy === '') return null;
  if (!/^https?:\/\//i.test(proxy) || !URL.canParse(proxy)) {
    throw new AccoladesError('PROXY_FAILED', {
      what: 'The address of the proxy in the environment is none that starts with http:// or https:// and can be read.',
    });
  }
  const agent = new HttpsProxyAgent(proxy, { signal: signal() });
  // Otherwise the library passes the proxy's answer off as the server's.
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }, request: ClientRequest) => {
    if (statusCode === 200) return;
    request.destroy(
      new AccoladesError('PROXY_FAILED', { what: `The proxy answered with HTTP status ${statusCode}.` }),
    );
  });
  return agent;
}
