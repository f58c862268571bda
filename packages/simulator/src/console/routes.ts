import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { readFaultSettings } from '../faults/fault-settings.ts';
import { ALL_AGENTS } from '../faults/faults.ts';
import { GARBAGE_KINDS } from '../faults/garbage.ts';
import { ENTITY_KINDS } from '../pbx/agent.ts';
import type { AgentInfo } from '../pbx/agent.ts';
import type { CallDirection } from '../pbx/call.ts';
import { TRAFFIC_KINDS } from '../pbx/call-traffic.ts';
import type { Simulator } from '../simulator.ts';
import type { DropMethod } from '../websocket-api/session-control.ts';
import { readServerSettings } from '../websocket-api/settings.ts';
import type { LiveUpdates } from './live-updates.ts';
import { BadRequest, RequestBody } from './request-body.ts';
import { addTelephonyRoutes } from './telephony-routes.ts';

const DIRECTIONS: readonly CallDirection[] = ['incoming', 'outgoing'];

const DROP_METHODS: readonly DropMethod[] = [
  'close',
  'connectionClosed',
  'connectionClosedOnly',
  'terminate',
  'halfOpen',
];

/**
 * The routes of the console's page. Agents are identified by their key; only one route returns an
 * `idCrm`.
 */
export function addRoutes(app: FastifyInstance, simulator: Simulator, updates: LiveUpdates): void {
  const agentOf = (key: unknown): AgentInfo => {
    const agent = simulator.agents().find((candidate) => candidate.key === Number(key));
    if (!agent) throw new BadRequest('There is no such agent any more.');
    return agent;
  };
  /** An agent's key, or `"all"`. */
  const targetOf = (body: RequestBody): string =>
    body.has('agent') ? agentOf(body.number('agent')).idCrm : ALL_AGENTS;

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

  app.get<{ Params: { key: string } }>('/api/agents/:key', (request) => {
    const { key, name, maskedIdCrm, account, phone, agent } = agentOf(request.params.key);
    return { key, name, maskedIdCrm, account, phone, agent };
  });

  app.get<{ Params: { key: string } }>('/api/agents/:key/id-crm', (request) => ({
    idCrm: agentOf(request.params.key).idCrm,
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
    simulator.login(agentOf(request.params.key).idCrm);
    return {};
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/logout', (request) => {
    simulator.logout(agentOf(request.params.key).idCrm);
    return {};
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/remove', (request) => {
    simulator.removeAgent(agentOf(request.params.key).idCrm);
    return {};
  });

  app.post<{ Params: { key: string } }>('/api/agents/:key/text', (request) => {
    const body = new RequestBody(request.body);
    const { idCrm } = agentOf(request.params.key);
    simulator.setText(idCrm, body.oneOf('kind', ENTITY_KINDS), body.text('text'));
    return {};
  });

  app.post('/api/calls', (request) => {
    const body = new RequestBody(request.body);
    const phoneNumber = body.optionalText('phoneNumber');
    if (phoneNumber === undefined) throw new BadRequest('A call needs a phone number.');
    const agents = body.numbers('agents').map(agentOf);
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

  app.post('/api/faults', (request) => {
    const body = new RequestBody(request.body);
    simulator.faults.set(targetOf(body), readFaultSettings(body.object('settings')));
    return {};
  });

  app.post('/api/faults/clear', (request) => {
    const body = new RequestBody(request.body);
    simulator.faults.clear(body.has('everything') ? undefined : targetOf(body));
    return {};
  });

  app.post('/api/drop', (request, reply) => {
    const body = new RequestBody(request.body);
    const done = simulator.dropSession(targetOf(body), body.oneOf('how', DROP_METHODS));
    return done ? {} : reply.code(409).send({ error: NO_SESSION });
  });

  app.post('/api/send', (request, reply) => {
    const body = new RequestBody(request.body);
    const target = targetOf(body);
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

  addTelephonyRoutes(app, simulator, agentOf);
}

const NO_SESSION = 'There is no API session for this: connect a client first.';
