import { readFaultSettings } from '../faults/fault-settings.ts';
import { GARBAGE_KINDS } from '../faults/garbage.ts';
import type { DropMethod } from '../websocket-api/session-control.ts';
import { RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

const DROP_METHODS: readonly DropMethod[] = [
  'close',
  'connectionClosed',
  'connectionClosedOnly',
  'terminate',
  'halfOpen',
];

const NO_SESSION = 'There is no API session for this: connect a client first.';

/** Faults, and what is sent or dropped once. */
export function addFaultRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.post('/api/faults', (request) => {
    const body = new RequestBody(request.body);
    simulator.faults.set(context.targetOf(body), readFaultSettings(body.object('settings')));
    return {};
  });

  app.post('/api/faults/clear', (request) => {
    const body = new RequestBody(request.body);
    simulator.faults.clear(body.has('everything') ? undefined : context.targetOf(body));
    return {};
  });

  app.post('/api/drop', (request, reply) => {
    const body = new RequestBody(request.body);
    const done = simulator.dropSession(context.targetOf(body), body.oneOf('how', DROP_METHODS));
    return done ? {} : reply.code(409).send({ error: NO_SESSION });
  });

  app.post('/api/send', (request, reply) => {
    const body = new RequestBody(request.body);
    const target = context.targetOf(body);
    let done: boolean;
    if (body.has('garbage')) {
      done = simulator.sendGarbage(target, body.oneOf('garbage', GARBAGE_KINDS));
    } else if (body.has('sample')) {
      done = simulator.sendSeedSample(target, body.oneOf('sample', ['incomingCall', 'configuration']));
    } else {
      done = simulator.sendRaw(target, body.text('text'));
    }
    return done ? {} : reply.code(409).send({ error: NO_SESSION });
  });
}
