import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { waitUntil } from '../../hosts/deadline.ts';
import { acknowledge, Endpoint, READABLE, type Answer } from './connector-endpoint.ts';
import { accountText, AgentWindow, connectorSimulator, crmContext, FRONT_DESK } from './connector-rig.ts';
import { startBrowser } from './support/browser.ts';

const refuse =
  (status: number, headers: Record<string, string> = READABLE, body = ''): Answer =>
  (_post, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

describe('The browser connector in Chromium, with faults in the network', () => {
  let simulator: Simulator;
  let endpoint: Endpoint;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    browser = await startBrowser();
  });

  after(() => browser.close());

  beforeEach(async () => {
    endpoint = await Endpoint.start();
    simulator = await connectorSimulator();
    simulator.setText(FRONT_DESK, 'account', accountText(endpoint.url));
    context = await crmContext(browser);
  });

  afterEach(async () => {
    await context.close();
    await simulator.close();
    endpoint.close();
  });

  const open = (): Promise<AgentWindow> => AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));

  const place = (): string => simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' }).uniqueId;

  for (const [what, answer] of [
    ['403 that the page may not read', refuse(403, {})],
    ['500', refuse(500)],
    ['406', refuse(406)],
    ['a log-in page', refuse(200, { ...READABLE, 'content-type': 'text/html' }, '<h1>Log in</h1>')],
  ] as const) {
    it(`delivers the later calls when one is always refused with ${what}`, async function () {
      this.timeout(120_000);
      const agent = await open();
      await agent.waitForText('delivery', /^Sent to/);
      let refused = '';
      endpoint.answer = (post, response, request) => {
        const isRefused = request.method === 'GET' || post.get('frame')?.includes(refused) === true;
        (isRefused ? answer : acknowledge)(post, response, request);
      };
      refused = place();
      await waitUntil('the first refusal', () => endpoint.events.includes(refused), { deadlineMs: 20_000 });
      const later = [place(), place()];
      // Three attempts, with pauses of up to one, two and four seconds.
      await waitUntil('the later calls', () => later.every((id) => endpoint.events.includes(id)), {
        deadlineMs: 60_000,
      });
      await agent.waitForText('delivery', /^Sent to .* 1 event waits and is sent again\.$/, 60_000);
    });
  }

  it('says when the address redirects', async () => {
    endpoint.answer = refuse(308, { ...READABLE, location: 'http://127.0.0.1:9/' });
    const agent = await open();
    await agent.waitForText('delivery', /redirects to another address, to which the secret is not sent/);
  });

  it('says when a server answers that this page may not read', async () => {
    endpoint.answer = refuse(302, { location: '/login' });
    const agent = await open();
    endpoint.answer = refuse(403, {});
    await agent.waitForText('delivery', /answers, but this page may not read the answer/);
  });

  it('asks a server that it cannot read without the secret', async () => {
    const asked: string[] = [];
    endpoint.answer = (_post, response, request) => {
      if (request.method === 'GET') asked.push(JSON.stringify([request.url, request.headers]));
      response.end();
    };
    const agent = await open();
    await agent.waitForText('delivery', /may not read the answer/);
    expect(asked.join(''))
      .to.contain('/accolades')
      .and.not.to.contain('secret')
      .and.not.to.contain(FRONT_DESK);
  });

  it('says that the browser keeps the page from the local network', async () => {
    const { port } = new URL(simulator.agentPageUrl(FRONT_DESK));
    const guarded = await startBrowser([
      `--ip-address-space-overrides=127.0.0.1:${port}=public,127.0.0.1:${new URL(simulator.url).port}=public`,
    ]);
    try {
      await context.close();
      context = await crmContext(guarded);
      const agent = await open();
      await agent.waitForText('delivery', /cannot be reached\. .*Local Network Access/, 40_000);
      expect(endpoint.posts).to.deep.equal([]);
    } finally {
      await guarded.close();
    }
  });

  for (const [what, take] of [
    ['a function of the oldest browsers that work', 'delete URL.canParse'],
    ['posts that outlive their page', 'delete Request.prototype.keepalive'],
  ] as const) {
    it(`says that a browser without ${what} is too old`, async () => {
      await context.addInitScript(take);
      const agent = await open();
      await agent.waitForText(
        'connection',
        /^This browser is too old: .* Chrome 120, Edge 120, Firefox 133, Safari 17/,
      );
      expect(simulator.sessions()).to.deep.equal([]);
    });
  }

  it('says that it did not start in a browser that cannot read its script', async () => {
    await context.route('**/connector.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'class { of the = future }' }),
    );
    const agent = await open();
    await agent.waitForText('connection', /^The connector did not start: .* Chrome 120/);
  });

  it('shows where the configuration text is not JSON', async () => {
    simulator.setText(FRONT_DESK, 'account', accountText(endpoint.url).replace('}}', '},}'));
    const agent = await open();
    await agent.waitForText('delivery', /is not JSON.* Line 1, column \d+ \(,\): no comma may stand/);
  });

  it('refuses an address that holds the secret, as the dialog of Node-RED shows it', async () => {
    simulator.setText(
      FRONT_DESK,
      'account',
      JSON.stringify({ accoladesFlow: { url: `${endpoint.url}/connector-secret-k3yB7wq9` } }),
    );
    const agent = await open();
    await agent.waitForText('delivery', /lacks the secret .* If the flow’s address holds the secret/);
    expect(endpoint.posts).to.deep.equal([]);
  });
});
