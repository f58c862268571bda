import { readCallSettings } from '../calls/call-settings.ts';
import type { CallLife } from '../calls/call-life.ts';
import type { Telephony } from '../telephony.ts';
import { BadRequest, RequestBody } from './request-body.ts';
import type { RouteContext } from './route-context.ts';

/** The kinds of calls that the page offers. */
type LifeKind = 'clickToCall' | 'incoming' | 'ringAll' | 'hunt' | 'outgoing' | 'campaign' | 'internal';

const LIFE_KINDS: readonly LifeKind[] = [
  'clickToCall',
  'incoming',
  'ringAll',
  'hunt',
  'outgoing',
  'campaign',
  'internal',
];

interface LifeRoute {
  Params: { id: string };
}

/** Calls with a life. */
export function addLifeRoutes({ app, simulator }: RouteContext): void {
  const { telephony } = simulator;

  app.post('/api/lives', (request) => ({ id: startLife(telephony, new RequestBody(request.body)).id }));

  app.post<LifeRoute>('/api/lives/:id/answer', ({ params, body }) => {
    telephony.answerCall(params.id, new RequestBody(body).optionalText('deviceId'));
    return {};
  });

  app.post<LifeRoute>('/api/lives/:id/refuse', ({ params, body }) => {
    telephony.refuseCall(params.id, new RequestBody(body).optionalText('deviceId'));
    return {};
  });

  app.post<LifeRoute>('/api/lives/:id/hang-up', ({ params, body }) => {
    telephony.hangUp(params.id, new RequestBody(body).optionalText('deviceId'));
    return {};
  });

  app.post<LifeRoute>('/api/lives/:id/transfer', ({ params, body }) => {
    const fields = new RequestBody(body);
    const to = fields.text('to');
    if (fields.flag('attended')) telephony.attendedTransfer(params.id, to);
    else telephony.blindTransfer(params.id, to);
    return {};
  });

  app.post<LifeRoute>('/api/lives/:id/complete-transfer', ({ params }) => {
    telephony.completeTransfer(params.id);
    return {};
  });

  app.post<LifeRoute>('/api/lives/:id/redial', ({ params }) => ({ id: telephony.redial(params.id).id }));

  app.post('/api/call-settings', (request) => {
    telephony.configureCalls(readCallSettings(new RequestBody(request.body).object('settings')));
    return {};
  });
}

function startLife(telephony: Telephony, body: RequestBody): CallLife {
  const kind = body.oneOf('kind', LIFE_KINDS);
  const deviceIds = body.texts('deviceIds');
  const [deviceId] = deviceIds;
  if (deviceId === undefined) throw new BadRequest('Choose a phone.');
  if (kind === 'internal') return telephony.internalCall({ from: deviceId, to: body.text('to') });
  const phoneNumber = body.optionalText('phoneNumber');
  if (phoneNumber === undefined) throw new BadRequest('A call needs a phone number.');
  switch (kind) {
    case 'clickToCall':
      return telephony.startCall({ direction: 'outgoing', deviceId, phoneNumber });
    case 'incoming':
      return telephony.startCall({ direction: 'incoming', deviceId, phoneNumber });
    case 'outgoing':
      return telephony.dialOut({ deviceId, phoneNumber });
    case 'campaign':
      return telephony.campaignCall({ deviceId, phoneNumber });
    case 'ringAll':
    case 'hunt':
      return startQueue(telephony, kind, { deviceIds, phoneNumber }, body);
  }
}

/** Empty times stay as they are by default. */
function startQueue(
  telephony: Telephony,
  kind: 'ringAll' | 'hunt',
  start: { deviceIds: string[]; phoneNumber: string },
  body: RequestBody,
): CallLife {
  const ringMs = body.has('ringMs') ? body.number('ringMs') : undefined;
  const pauseMs = body.has('pauseMs') ? body.number('pauseMs') : undefined;
  return kind === 'hunt'
    ? telephony.hunt({ ...start, ringMs, pauseMs })
    : telephony.ringAll({ ...start, ringMs });
}
