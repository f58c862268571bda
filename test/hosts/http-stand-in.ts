import { createServer } from 'node:http';

/** A request that a stand-in received. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: string;
}

/**
 * A server that replaces Slack, a CRM, a shop …: it answers with JSON and records its requests.
 */
export interface HttpStandIn {
  /** Without a trailing slash. */
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

export async function startHttpStandIn(answer: (exchange: Exchange) => unknown): Promise<HttpStandIn> {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const exchange = { method: request.method ?? '', url: request.url ?? '', body };
      exchanges.push(exchange);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer(exchange)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
