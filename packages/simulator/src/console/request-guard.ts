import type { FastifyInstance } from 'fastify';

const LOOPBACK_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Prevents other web pages from controlling the console. A request must name this machine as its
 * host (against DNS rebinding) and, where the browser tells, come from the console's own page. A
 * change must be sent as `application/json`, which a foreign page cannot send without a CORS
 * preflight.
 */
export function guardRequests(app: FastifyInstance, consoleHost: string): void {
  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    if (!namesThisMachine(host, consoleHost)) {
      return reply.code(403).send({ error: 'The console answers on this machine only.' });
    }
    if (origin !== undefined && origin !== `http://${host ?? ''}`) {
      return reply.code(403).send({ error: 'The console takes requests from its own page only.' });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
      if (type !== 'application/json') {
        return reply.code(415).send({ error: 'Send application/json.' });
      }
    }
    return undefined;
  });
}

/** Whether a request's host is this machine, or the address that the console listens on. */
export function namesThisMachine(host: string | undefined, listensOn: string): boolean {
  const name = host?.replace(/:\d+$/, '').toLowerCase() ?? '';
  return LOOPBACK_NAMES.includes(name) || name === listensOn.toLowerCase();
}
