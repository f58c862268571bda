import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { WebhookEndpoint, type Received } from '../../src/webhook/endpoint.ts';
import type { EndpointSettings } from '../../src/webhook/endpoint-settings.ts';
import { PURPOSE_EVENTS } from '../../src/webhook/purpose.ts';
import { confirmHangupReply } from '../../src/webhook/hangup-reply.ts';
import { answerPending, PendingReplies } from '../../src/webhook/pending-replies.ts';
import { ivrReply } from '../../src/webhook/reply.ts';
import type { EndpointRequest } from '../../src/webhook/request.ts';
import { FakeClock } from '../support/fake-clock.ts';

const notification = (event: string): string =>
  `apiName=callNotification&event=${event}&callId=1608743891.1344&userId=27&userType=user`;

describe('the endpoint', () => {
  let clock: FakeClock;
  let replies: PendingReplies;
  let sent: string[];

  beforeEach(() => {
    clock = new FakeClock();
    replies = new PendingReplies({ clock, maxPending: 2 });
    sent = [];
  });

  function endpoint(settings: EndpointSettings = {}): WebhookEndpoint {
    return new WebhookEndpoint(settings, { clock, replies });
  }

  const ivr = (settings: EndpointSettings = {}): WebhookEndpoint =>
    endpoint({ receives: 'ivr', ...settings });
  const connector = (settings: EndpointSettings = {}): WebhookEndpoint =>
    endpoint({ receives: 'connector', ...settings });

  function receive(to: WebhookEndpoint, body: string, change: Partial<EndpointRequest> = {}): Received {
    return to.receive({ method: 'POST', url: '/x', headers: {}, body, ...change }, (answer) => {
      sent.push(answer.body);
    });
  }

  function messageOf(received: Received): Extract<Received, { kind: 'message' }> {
    if (received.kind !== 'message') throw new Error(received.kind);
    return received;
  }

  for (const [event, type] of [
    ['answer', 'answer'],
    ['hangup', 'hangup'],
    ['transfer', 'otherNotification'],
    ['ivrRequest', 'otherNotification'],
    ['incomingCall', 'otherNotification'],
  ]) {
    it(`acknowledges ${event ?? ''} before the flow, as ${type ?? ''}`, () => {
      const received = messageOf(receive(endpoint(), notification(event ?? '')));
      expect(received).to.deep.include({ type, replyToken: null, fallback: null, warning: null });
      expect(received.answer?.status).to.equal(200);
      expect(received.message).to.deep.include({ event, callId: '1608743891.1344', replyToken: null });
      expect(clock.pending).to.equal(0);
    });
  }

  it('waits for the flow to answer confirmHangup', () => {
    const received = messageOf(receive(endpoint(), notification('confirmHangup')));
    expect(received.answer).to.equal(null);
    expect(received.message).to.include({ event: 'confirmHangup', replyToken: received.replyToken });
    answerPending(
      received.replyToken,
      'confirmHangup',
      confirmHangupReply({ decision: 'extend', seconds: 60 }),
      replies,
    );
    expect(sent).to.deep.equal(['{"action":"extend","duration":60}']);
  });

  it('sends the fallback decision when the flow does not answer', () => {
    for (const [settings, body] of [
      [{}, '{"action":"drop"}'],
      [{ hangupFallback: 'extend', hangupFallbackSeconds: 30 }, '{"action":"extend","duration":30}'],
      [{ hangupReplyFormat: { format: 'form' } }, 'action=drop'],
    ] as const) {
      sent = [];
      receive(endpoint(settings), notification('confirmHangup'));
      clock.advance(5_000);
      expect(sent).to.deep.equal([body]);
    }
  });

  it('knows a notification by its apiName, also by GET', () => {
    const url = '/x?apiName=callNotification&event=answer&callId=1.1';
    expect(messageOf(receive(endpoint(), '', { method: 'GET', url })).type).to.equal('answer');
  });

  it('waits for the flow to answer an IVR by GET and POST, and sends the fallback at the limit', () => {
    const to = ivr({ ivrFallback: { status: 'unknown' }, replyLimitMs: 1_000 });
    const byGet = messageOf(receive(to, '', { method: 'GET', url: '/x?order=42&event=x&callId=1.1' }));
    expect(byGet.message).to.deep.include({
      event: 'ivrRequest',
      variables: { order: '42', event: 'x', callId: '1.1' },
    });
    const byPost = messageOf(receive(to, 'order=43'));
    answerPending(byPost.replyToken, 'ivr', ivrReply({ status: 'sent' }), replies);
    clock.advance(1_000);
    expect(sent).to.deep.equal(['{"status":"sent"}', '{"status":"unknown"}']);
  });

  it('answers at once when the flow is not to answer', () => {
    const menu = ivr({ flowAnswersIvr: false, ivrFallback: '{"a":"1"}' });
    expect(messageOf(receive(menu, 'x=1')).answer?.body).to.equal('{"a":"1"}');
    const to = endpoint({ flowConfirmsHangup: false });
    expect(messageOf(receive(to, notification('confirmHangup'))).answer?.body).to.equal('{"action":"drop"}');
    expect(clock.pending).to.equal(0);
  });

  it('answers events that the flow does not receive', () => {
    const to = endpoint({ events: ['hangup'] });
    expect(receive(to, notification('answer'))).to.deep.include({ kind: 'ignored', type: 'answer' });
    expect(receive(to, notification('confirmHangup'))).to.have.nested.property(
      'answer.body',
      '{"action":"drop"}',
    );
    expect(receive(to, notification('hangup')).kind).to.equal('message');
    expect(clock.pending).to.equal(0);
  });

  it('sends the fallback and warns when too many requests wait', () => {
    const to = ivr();
    receive(to, 'a=1');
    receive(to, 'a=2');
    const received = messageOf(receive(to, 'a=3'));
    expect(received.answer?.body).to.equal('{}');
    expect(received.warning?.code).to.equal('TOO_MANY_PENDING');
    expect(received.message).to.deep.include({ variables: { a: '3' }, replyToken: null });
  });

  it('answers only its own waiting requests at close', () => {
    const [one, other] = [ivr(), ivr()];
    receive(one, 'a=1');
    receive(other, 'a=2');
    one.close();
    one.close();
    expect(sent).to.have.lengthOf(1);
    expect(clock.pending).to.equal(1);
    other.close();
    expect(clock.pending).to.equal(0);
  });

  it('delivers events of the connector and marks the first ring', () => {
    const to = connector();
    const body = (id: string): string =>
      JSON.stringify({
        apiName: 'connectorEvent',
        agent: { id },
        frame: '{"type":"incomingCall","phoneNumber":"101","uniqueId":"1608743891.1"}',
      });
    const rings = ['1', '2'].map(
      (id) => messageOf(receive(to, body(id), { headers: { 'content-type': 'application/json' } })).message,
    );
    expect(rings[0]).to.deep.include({ event: 'incomingCall', firstRing: true });
    expect(rings[1]).to.deep.include({ event: 'incomingCall', firstRing: false });
  });

  it('marks one first ring per call among all agents, without counting outgoing events', () => {
    const event = (id: string, type: string): string =>
      JSON.stringify({
        apiName: 'connectorEvent',
        agent: { id },
        frame: { type, phoneNumber: '101', uniqueId: '1608743891.1' },
      });
    const firstRings = (...bodies: string[]): unknown[] => {
      const to = connector();
      return bodies.map((body) => {
        const headers = { 'content-type': 'application/json' };
        const { message } = messageOf(receive(to, body, { headers }));
        return 'firstRing' in message && message.firstRing;
      });
    };
    const a = event('1', 'incomingCall');
    const b = event('2', 'incomingCall');
    expect(firstRings(a, a, a)).to.deep.equal([true, false, false]);
    expect(firstRings(a, b, a, b)).to.deep.equal([true, false, false, false]);
    expect(firstRings(event('2', 'outgoingCall'), a)).to.deep.equal([true, true]);
  });

  it('remembers the first ring across instances with one key', () => {
    const body = (id: string): unknown => ({
      apiName: 'connectorEvent',
      agent: { id },
      frame: { type: 'incomingCall', phoneNumber: '101', uniqueId: '1608743891.2' },
    });
    const rings = ['1', '2'].map((id) => {
      const one = new WebhookEndpoint({ receives: 'connector' }, { clock, replies, key: 'endpoint test' });
      return messageOf(
        one.receive({ method: 'POST', url: '/x', headers: {}, body: body(id) }, () => undefined),
      ).message;
    });
    expect(rings.map((ring) => 'firstRing' in ring && ring.firstRing)).to.deep.equal([true, false]);
  });

  it("returns the guard's refusals", () => {
    expect(receive(endpoint({ secret: 'not-a-real-secret' }), 'a=1')).to.have.nested.property(
      'answer.status',
      401,
    );
    const noCall = JSON.stringify({ apiName: 'connectorEvent', frame: '{"type":"version","value":"1"}' });
    expect(
      receive(connector(), noCall, { headers: { 'content-type': 'application/json' } }),
    ).to.have.nested.property('answer.status', 400);
  });

  it('rejects invalid settings', () => {
    for (const settings of [
      { events: [] },
      { events: ['ring'] },
      { events: 'hangup' },
      { country: 'Romania' },
      { replyLimitMs: 1 },
      { replyLimitMs: 'soon' },
      { receives: 'ivr', ivrFallback: { 'a b': 1 } },
      { receives: 'everything' },
      { receives: 'ivr', events: ['hangup'] },
      { events: ['hangup', 'ivrRequest'] },
      { hangupFallback: 'extend' },
      { hangupFallback: 'hold' },
      { phoneField: 7 },
    ]) {
      expect(() => endpoint(settings), JSON.stringify(settings)).to.throw(AccoladesError);
    }
  });

  it('ignores settings of another purpose, which its dialog does not show', () => {
    const wrong = { ivrFallback: { 'a b': 1 }, hangupFallback: 'hold', callSource: 'queue', phoneField: 7 };
    const { ivrFallback, hangupFallback, callSource, phoneField } = wrong;
    expect(endpoint({ ivrFallback, callSource }).purpose).to.equal('notifications');
    expect(ivr({ hangupFallback, phoneField, callSource }).purpose).to.equal('ivr');
    expect(connector({ ivrFallback, hangupFallback, phoneField }).purpose).to.equal('connector');
  });

  it('has the events of its purpose, in the order of the ports', () => {
    expect(endpoint().chosenEvents).to.deep.equal(PURPOSE_EVENTS.notifications);
    expect(ivr().chosenEvents).to.deep.equal(['ivrRequest']);
    const some = endpoint({ events: ['hangup', 'missedCall', 'answer'] });
    expect(some.chosenEvents).to.deep.equal(['missedCall', 'answer', 'hangup']);
    expect(some.events).to.deep.equal(['answer', 'hangup']);
    expect(some.outcomeEvents).to.deep.equal(['missedCall']);
    expect(endpoint({ events: ['ivrRequest'] }).purpose).to.equal('ivr');
  });

  it('gives every notification to the outcomes, whatever events are chosen', () => {
    const to = endpoint({ events: ['callEnded'] });
    for (const event of ['answer', 'hangup', 'confirmHangup', 'transfer']) {
      const received = receive(to, notification(event));
      expect(received.kind).to.equal('ignored');
      expect(received).to.have.nested.property('notification.event', event);
    }
    const chosen = messageOf(receive(endpoint(), notification('confirmHangup')));
    expect(chosen.notification?.callId).to.equal('1608743891.1344');
    expect(messageOf(receive(ivr(), 'a=1')).notification).to.equal(null);
  });

  describe('answers a request of another purpose safely, and says which purpose to choose', () => {
    const event = 'apiName=connectorEvent&event=agentConnected&agent=%7B%7D';
    const menu = '$_callerId=0722000111&$_callId=1608743891.1344&order=42';
    const rows: readonly [string, EndpointSettings, string, number, string, string][] = [
      [
        'a notification at a voice menu',
        { receives: 'ivr' },
        notification('hangup'),
        200,
        'OK',
        'Call notif',
      ],
      [
        'a question at a voice menu',
        { receives: 'ivr' },
        notification('confirmHangup'),
        200,
        '{"action":"drop"}',
        'Call notif',
      ],
      [
        'a notification at a connector',
        { receives: 'connector' },
        notification('answer'),
        200,
        'OK',
        'Call notif',
      ],
      ['a voice menu at notifications', {}, menu, 200, '{}', 'Voice menu'],
      ['a voice menu at a connector', { receives: 'connector' }, menu, 200, '{}', 'Voice menu'],
      ['an event at notifications', {}, event, 404, '', 'Browser connector'],
      ['an event at a voice menu', { receives: 'ivr' }, event, 404, '', 'Browser connector'],
    ];
    for (const [name, settings, body, status, answered, says] of rows) {
      it(name, () => {
        const received = receive(endpoint(settings), body);
        if (received.kind !== 'refused') throw new Error(received.kind);
        expect(received.error.code).to.equal('WRONG_PURPOSE');
        expect(received.error.what).to.contain(`which needs “${says}`);
        expect(received.answer.status).to.equal(status);
        if (answered !== '') expect(received.answer.body).to.equal(answered);
        expect(received.logLine).to.contain(says);
        expect(clock.pending).to.equal(0);
      });
    }

    it('a notification by a method that is switched off, since a refusal ends the call', () => {
      const secret = 'not-a-real-secret';
      for (const receives of ['ivr', 'notifications', 'connector']) {
        const only = endpoint({ receives, methods: 'get', secret, flowAnswersIvr: false });
        const status = (body: string, pathSecret = secret): unknown => {
          const received = receive(only, body, { pathSecret });
          return received.kind === 'refused' ? [received.answer.status, received.answer.body] : received.kind;
        };
        expect(status(notification('answer'))).to.deep.equal([200, 'OK']);
        expect(status(notification('confirmHangup'))).to.deep.equal([200, '{"action":"drop"}']);
        expect(status(notification('answer'), 'wrong')).to.deep.include.members([401]);
      }
      const received = receive(endpoint({ receives: 'ivr', methods: 'get' }), 'order=42');
      if (received.kind !== 'refused') throw new Error(received.kind);
      expect(received.answer).to.deep.include({ status: 405 });
      expect(received.answer.headers).to.include({ allow: 'GET' });
    });

    it('a voice menu that asks notifications by GET', () => {
      const url = `/x?${menu}`;
      const received = receive(endpoint(), '', { method: 'GET', url });
      expect(received).to.deep.include({ kind: 'refused' }).and.to.have.nested.property('answer.body', '{}');
    });

    it('but leaves a voice menu the names of its own variables', () => {
      const own = messageOf(receive(ivr(), 'event=order&callId=7&userId=27'));
      expect(own.message).to.deep.include({ event: 'ivrRequest' });
    });
  });
});
