import { randomBytes } from 'node:crypto';
import { ENTITY_KINDS } from '../pbx/agent.ts';
import { RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

/** Agents and their texts. Only one route returns an `idCrm`. */
export function addAgentRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.get<{ Params: { key: string } }>('/api/agents/:key', (request) => {
    const { key, name, maskedIdCrm, account, phone, agent } = context.agentOf(request.params.key);
    return { key, name, maskedIdCrm, account, phone, agent };
  });

  app.get<{ Params: { key: string } }>('/api/agents/:key/id-crm', (request) => ({
    idCrm: context.agentOf(request.params.key).idCrm,
  }));

  app.post('/api/agents', (request) => {
    const body = new RequestBody(request.body);
    const agent = simulator.addAgent({
      name: body.text('name'),
      idCrm: body.optionalText('idCrm') ?? randomBytes(5).toString('hex'),
      ip: body.optionalText('ip'),
      loggedIn: body.has('loggedIn') ? body.flag('loggedIn') : true,
    });
    return { key: agent.key };
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/login', (request) => {
    simulator.login(context.agentOf(request.params.key).idCrm);
    return {};
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/logout', (request) => {
    simulator.logout(context.agentOf(request.params.key).idCrm);
    return {};
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/remove', (request) => {
    simulator.removeAgent(context.agentOf(request.params.key).idCrm);
    return {};
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/text', (request) => {
    const body = new RequestBody(request.body);
    const { idCrm } = context.agentOf(request.params.key);
    simulator.setText(idCrm, body.oneOf('kind', ENTITY_KINDS), body.text('text'));
    return {};
  });
}
