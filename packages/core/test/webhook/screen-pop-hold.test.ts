import { expect } from 'chai';
import { WebhookEndpoint, type Received } from '../../src/webhook/endpoint.ts';
import type { EndpointSettings } from '../../src/webhook/endpoint-settings.ts';
import { answerPending, PendingReplies } from '../../src/webhook/pending-replies.ts';
import { CONNECTOR_ACKNOWLEDGEMENT, screenPopReply } from '../../src/webhook/screen-pop.ts';
import { FakeClock } from '../support/fake-clock.ts';

const CALLER = '0722000111';
const PAGE = screenPopReply('https://crm.example/7');

describe('a screen pop that waits until the phone is answered', () => {
  let clock: FakeClock;
  let replies: PendingReplies;
  let connector: WebhookEndpoint;
  let notifications: WebhookEndpoint;
  let answers: Map<string, { body: unknown; by: string }>;
  beforeEach(() => {
    clock = new FakeClock();
    replies = new PendingReplies({ clock });
    connector = endpoint();
    notifications = new WebhookEndpoint({ receives: 'notifications' }, { clock, replies });
    answers = new Map();
  });

  const endpoint = (settings: EndpointSettings = {}): WebhookEndpoint =>
    new WebhookEndpoint(
      {
        ...{ receives: 'connector', flowPopsScreen: true, popWhenAnswered: true, replyLimitMs: 15_000 },
        ...settings,
      },
      { clock, replies },
    );

  /** The browser of the agent with this phone forwards the ring. Returns the token for the flow. */
  const ring = (phoneId: string, uniqueId = '1608743891.1', type = 'incomingCall'): string => {
    const received: Received = connector.receive(
      {
        method: 'POST',
        url: '/x',
        headers: { 'content-type': 'application/json' },
        body: {
          apiName: 'connectorEvent',
          agent: { label: `Agent ${phoneId}`, id: `3${phoneId}`, phoneId },
          frame: { type, phoneNumber: CALLER, uniqueId, callCenter: 'yes' },
        },
      },
      ({ body }, by) => {
        answers.set(phoneId, { body: JSON.parse(body), by });
      },
    );
    if (received.kind !== 'message' || received.replyToken === null) throw new Error(received.kind);
    return received.replyToken;
  };
  const pop = (token: string): void => {
    answerPending(token, 'screenPop', PAGE, replies);
  };
  const post = (event: string, userId: string, callId = '1608743891.1', phoneNumber = CALLER): void => {
    const fields = { apiName: 'callNotification', event, callId, userId, userType: 'user' };
    notifications.receive(
      {
        method: 'POST',
        url: '/x',
        headers: {},
        body: new URLSearchParams({ ...fields, callDirection: 'in', phoneNumber }).toString(),
      },
      () => undefined,
    );
  };
  const phoneAnswers = (userId: string, callId?: string, phoneNumber?: string): void => {
    post('answer', userId, callId, phoneNumber);
  };
  const page: unknown = JSON.parse(PAGE.body);
  const nothing: unknown = JSON.parse(CONNECTOR_ACKNOWLEDGEMENT.body);
  const opened = { body: page, by: 'flow' };
  const elsewhere = (label: string | null): unknown => ({
    body: { received: true, answeredBy: { label } },
    by: 'flow',
  });

  it('opens for the agent who answers, and tells the others who it was', () => {
    for (const phoneId of ['27', '28', '29']) pop(ring(phoneId));
    expect(answers.size).to.equal(0);
    phoneAnswers('28');
    expect(Object.fromEntries(answers)).to.deep.equal({
      ...{ '27': elsewhere('Agent 28'), '28': opened, '29': elsewhere('Agent 28') },
    });
    expect(clock.pending).to.equal(0);
  });

  it('opens as soon as the flow answers, when the phone was faster', () => {
    const [one, two] = [ring('27'), ring('28')];
    phoneAnswers('27');
    expect([...answers.keys()]).to.deep.equal(['28']);
    pop(one);
    expect(answers.get('27')).to.deep.equal(opened);
    // The flow of the other agent answers as well, and need not know.
    pop(two);
  });

  it('opens when the answer was posted before the browser forwarded the ring', () => {
    phoneAnswers('27');
    clock.advance(3_000);
    pop(ring('27'));
    expect(answers.get('27')).to.deep.equal(opened);
  });

  it('finds the call by number and phone when each ring has an id of its own', () => {
    pop(ring('27', '1608743891.1'));
    pop(ring('28', '1608743891.2'));
    phoneAnswers('28', '1608743890.9');
    expect(answers.get('28')).to.deep.equal(opened);
    expect(answers.get('27')).to.deep.equal(elsewhere('Agent 28'));
  });

  it('leaves the rings of other calls alone', () => {
    pop(ring('27'));
    phoneAnswers('27', '1608743892.5', '0733000222');
    phoneAnswers('28', '1608743892.6', '0733000333');
    expect(answers.size).to.equal(0);
    expect(clock.pending).to.equal(1);
  });

  it('tells the agents when a phone without a browser answered', () => {
    pop(ring('27'));
    phoneAnswers('99');
    expect(answers.get('27')).to.deep.equal(elsewhere(null));
  });

  it('stops to wait for a phone that hangs up without an answer', () => {
    const late = ring('27');
    pop(ring('28'));
    post('hangup', '28', '1608743891.1');
    expect(Object.fromEntries(answers)).to.deep.equal({ '28': { body: nothing, by: 'flow' } });
    post('hangup', '27', '1608743890.9');
    expect(answers.get('27')).to.deep.equal({ body: nothing, by: 'flow' });
    // The flow need not know.
    pop(late);
    expect(clock.pending).to.equal(0);
  });

  it('waits no longer when the flow opens no page', () => {
    answerPending(ring('27'), 'screenPop', screenPopReply(null), replies);
    expect(answers.get('27')).to.deep.equal({ body: nothing, by: 'flow' });
    expect(clock.pending).to.equal(0);
  });

  it('knows an answer for longer than the ring before may have kept the browser waiting', () => {
    phoneAnswers('27');
    clock.advance(18_000 + 1_000);
    pop(ring('27'));
    expect(answers.get('27')).to.deep.equal(opened);
  });

  it('tells two calls of one number apart by their ids', () => {
    pop(ring('27', '1608743891.1'));
    pop(ring('28', '1608743891.2'));
    phoneAnswers('27', '1608743891.1');
    expect(Object.fromEntries(answers)).to.deep.equal({ '27': opened });
    post('hangup', '29', '1608743891.2');
    expect(answers.size).to.equal(1);
    post('hangup', '28', '1608743891.2');
    expect(answers.get('28')).to.deep.equal({ body: nothing, by: 'flow' });
  });

  it('does not take the answer of a call for that of the next one of the same number', () => {
    pop(ring('27', '1608743891.1'));
    phoneAnswers('27', '1608743891.1');
    phoneAnswers('27', '1608743891.1');
    answers.clear();
    pop(ring('27', '1608743899.2'));
    expect(answers.size).to.equal(0);
    phoneAnswers('27', '1608743899.2');
    expect(answers.get('27')).to.deep.equal(opened);
    // The same when the answer came before its ring.
    clock.advance(60_000);
    answers.clear();
    phoneAnswers('27', '1608743999.1');
    pop(ring('27', '1608743999.1'));
    expect(answers.size).to.equal(1);
    answers.clear();
    pop(ring('27', '1608743999.2'));
    expect(answers.size).to.equal(0);
  });

  it('waits for 18 seconds unless a limit is set', () => {
    connector = endpoint({ replyLimitMs: undefined });
    pop(ring('27'));
    clock.advance(17_999);
    expect(answers.size).to.equal(0);
    clock.advance(1);
    expect(answers.get('27')).to.deep.equal({ body: nothing, by: 'flow' });
  });

  it('opens nothing at the time limit, and does not blame the flow', () => {
    pop(ring('27'));
    ring('28');
    clock.advance(15_000);
    expect(answers.get('27')).to.deep.equal({ body: nothing, by: 'flow' });
    expect(answers.get('28')).to.deep.equal({ body: nothing, by: 'fallback' });
    phoneAnswers('27');
    expect(clock.pending).to.equal(0);
  });

  it('takes one answer of the flow only', () => {
    const token = ring('27');
    pop(token);
    expect(() => {
      pop(token);
    }).to.throw('This request has been answered before.');
  });

  it('is off by default, and never holds a call that goes out', () => {
    pop(ring('27', '1608743891.7', 'outgoingCall'));
    expect(answers.get('27')).to.deep.equal(opened);
    connector = endpoint({ popWhenAnswered: undefined });
    pop(ring('28'));
    expect(answers.get('28')).to.deep.equal(opened);
  });

  it('waits less than the connector does', () => {
    expect(() => endpoint({ replyLimitMs: 20_000 })).to.throw('100 to 18000 milliseconds');
    expect(endpoint({ replyLimitMs: 20_000, popWhenAnswered: false }).purpose).to.equal('connector');
  });
});
