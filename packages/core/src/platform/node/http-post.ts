import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { TLSSocket } from 'node:tls';
import { messageOf } from '../../errors.ts';
import { ADDRESS_OPTIONS } from './addresses.ts';
import { proxyAgent, type ProxyTunnel } from './proxy.ts';
import { HttpPostError, type HttpPost, type HttpPostAnswer, type HttpPostRequest } from '../../net/post.ts';

/**
 * Posts a form with Node's HTTP client, through the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 * Follows no redirect. Opens a new connection each time: a kept one may be dead, and a command must
 * not be sent twice.
 */
export const postForm: HttpPost = async (post) => {
  const facts: Facts = { mayHaveArrived: false, tunnel: null };
  try {
    return await send(post, facts);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    throw new HttpPostError(error, {
      mayHaveArrived: facts.mayHaveArrived,
      proxied: facts.tunnel !== null,
      tooLarge: error instanceof AnswerTooLarge,
      stalledAt: facts.tunnel?.stalledAt ?? null,
    });
  }
};

/** The state of a request without an answer. */
interface Facts {
  mayHaveArrived: boolean;
  tunnel: ProxyTunnel | null;
}

async function send(post: HttpPostRequest, facts: Facts): Promise<HttpPostAnswer> {
  const agent = proxyAgent(post.url, () => post.signal);
  const proxied = agent !== null;
  facts.tunnel = agent;
  const { ca, ...tls } = post.tls;
  const encrypted = post.url.toLowerCase().startsWith('https:');
  const request = (encrypted ? requestHttps : requestHttp)(post.url, {
    ...tls,
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    rejectUnauthorized: !post.allowUnauthorizedCerts,
    method: 'POST',
    agent: agent ?? false,
    ...ADDRESS_OPTIONS,
    signal: post.signal,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(post.body),
      accept: 'application/json',
      connection: 'close',
    },
  });
  request.once('socket', (socket) => {
    const onConnected = (): void => {
      facts.mayHaveArrived = true;
    };
    if (socket instanceof TLSSocket) socket.once('secureConnect', onConnected);
    else if (socket.connecting) socket.once('connect', onConnected);
    else onConnected();
  });
  try {
    return await new Promise<HttpPostAnswer>((resolve, reject) => {
      request
        .on('response', (response) => {
          readAnswer(response, post.maxBytes).then(({ status, body }) => {
            resolve({ status, body, proxied });
          }, reject);
        })
        .on('error', reject)
        .end(post.body);
    });
  } finally {
    // Otherwise a server that keeps sending after a rejected answer would hold the connection.
    request.destroy();
  }
}

class AnswerTooLarge extends Error {}

async function readAnswer(
  response: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly status: number; readonly body: string }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > maxBytes) throw new AnswerTooLarge(`The answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
}
