import type { IncomingMessage } from 'node:http';
import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { plainAddress, reachableHost } from '../websocket-api/address.ts';
import type { RestApi } from './rest-api.ts';

export interface RestServerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** PEM texts; with them the server speaks `https:`. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

const CLOSE_MS = 500;
const LARGEST_DISCARDED = 16 * 1024 * 1024;

/** Serves the REST API over HTTP. */
export class RestServer {
  readonly url: string;
  readonly #api: RestApi;
  readonly #app: Server;
  readonly #delays: Set<NodeJS.Timeout>;

  private constructor(url: string, api: RestApi, app: Server, delays: Set<NodeJS.Timeout>) {
    this.url = url;
    this.#api = api;
    this.#app = app;
    this.#delays = delays;
  }

  /** @throws the error of the listening socket, for example `EADDRINUSE` */
  static async start(api: RestApi, options: RestServerOptions): Promise<RestServer> {
    const delays = new Set<NodeJS.Timeout>();
    const app = makeServer(api, options, delays);
    try {
      await app.listen({ host: options.host, port: options.port });
    } catch (error) {
      await app.close();
      throw error;
    }
    const address = app.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : options.port;
    const protocol = options.tls ? 'https' : 'http';
    return new RestServer(`${protocol}://${reachableHost(options.host)}:${port}`, api, app, delays);
  }

  /** Idempotent. Requests in progress get half a second. */
  async close(): Promise<void> {
    for (const delay of this.#delays) clearTimeout(delay);
    this.#delays.clear();
    const cutOff = (): void => {
      this.#app.server.closeAllConnections();
    };
    const timer = setTimeout(cutOff, CLOSE_MS);
    if (this.#api.settings.neverAnswer) cutOff();
    await this.#app.close();
    clearTimeout(timer);
  }
}

type Server = ReturnType<typeof makeServer>;

function makeServer(api: RestApi, { tls }: RestServerOptions, delays: Set<NodeJS.Timeout>) {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, body } = api.answer({
      ip: plainAddress(request.socket.remoteAddress),
      method: request.method,
      url: request.raw.url ?? '',
      contentType: request.headers['content-type'],
      body: request.body === null || typeof request.body === 'string' ? request.body : '',
    });
    const { neverAnswer, answerDelayMs } = api.settings;
    if (neverAnswer) return reply.hijack();
    reply.code(status).header('connection', 'close');
    if (answerDelayMs === 0) return reply.send(body);
    const delay = setTimeout(() => {
      delays.delete(delay);
      reply.send(body);
    }, answerDelayMs);
    delays.add(delay);
    return reply;
  };
  const app = fastify({
    https: tls ?? null,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    frameworkErrors: (_error, request, reply) => {
      answer(request, reply);
    },
  });
  // Accolades answers in its own order (first a blocked address, then the size …), with errors of
  // its own, so one handler gets every request as it came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, api.settings.maxBodyBytes),
  );
  app.all('/*', answer);
  app.setNotFoundHandler(answer);
  app.setErrorHandler((_error, request, reply) => answer(request, reply));
  return app;
}

/**
 * @returns null when it is too large; the rest is read and discarded, so that the client sees the
 * answer
 */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > maxBytes + LARGEST_DISCARDED) break;
  }
  return size > maxBytes ? null : Buffer.concat(chunks).toString('utf8');
}
