import { readServerSettings } from '../websocket-api/settings.ts';
import { RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

/** The WebSocket API’s state and settings. */
export function addServerRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.post('/api/server', async (request) => {
    const body = new RequestBody(request.body);
    if (body.flag('running')) await simulator.start();
    else await simulator.stop({ abrupt: body.has('abrupt') && body.flag('abrupt') });
    return {};
  });

  app.post('/api/settings', (request) => {
    simulator.configure(readServerSettings(new RequestBody(request.body).object('settings')));
    return {};
  });
}
