import { expect } from 'chai';
import { WebhookEndpoint } from '../../src/webhook/endpoint.ts';
import { PendingReplies } from '../../src/webhook/pending-replies.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { EndpointSettings } from '../../src/webhook/endpoint-settings.ts';
import type { EndpointRequest } from '../../src/webhook/request.ts';

const SECRET = 'not-a-real-secret';
const EVENT = 'apiName=connectorEvent&event=agentConnected&agent=%7B%7D';
const clock = new FakeClock();
const OPTIONS = { clock, replies: new PendingReplies({ clock }) };
const HANGUP = 'apiName=callNotification&event=hangup&callId=1608743891.1344';

describe('pages of another origin', () => {
  const request = (change: Partial<EndpointRequest> = {}): EndpointRequest => ({
    method: 'POST',
    url: '/accolades',
    headers: { origin: 'https://pbx.example', 'content-type': 'application/x-www-form-urlencoded' },
    remoteAddress: '203.0.113.7',
    pathSecret: SECRET,
    body: EVENT,
    ...change,
  });

  /** The status, and which origins may read the answer. */
  const answerTo = (change: Partial<EndpointRequest>, settings: EndpointSettings = {}): unknown => {
    const endpoint = new WebhookEndpoint({ receives: 'connector', secret: SECRET, ...settings }, OPTIONS);
    const { answer } = endpoint.receive(request(change), () => undefined);
    endpoint.close();
    return [answer?.status, answer?.headers['access-control-allow-origin']];
  };

  it('may read the answers to the browser connector, even refusals', () => {
    expect(answerTo({})).to.deep.equal([200, '*']);
    expect(answerTo({ pathSecret: 'wrong' })).to.deep.equal([401, '*']);
    expect(answerTo({ body: `${EVENT}&event=unknown&frame=x` })).to.deep.equal([400, '*']);
    const large = { ...request().headers, 'content-length': '999999' };
    expect(answerTo({ headers: large })).to.deep.equal([413, '*']);
  });

  it('may read no other answer', () => {
    expect(answerTo({ body: HANGUP })).to.deep.equal([200, undefined]);
    expect(answerTo({ body: HANGUP, pathSecret: 'wrong' })).to.deep.equal([401, undefined]);
    const ivr = { receives: 'ivr', flowAnswersIvr: false };
    expect(answerTo({ body: 'order=1' }, ivr)).to.deep.equal([200, undefined]);
    expect(answerTo({ method: 'GET', url: '/?order=1' }, ivr)).to.deep.equal([200, undefined]);
    for (const receives of ['notifications', 'ivr']) {
      expect(answerTo({ pathSecret: 'wrong' }, { receives })).to.deep.equal([401, undefined]);
      expect(answerTo({}, { receives })).to.deep.equal([404, undefined]);
    }
  });

  it('may read nothing from a rejected address', () => {
    const settings = { allowedAddresses: '198.51.100.0/24' };
    expect(answerTo({}, settings)).to.deep.equal([403, undefined]);
    expect(answerTo({ method: 'PUT' })).to.deep.equal([405, undefined]);
  });

  describe('send a preflight request', () => {
    const preflight = (settings: EndpointSettings): unknown => {
      const { guard } = new WebhookEndpoint({ receives: 'connector', ...settings }, OPTIONS);
      const headers = { origin: 'null', 'access-control-request-private-network': 'true' };
      const answer = guard.preflight(request({ method: 'OPTIONS', headers }));
      const { status, headers: sent } = 'kind' in answer ? answer.answer : answer;
      return [status, sent['access-control-allow-origin'], sent['access-control-allow-private-network']];
    };

    it('and are allowed to send events of the browser connector', () => {
      expect(preflight({})).to.deep.equal([204, '*', 'true']);
    });

    it('and are rejected when the endpoint does not accept these events', () => {
      expect(preflight({ receives: 'notifications' })).to.deep.equal([405, undefined, undefined]);
      expect(preflight({ receives: 'ivr' })).to.deep.equal([405, undefined, undefined]);
    });

    it('and are rejected from an address that is not allowed', () => {
      expect(preflight({ allowedAddresses: '198.51.100.7' })).to.deep.equal([403, undefined, undefined]);
    });
  });
});
