import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { once } from 'node:events';
import { until } from './client.ts';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  fields: Record<string, string>;
}

/** A server that keeps what it got, and answers what it is told to. */
export class TestEndpoint {
  readonly received: Received[] = [];
  /** `null`: no answer at all. */
  answer: (fields: Record<string, string>) => { status: number; body: string } | null = () => ({
    status: 200,
    body: 'OK',
  });
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Uint8Array[] = [];
      request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://endpoint');
        const form = Buffer.concat(chunks).toString('utf8');
        const fields = Object.fromEntries(
          request.method === 'GET' ? url.searchParams : new URLSearchParams(form),
        );
        this.received.push({
          method: request.method ?? '',
          path: url.pathname,
          headers: request.headers,
          fields,
        });
        const answer = this.answer(fields);
        if (answer) response.writeHead(answer.status).end(answer.body);
      });
    });
  }

  static async open(): Promise<TestEndpoint> {
    const endpoint = new TestEndpoint();
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/calls`;
  }

  get events(): string[] {
    return this.received.map(({ fields }) => fields['event'] ?? '');
  }

  async gets(count: number): Promise<void> {
    await until(() => this.received.length >= count, `the endpoint has ${count} requests`);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
