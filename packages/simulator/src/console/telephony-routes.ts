import type { FastifyInstance } from 'fastify';
import { readCallSettings } from '../calls/call-settings.ts';
import { readNotificationSettings } from '../notifications/notification-settings.ts';
import type { AgentInfo } from '../pbx/agent.ts';
import type { CallDirection } from '../pbx/call.ts';
import { readRestSettings } from '../rest-api/rest-settings.ts';
import type { Simulator } from '../simulator.ts';
import { BadRequest, RequestBody } from './request-body.ts';

const DIRECTIONS: readonly CallDirection[] = ['incoming', 'outgoing'];
const METHODS: readonly ('GET' | 'POST')[] = ['GET', 'POST'];

/**
 * The routes for the REST API's accounts, phones, calls with a life and the IVR. One returns a
 * password.
 */
export function addTelephonyRoutes(
  app: FastifyInstance,
  simulator: Simulator,
  agentOf: (key: unknown) => AgentInfo,
): void {
  app.post('/api/lives', (request) => {
    const body = new RequestBody(request.body);
    const phoneNumber = body.optionalText('phoneNumber');
    if (phoneNumber === undefined) throw new BadRequest('A call needs a phone number.');
    const { id } = simulator.telephony.startCall({
      direction: body.oneOf('direction', DIRECTIONS),
      deviceId: body.text('deviceId'),
      callCenter: body.has('callCenter') && body.flag('callCenter'),
      phoneNumber,
    });
    return { id };
  });

  app.post<{ Params: { id: string } }>('/api/lives/:id/answer', (request) => {
    simulator.telephony.answerCall(request.params.id);
    return {};
  });

  app.post<{ Params: { id: string } }>('/api/lives/:id/hang-up', (request) => {
    simulator.telephony.hangUp(request.params.id);
    return {};
  });

  app.post('/api/call-settings', (request) => {
    simulator.telephony.configureCalls(readCallSettings(new RequestBody(request.body).object('settings')));
    return {};
  });

  app.post('/api/notification-settings', (request) => {
    simulator.telephony.configureNotifications(
      readNotificationSettings(new RequestBody(request.body).object('settings')),
    );
    return {};
  });

  app.post('/api/rest-settings', (request) => {
    simulator.telephony.configureRest(readRestSettings(new RequestBody(request.body).object('settings')));
    return {};
  });

  app.post('/api/blacklist/clear', () => {
    simulator.telephony.clearBlacklist();
    return {};
  });

  app.post('/api/accounts', (request) => {
    const body = new RequestBody(request.body);
    simulator.telephony.setAccount({
      accountNumber: body.text('accountNumber').trim(),
      password: body.text('password'),
    });
    return {};
  });

  app.post<{ Params: { number: string } }>('/api/accounts/:number/active', (request) => {
    simulator.telephony.setAccountActive(
      request.params.number,
      new RequestBody(request.body).flag('apiActive'),
    );
    return {};
  });

  app.get<{ Params: { number: string } }>('/api/accounts/:number/password', (request) => ({
    password: simulator.telephony.accountPassword(request.params.number),
  }));

  app.post('/api/phones', (request) => {
    const body = new RequestBody(request.body);
    const url = body.optionalText('url');
    const timeoutMs = body.has('timeoutMs') ? body.number('timeoutMs') : undefined;
    const deviceId = body.text('deviceId').trim();
    const before = simulator.telephony.phones().find((phone) => phone.deviceId === deviceId)?.notifications;
    // The page never receives the full address, so an empty one keeps it; `notify: false` removes
    // it.
    const address = body.flag('notify') ? (url ?? before?.url) : undefined;
    if (body.flag('notify') && address === undefined)
      throw new BadRequest('Give the address of the endpoint.');
    simulator.telephony.setPhone({
      deviceId,
      userId: body.optionalText('userId'),
      idCrm: body.has('agent') ? agentOf(body.number('agent')).idCrm : null,
      accountNumber: body.optionalText('accountNumber') ?? null,
      maxDurationS: body.number('maxDurationS'),
      notifications: address === undefined ? null : { ...before, url: address, timeoutMs },
    });
    return {};
  });

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
