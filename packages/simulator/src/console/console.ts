import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { reachableHost } from '../websocket-api/address.ts';
import type { Simulator } from '../simulator.ts';
import { LiveUpdates } from './live-updates.ts';
import { guardRequests } from './request-guard.ts';
import { addRoutes } from './routes.ts';

export interface ConsoleOptions {
  /** 0 (default): a free one. */
  port?: number;
  /** The address to listen on. Default 127.0.0.1, because the console has no login. */
  host?: string;
  /**
   * Origins of pages that may show the console in a frame, such as `http://127.0.0.1:14390`.
   * Default: none.
   */
  framedBy?: readonly string[];
}

/** The page loads only its own files, and only the listed origins may frame it. */
function contentSecurityPolicy(framedBy: readonly string[]): string {
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    `form-action 'none'; base-uri 'none'; frame-ancestors ${framedBy.join(' ') || "'none'"}`
  );
}

/**
 * Serves a simulator's web console.
 * @throws the error of the listening socket, for example `EADDRINUSE`
 */
export async function startConsole(
  simulator: Simulator,
  options: ConsoleOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const host = options.host ?? '127.0.0.1';
  const policy = contentSecurityPolicy(options.framedBy ?? []);
  const updates = new LiveUpdates(simulator);
  const app: FastifyInstance = fastify({ forceCloseConnections: true });
  app.removeContentTypeParser('text/plain');
  guardRequests(app, host);
  app.addHook('onSend', async (_request, reply) => {
    await Promise.resolve();
    reply.header('content-security-policy', policy);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cache-control', 'no-store');
  });
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('./page/', import.meta.url)),
    cacheControl: false,
  });
  addRoutes(app, simulator, updates);
  try {
    await app.listen({ host, port: options.port ?? 0 });
  } catch (error) {
    updates.close();
    await app.close();
    throw error;
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://${reachableHost(host)}:${port}`,
    async close() {
      updates.close();
      await app.close();
    },
  };
}
