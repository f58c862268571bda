import { expect } from 'chai';
import { FakeClock } from '../../core/test/support/fake-clock.ts';
import { FakeNetwork } from '../../core/test/support/fake-transport.ts';
import { Connector, REREAD_MS } from '../src/connector.ts';
import type { View } from '../src/view.ts';
import type { DeliveryOutcome } from '../src/webhook-post.ts';

const ID_CRM = 'f8cb549544';
const TEXT = JSON.stringify({
  accoladesFlow: {
    url: 'https://flow.example/calls',
    secret: 's3cret',
    screenPop: { origins: ['https://crm.example'] },
  },
});
const DELIVERED: DeliveryOutcome = { kind: 'delivered', page: null };
const FAILED: DeliveryOutcome = { kind: 'failed', problem: 'unreachable', again: 'soon', status: null };
const CALL = '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":1608743891.1340}';

describe('the connector', () => {
  let clock: FakeClock;
  let network: FakeNetwork;
  let posts: URLSearchParams[];
  let opened: string[];
  let shown: string[];
  let outcome: DeliveryOutcome;
  /** Holds the answers of all posts back, once it is a list. */
  let answers: ((outcome: DeliveryOutcome) => void)[] | null;
  let connector: Connector;

  beforeEach(() => {
    clock = new FakeClock();
    network = new FakeNetwork();
    posts = [];
    opened = [];
    shown = [];
    outcome = DELIVERED;
    answers = null;
    let ids = 0;
    const view: View = {
      showMissingParameters: () => undefined,
      showConnection: ({ state }) => shown.push(state),
      showDelivery: (state) => shown.push(state.kind === 'misconfigured' ? state.fault.problem : state.kind),
      showCall: ({ phoneNumber }) => shown.push(phoneNumber),
      showPage: (state) => shown.push(state.kind === 'refused' ? state.refusal : state.kind),
      showLost: (count, reason) => shown.push(`lost ${count} ${reason}`),
    };
    connector = new Connector(
      { serverUrl: 'wss://pbx.example:14327', agentId: ID_CRM },
      {
        clock,
        random: () => 0.5,
        connect: network.connect,
        newId: () => String(++ids),
        post: (_url, body) => {
          posts.push(new URLSearchParams(body));
          if (answers === null) return Promise.resolve(outcome);
          return new Promise((resolve) => answers?.push(resolve));
        },
        open: (url) => {
          opened.push(url);
          return 'opened';
        },
        view,
      },
    );
    connector.resume();
  });

  /** Lets answered promises take effect. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };

  const authenticate = (): void => {
    network.last.open();
    network.last.frame({ type: 'authSucces', version: '1.1.0' });
  };

  const configure = async (account = TEXT, agent = ''): Promise<void> => {
    network.last.frame({
      type: 'configuration',
      account: { id: '15', data: account },
      phone: { id: '27', data: '' },
      agent: { id: '321', data: agent },
    });
    await settle();
  };

  const connected = async (account = TEXT, agent = ''): Promise<void> => {
    authenticate();
    await configure(account, agent);
    posts.length = 0;
  };

  const framesPosted = (): (string | null)[] => posts.map((post) => post.get('frame'));

  it('keeps what comes before the configuration is known, and then tells it in order', async () => {
    authenticate();
    network.last.frame(CALL);
    await settle();
    expect(posts).to.deep.equal([]);
    await configure(TEXT, '{"accoladesFlow":{"label":"Front desk"}}');
    expect(posts.map((post) => post.get('event') ?? post.get('frame'))).to.deep.equal([
      'agentConnected',
      CALL,
    ]);
    expect(JSON.parse(posts[1]?.get('agent') ?? '')).to.deep.equal({
      label: 'Front desk',
      id: '321',
      phoneId: '27',
      accountId: '15',
    });
  });

  it('passes a call on as the server wrote it, but for the idCrm', async () => {
    await connected();
    network.last.frame(CALL.replace('}', `,"agent":"${ID_CRM}"}`));
    await settle();
    expect(framesPosted()[0]).to.contain('1608743891.1340').and.not.to.contain(ID_CRM);
    expect(posts.join('&')).not.to.contain(ID_CRM);
  });

  it('says how long a call has waited', async () => {
    await connected();
    outcome = FAILED;
    network.last.frame(CALL);
    await settle();
    outcome = DELIVERED;
    clock.advance(500);
    await settle();
    expect(posts.map((post) => post.get('ageMs'))).to.deep.equal(['0', '500']);
    expect(posts.map((post) => post.get('eventId'))).to.deep.equal(['2', '2']);
    expect(shown.slice(-3)).to.deep.equal(['0211234567', 'trouble', 'delivered']);
  });

  it('says what is wrong with the configuration, and takes the corrected one without a reload', async () => {
    authenticate();
    await configure('{}');
    expect(shown.at(-1)).to.equal('noKey');
    clock.advance(REREAD_MS);
    expect(network.last.sentTypes.filter((type) => type === 'configuration')).to.have.lengthOf(2);
    await configure();
    expect(posts.map((post) => post.get('event'))).to.deep.equal(['agentConnected']);
  });

  it('tries again at once when the configuration was corrected after a failure', async () => {
    await connected();
    outcome = { kind: 'failed', problem: 'secret', again: 'later', status: 401 };
    network.last.frame(CALL);
    await settle();
    let attempts = posts.length;
    // Up to the moment at which the text is asked for again.
    for (let at = 0; at < REREAD_MS; at += 500) {
      clock.advance(500);
      await settle();
    }
    attempts = posts.length;
    outcome = DELIVERED;
    await configure(TEXT.replace('s3cret', 'other'));
    expect(posts).to.have.lengthOf(attempts + 1);
    expect(posts.at(-1)?.get('secret')).to.equal('other');
  });

  it('tells that the agent is gone once per outage', async () => {
    await connected();
    network.last.fail('CONNECTION_LOST');
    for (let i = 0; i < 3; i++) {
      clock.advance(clock.untilNext ?? 0);
      network.last.open();
      network.last.frame({ type: 'authFailed', reason: 'ID_NOT_FOUND' });
    }
    await settle();
    clock.advance(clock.untilNext ?? 0);
    authenticate();
    await configure();
    expect(posts.map((post) => [post.get('event'), post.get('reason')])).to.deep.equal([
      ['agentDisconnected', 'CONNECTION_LOST'],
      ['agentConnected', null],
    ]);
  });

  const answerPage = async (url: string, waited = 0): Promise<void> => {
    outcome = { kind: 'delivered', page: { url, title: '' } };
    if (waited > 0) outcome = FAILED;
    network.last.frame(CALL);
    await settle();
    if (waited === 0) return;
    clock.suspend(waited);
    outcome = { kind: 'delivered', page: { url, title: '' } };
    clock.advance(1_000);
    await settle();
  };

  it('opens a page for a call', async () => {
    await connected();
    await answerPage('https://crm.example/7');
    expect(opened).to.deep.equal(['https://crm.example/7']);
  });

  it('opens no page of another origin', async () => {
    await connected();
    await answerPage('https://evil.example/7');
    expect(opened).to.deep.equal([]);
    expect(shown.at(-1)).to.equal('originNotListed');
  });

  it('opens no page for a call that another agent answered, and says so', async () => {
    await connected();
    outcome = { kind: 'delivered', page: { answeredBy: 'Ana' } };
    network.last.frame(CALL);
    await settle();
    expect([opened.length, shown.at(-1)]).to.deep.equal([0, 'elsewhere']);
  });

  it('opens no page for a call that waited for more than a minute, but offers it', async () => {
    await connected();
    await answerPage('https://crm.example/7', 61_000);
    expect(opened).to.deep.equal([]);
    expect(shown.at(-1)).to.equal('late');
  });

  const namesPosted = (): (string | null)[] =>
    posts.map((post) => post.get('event') ?? post.get('frame') ?? null);

  it('posts each event that waits once, and the end, when the page goes away', async () => {
    await connected();
    outcome = FAILED;
    network.last.frame(CALL);
    await settle();
    const id = posts[0]?.get('eventId');
    posts.length = 0;
    connector.suspend();
    connector.suspend();
    await settle();
    expect(namesPosted()).to.deep.equal([CALL, 'agentDisconnected']);
    // The same event as before, so that the endpoint takes it once.
    expect(posts[0]?.get('eventId')).to.equal(id);
    expect(network.live).to.have.lengthOf(0);
    expect(clock.pending).to.equal(0);
  });

  it('does not post an event again whose post goes on without the page', async () => {
    await connected();
    answers = [];
    network.last.frame(CALL);
    connector.suspend();
    await settle();
    expect(namesPosted()).to.deep.equal([CALL, 'agentDisconnected']);
  });

  it('posts the event in flight again when the post before it failed', async () => {
    await connected();
    outcome = FAILED;
    network.last.frame(CALL);
    await settle();
    answers = [];
    connector.retryNow();
    posts.length = 0;
    connector.suspend();
    expect(namesPosted()).to.deep.equal([CALL, 'agentDisconnected']);
  });

  it('posts the call of a long frame in short form when the page goes away', async () => {
    await connected();
    outcome = FAILED;
    const long = CALL.replace('}', `,"callCenter":"yes","more":"${'x'.repeat(70_000)}"}`);
    network.last.frame(long);
    await settle();
    posts.length = 0;
    connector.suspend();
    expect(namesPosted()).to.deep.equal([
      '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1340","callCenter":"yes"}',
      'agentDisconnected',
    ]);
  });

  it('posts a hundred events within what a browser lets outlive its page', async () => {
    await connected(TEXT, JSON.stringify({ accoladesFlow: { label: 'ș'.repeat(100) } }));
    outcome = FAILED;
    for (let i = 0; i < 99; i++) network.last.frame(CALL.replace('1340', String(2000 + i)));
    await settle();
    posts.length = 0;
    connector.suspend();
    expect(posts).to.have.lengthOf(100);
    expect(posts.join('').length).to.be.below(64 * 1024);
  });

  it('posts nothing when it never knew where to', async () => {
    network.last.open();
    connector.suspend();
    await settle();
    expect(posts).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('connects again when the page is shown again, and posts nothing twice that was taken', async () => {
    await connected();
    network.last.frame(CALL);
    await settle();
    connector.suspend();
    await settle();
    connector.resume();
    connector.resume();
    expect(network.live).to.have.lengthOf(1);
    authenticate();
    await configure();
    expect(namesPosted()).to.deep.equal([CALL, 'agentDisconnected', 'agentConnected']);
  });

  it('delivers after the pause what the endpoint did not take before it', async () => {
    await connected();
    outcome = FAILED;
    network.last.frame(CALL);
    connector.suspend();
    await settle();
    outcome = DELIVERED;
    posts.length = 0;
    connector.resume();
    authenticate();
    await configure();
    expect(namesPosted()).to.deep.equal([CALL, 'agentDisconnected', 'agentConnected']);
  });
});
