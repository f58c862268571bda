import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CRM } from './connector-rig.ts';

/** Answers one post; the default acknowledges it. */
export type Answer = (post: URLSearchParams, response: ServerResponse, request: IncomingMessage) => void;

export const READABLE = { 'access-control-allow-origin': '*' };

export const acknowledge: Answer = (_post, response) => {
  response.writeHead(200, { ...READABLE, 'content-type': 'application/json' });
  response.end('{"received":true}');
};

/** Acknowledges, and makes the connector open a page for each call. */
export const answerPage: Answer = (post, response) => {
  response.writeHead(200, { ...READABLE, 'content-type': 'application/json' });
  const screenPop = { url: `${CRM}/contacts/7`, title: 'Ana Pop' };
  response.end(JSON.stringify({ received: true, ...(post.has('frame') ? { screenPop } : {}) }));
};

/** A server that replaces the flow and records each post. */
export class Endpoint {
  readonly posts: URLSearchParams[] = [];
  answer: Answer;
  readonly #server: Server;

  private constructor(server: Server, answer: Answer) {
    this.#server = server;
    this.answer = answer;
  }

  static async start(answer: Answer = acknowledge): Promise<Endpoint> {
    const server = createServer();
    const endpoint = new Endpoint(server, answer);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const post = new URLSearchParams(body);
        if (request.method === 'POST') endpoint.posts.push(post);
        endpoint.answer(post, response, request);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return endpoint;
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/accolades`;
  }

  /** Posted events by name or uniqueId, in the order of arrival, each id once. */
  get events(): string[] {
    const ids = new Set<string | null>();
    return this.posts
      .filter((post) => ids.size < ids.add(post.get('eventId')).size)
      .map((post) => {
        const [, uniqueId] = /"uniqueId":\s*"?([\d.]+)/.exec(post.get('frame') ?? '') ?? [];
        return uniqueId ?? post.get('event') ?? '';
      });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
