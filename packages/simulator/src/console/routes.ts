import type { FastifyInstance } from 'fastify';
import type { Simulator } from '../simulator.ts';
import { addAccountRoutes } from './account-routes.ts';
import { addAgentRoutes } from './agent-routes.ts';
import { addFaultRoutes } from './fault-routes.ts';
import { addIvrRoutes } from './ivr-routes.ts';
import { addLifeRoutes } from './life-routes.ts';
import type { LiveUpdates } from './live-updates.ts';
import { addPhoneRoutes } from './phone-routes.ts';
import { BadRequest } from './request-body.ts';
import { RouteContext } from './route-context.ts';
import { addServerRoutes } from './server-routes.ts';
import { addTrafficRoutes } from './traffic-routes.ts';

/** The routes of the console's page. */
export function addRoutes(app: FastifyInstance, simulator: Simulator, updates: LiveUpdates): void {
  app.setErrorHandler((error, _request, reply) => {
    // The simulator's own errors are plain `Error`s with texts for users.
    const isExpected = error instanceof BadRequest || (error instanceof Error && error.constructor === Error);
    const own: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
    const status = isExpected ? 400 : typeof own === 'number' ? own : 500;
    const message = status < 500 && error instanceof Error ? error.message : 'The console failed at this.';
    return reply.code(status).send({ error: message });
  });

  app.get('/api/state', () => updates.state());

  app.get('/api/events', (_request, reply) => {
    reply.hijack();
    updates.open(reply.raw);
  });

  const context = new RouteContext(app, simulator);
  addAgentRoutes(context);
  addTrafficRoutes(context);
  addFaultRoutes(context);
  addServerRoutes(context);
  addLifeRoutes(context);
  addPhoneRoutes(context);
  addAccountRoutes(context);
  addIvrRoutes(context);
}
