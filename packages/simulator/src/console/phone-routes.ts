import { readNotificationSettings } from '../notifications/notification-settings.ts';
import { WHILE_TALKING } from '../pbx/phone-directory.ts';
import { BadRequest, RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

/** Phones, and how their notifications are written. */
export function addPhoneRoutes(context: RouteContext): void {
  const { app, simulator } = context;

  app.post('/api/notification-settings', (request) => {
    simulator.telephony.configureNotifications(
      readNotificationSettings(new RequestBody(request.body).object('settings')),
    );
    return {};
  });

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
      idCrm: body.has('agent') ? context.agentOf(body.number('agent')).idCrm : null,
      accountNumber: body.optionalText('accountNumber') ?? null,
      maxDurationS: body.number('maxDurationS'),
      silent: body.has('silent') ? body.flag('silent') : undefined,
      extension: body.optionalText('extension') ?? null,
      answerMs: answerMsOf(body),
      whileTalking: body.has('whileTalking') ? body.oneOf('whileTalking', WHILE_TALKING) : undefined,
      userType: body.optionalText('userType'),
      notifications: address === undefined ? null : { ...before, url: address, timeoutMs },
    });
    return {};
  });
}

/** A number of milliseconds, `byHand`, or nothing: as the call settings say. */
function answerMsOf(body: RequestBody): number | 'byHand' | null {
  if (!body.has('answerMs')) return null;
  return body.is('answerMs', 'byHand') ? 'byHand' : body.number('answerMs');
}
