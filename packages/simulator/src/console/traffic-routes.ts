import type { CallDirection } from '../pbx/call.ts';
import { TRAFFIC_KINDS } from '../pbx/call-traffic.ts';
import { BadRequest, RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

const DIRECTIONS: readonly CallDirection[] = ['incoming', 'outgoing'];

/** Events without a life: single calls, and calls at a rate. */
export function addTrafficRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.post('/api/calls', (request) => {
    const body = new RequestBody(request.body);
    const phoneNumber = body.optionalText('phoneNumber');
    if (phoneNumber === undefined) throw new BadRequest('A call needs a phone number.');
    const agents = body.numbers('agents').map((key) => context.agentOf(key));
    if (agents.length === 0) throw new BadRequest('Choose at least one agent.');
    const call = simulator.placeCall({
      direction: body.oneOf('direction', DIRECTIONS),
      callCenter: body.flag('callCenter'),
      phoneNumber,
      agents: agents.map((agent) => agent.idCrm),
      uniqueId: body.optionalText('uniqueId'),
    });
    return { uniqueId: call.uniqueId, agents: call.agents.length, delivered: call.delivered.length };
  });

  app.post('/api/traffic', (request) => {
    const body = new RequestBody(request.body);
    const callsPerMinute = body.number('callsPerMinute');
    if (callsPerMinute === 0) simulator.traffic.stop();
    else simulator.traffic.start(callsPerMinute, body.oneOf('kind', TRAFFIC_KINDS));
    return {};
  });
}
