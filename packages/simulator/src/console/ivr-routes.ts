import { RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

const METHODS: readonly ('GET' | 'POST')[] = ['GET', 'POST'];

/** Runs an IVR with one step. */
export function addIvrRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.post('/api/ivr', async (request) => {
    const body = new RequestBody(request.body);
    const variables: Record<string, string> = {};
    const entries: [string, unknown][] = Object.entries(body.object('variables'));
    for (const [name, value] of entries) variables[name] = String(value);
    return simulator.telephony.runIvr({
      url: body.text('url').trim(),
      method: body.oneOf('method', METHODS),
      callerId: body.optionalText('callerId'),
      waitForConfirmation: body.flag('waitForConfirmation'),
      jsonResponse: body.flag('jsonResponse'),
      variables,
    });
  });
}
