import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import type { HttpAnswer } from '../../src/webhook/reply.ts';
import { WebhookEndpoint, type Received } from '../../src/webhook/endpoint.ts';
import type { EndpointSettings } from '../../src/webhook/endpoint-settings.ts';
import { answerPending, PendingReplies } from '../../src/webhook/pending-replies.ts';
import { CONNECTOR_ACKNOWLEDGEMENT, screenPopReply } from '../../src/webhook/screen-pop.ts';
import { FakeClock } from '../support/fake-clock.ts';

const FRAME = '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1344"}';

describe('the endpoint and the browser connector', () => {
  let clock: FakeClock;
  let replies: PendingReplies;
  let sent: HttpAnswer[];

  beforeEach(() => {
    clock = new FakeClock();
    replies = new PendingReplies({ clock });
    sent = [];
  });

  const endpoint = (settings: EndpointSettings = {}, key?: string): WebhookEndpoint =>
    new WebhookEndpoint(
      { receives: 'connector', ...settings },
      { clock, replies, ...(key === undefined ? {} : { key }) },
    );

  /** As the connector posts it: form-encoded, which needs no question beforehand. */
  const receive = (to: WebhookEndpoint, fields: Readonly<Record<string, string>>): Received =>
    to.receive(
      {
        method: 'POST',
        url: '/x',
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', origin: 'null' },
        body: new URLSearchParams({ apiName: 'connectorEvent', agent: '{"id":"321"}', ...fields }).toString(),
      },
      (answer) => {
        sent.push(answer);
      },
    );

  const messageOf = (received: Received): Extract<Received, { kind: 'message' }> => {
    if (received.kind !== 'message') throw new Error(received.kind);
    return received;
  };

  for (const settings of [{}, { secret: 'w3bhook-secret' }, { methods: 'post' }] as const) {
    it(`answers its probe without data and starts no flow, with ${JSON.stringify(settings)}`, () => {
      const received = endpoint(settings).receive(
        { method: 'GET', url: '/x?a=1&apiName=connectorProbe', headers: {}, body: undefined },
        () => undefined,
      );
      expect(received).to.deep.equal({
        kind: 'ignored',
        type: null,
        answer: { status: 204, headers: { 'access-control-allow-origin': '*' }, body: '' },
        notification: null,
      });
      expect(replies.size).to.equal(0);
    });
  }

  it('hides the answer to its probe when the flow receives none of its events', () => {
    const received = endpoint({ receives: 'notifications' }).receive(
      { method: 'GET', url: '/x?apiName=connectorProbe', headers: {}, body: undefined },
      () => undefined,
    );
    expect(received).to.have.nested.property('answer.headers').that.deep.equals({});
  });

  it('acknowledges a call at once, readable by the connector', () => {
    const received = messageOf(receive(endpoint(), { frame: FRAME }));
    expect(received.answer).to.equal(CONNECTOR_ACKNOWLEDGEMENT);
    expect(received.message).to.include({ event: 'incomingCall' }).and.not.to.have.property('replyToken');
    expect(clock.pending).to.equal(0);
  });

  it("waits for the flow's address if set", () => {
    const received = messageOf(receive(endpoint({ flowPopsScreen: true }), { frame: FRAME }));
    expect(received.answer).to.equal(null);
    expect(received.message).to.include({ event: 'incomingCall', replyToken: received.replyToken });
    const answer = screenPopReply('https://crm.example/7');
    answerPending(received.replyToken, 'screenPop', answer, replies);
    expect(sent).to.deep.equal([answer]);
  });

  it('acknowledges a call at the time limit when the flow is late', () => {
    const received = messageOf(receive(endpoint({ flowPopsScreen: true }), { frame: FRAME }));
    clock.advance(5_000);
    expect(sent).to.deep.equal([CONNECTOR_ACKNOWLEDGEMENT]);
    expect(() => {
      answerPending(received.replyToken, 'screenPop', screenPopReply('https://crm.example/7'), replies);
    }).to.throw('The time limit');
  });

  it('does not wait for the flow at agent events', () => {
    const to = endpoint({ flowPopsScreen: true });
    for (const event of ['agentConnected', 'agentDisconnected']) {
      expect(messageOf(receive(to, { event })).answer).to.equal(CONNECTOR_ACKNOWLEDGEMENT);
    }
  });

  it('delivers an event once, even after a lost acknowledgement and across instances', () => {
    const take = (eventId: string, settings = {}): string =>
      receive(endpoint(settings, 'connector test'), { frame: FRAME, eventId }).kind;
    expect(take('one')).to.equal('message');
    expect(take('one')).to.equal('ignored');
    expect(take('one', { flowPopsScreen: true })).to.equal('ignored');
    expect(take('two')).to.equal('message');
    expect(clock.pending).to.equal(0);
  });

  it('forgets the oldest of thousands of events, not the newest', () => {
    const to = endpoint();
    for (let i = 0; i <= 5_000; i++) receive(to, { frame: FRAME, eventId: String(i) });
    expect(receive(to, { frame: FRAME, eventId: '5000' }).kind).to.equal('ignored');
    expect(receive(to, { frame: FRAME, eventId: '0' }).kind).to.equal('message');
  });

  describe('filters calls like the trigger', () => {
    const call = (phoneNumber: string, callCenter: 'yes' | 'no'): Record<string, string> => ({
      frame: JSON.stringify({ type: 'incomingCall', phoneNumber, uniqueId: '1608743891.7', callCenter }),
    });
    const kinds = (settings: EndpointSettings, ...calls: Record<string, string>[]): string[] => {
      const to = endpoint(settings);
      return calls.map((fields) => receive(to, fields).kind);
    };

    it('by where they come from', () => {
      const calls = [call('0722000111', 'yes'), call('0722000111', 'no')];
      expect(kinds({ callSource: 'callCenter' }, ...calls)).to.deep.equal(['message', 'ignored']);
      expect(kinds({ callSource: 'direct' }, ...calls)).to.deep.equal(['ignored', 'message']);
      expect(kinds({ callSource: 'all' }, ...calls)).to.deep.equal(['message', 'message']);
    });

    it('by number, in the country of the endpoint', () => {
      const calls = [call('0722000111', 'no'), call('+40722000111', 'no'), call('0211234567', 'no')];
      expect(kinds({ numbers: '0722', country: 'RO' }, ...calls)).to.deep.equal([
        'message',
        'message',
        'ignored',
      ]);
    });

    it('by the first ring, and acknowledges the others', () => {
      const settings = { firstRingOnly: true, flowPopsScreen: true };
      const ring = call('0722000111', 'yes');
      expect(kinds(settings, ring, ring, ring)).to.deep.equal(['message', 'ignored', 'ignored']);
      const to = endpoint(settings);
      receive(to, ring);
      expect(receive(to, ring)).to.include({ kind: 'ignored', answer: CONNECTOR_ACKNOWLEDGEMENT });
    });

    it('but not events of agents', () => {
      const settings = { callSource: 'direct', numbers: '0722', firstRingOnly: true };
      expect(kinds(settings, { event: 'agentConnected' })).to.deep.equal(['message']);
    });

    it('and rejects invalid filters', () => {
      for (const settings of [{ callSource: 'queue' }, { numbers: '/(/' }]) {
        expect(() => endpoint(settings), JSON.stringify(settings)).to.throw(AccoladesError);
      }
    });
  });

  it('removes the secret from the form, and answers readably when it is wrong', () => {
    const to = endpoint({ secret: 'a-secret-of-this-test' });
    const received = messageOf(receive(to, { frame: FRAME, secret: 'a-secret-of-this-test' }));
    expect(JSON.stringify(received.message)).not.to.contain('a-secret');
    const refused = receive(to, { frame: FRAME, secret: 'wrong' });
    expect(refused).to.have.nested.property('answer.status', 401);
    expect(refused.kind === 'refused' && refused.answer.headers).to.include({
      'access-control-allow-origin': '*',
    });
  });
});
