import type { Simulator, SimulatorOptions } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { waitUntil } from '../../hosts/deadline.ts';
import { acknowledge, Endpoint, READABLE, type Answer } from './connector-endpoint.ts';
import {
  accountText,
  AgentWindow,
  connectorSimulator,
  crmContext,
  FRONT_DESK,
  SALES,
  SECRET,
} from './connector-rig.ts';
import { startBrowser, UnattendedBrowser } from './support/browser.ts';

const unavailable: Answer = (_post, response) => {
  response.writeHead(503, READABLE);
  response.end();
};

describe('The browser connector when its page goes away', () => {
  let simulator: Simulator;
  let endpoint: Endpoint;
  let elsewhere: Endpoint | null;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    browser = await startBrowser();
  });

  after(() => browser.close());

  beforeEach(async () => {
    endpoint = await Endpoint.start();
    elsewhere = null;
    simulator = await connectorSimulator();
    simulator.setText(FRONT_DESK, 'account', accountText(endpoint.url));
    context = await crmContext(browser);
  });

  afterEach(async () => {
    await context.close();
    await simulator.close();
    endpoint.close();
    elsewhere?.close();
  });

  const place = (): string => simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' }).uniqueId;

  /** An agent's window with this many undelivered calls, because the endpoint is down. */
  const openWithWaitingCalls = async (count: number): Promise<{ page: Page; ids: string[] }> => {
    const { page, connector } = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    await connector.locator('#delivery', { hasText: 'Sent to' }).waitFor();
    endpoint.answer = unavailable;
    const ids = Array.from({ length: count }, place);
    await connector
      .locator('#delivery', { hasText: count === 1 ? '1 event waits' : `${count} events wait` })
      .waitFor();
    return { page, ids };
  };

  const waitForEvents = (names: readonly string[]): Promise<string[]> =>
    waitUntil(
      `${names.length} events`,
      () => names.every((name) => endpoint.events.includes(name)) && endpoint.events,
      { deadlineMs: 20_000, details: () => `${endpoint.events.length} came` },
    );

  it('delivers 99 events that waited', async () => {
    const { page, ids } = await openWithWaitingCalls(99);
    endpoint.answer = acknowledge;
    // A closing tab gets only half a second for this, too little for a busy computer.
    await page.goto(simulator.agentPageUrl(SALES));
    await waitForEvents([...ids, 'agentDisconnected']);
  });

  it('reports once that the agent is gone', async () => {
    const { page } = await openWithWaitingCalls(1);
    endpoint.answer = acknowledge;
    await page.close();
    await waitUntil('the agent to have gone', () => simulator.sessions().length === 0, {
      deadlineMs: 20_000,
    });
    await waitForEvents(['agentDisconnected']);
    // A second post would have been sent at the same time.
    const other = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    await other.waitForText('delivery', /^Sent to/);
    const posts = endpoint.posts.filter((post) => post.get('event') === 'agentDisconnected');
    expect(posts).to.have.lengthOf(1);
  });

  it('delivers a call too large for a request that outlives the page', async () => {
    const { connector, page } = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    await connector.locator('#delivery', { hasText: 'Sent to' }).waitFor();
    endpoint.answer = unavailable;
    const call = {
      type: 'incomingCall',
      phoneNumber: '0211234567',
      uniqueId: '1608743891.7',
      more: 'x'.repeat(70_000),
    };
    simulator.sendRaw(FRONT_DESK, JSON.stringify(call));
    await connector.locator('#delivery', { hasText: '1 event waits' }).waitFor();
    endpoint.answer = acknowledge;
    endpoint.posts.length = 0;
    await page.close();
    await waitForEvents(['1608743891.7', 'agentDisconnected']);
    expect(endpoint.posts[0]?.get('frame')).to.contain('0211234567').and.not.to.contain('xxx');
  });

  for (const status of [301, 302, 307, 308]) {
    for (const moment of ['at once', 'after the page has gone'] as const) {
      it(`takes the secret nowhere else when it is redirected by ${status} ${moment}`, async () => {
        const other = (elsewhere = await Endpoint.start());
        const { page, ids } = await openWithWaitingCalls(3);
        const held: (() => void)[] = [];
        endpoint.answer = (_post, response) => {
          const redirect = (): void => {
            response.writeHead(status, { ...READABLE, location: other.url });
            response.end();
          };
          if (moment === 'at once') redirect();
          else held.push(redirect);
        };
        endpoint.posts.length = 0;
        await page.close();
        await waitForEvents([...ids, 'agentDisconnected']);
        await waitUntil('the session to end', () => simulator.sessions().length === 0, {
          deadlineMs: 20_000,
        });
        for (const redirect of held) redirect();
        // The browser would follow the redirect before it loads the next page of the same server.
        const next = await context.newPage();
        await next.goto(other.url.replace('/accolades', '/another'));
        expect(endpoint.posts[0]?.get('secret')).to.equal(SECRET);
        expect(other.posts).to.deep.equal([]);
      });
    }
  }
});

describe('The browser connector in a tab that the browser freezes', () => {
  let simulator: Simulator;
  let endpoint: Endpoint;
  let browser: UnattendedBrowser;

  const start = async (options: SimulatorOptions = {}): Promise<Page> => {
    simulator = await connectorSimulator(options);
    simulator.setText(FRONT_DESK, 'account', accountText(endpoint.url));
    const page = await browser.context.newPage();
    await page.goto(simulator.agentPageUrl(FRONT_DESK));
    await page.frameLocator('#connector').locator('#delivery', { hasText: 'Sent to' }).waitFor();
    return page;
  };

  before(async () => {
    browser = await UnattendedBrowser.start();
  });

  after(() => browser.close());

  beforeEach(async () => {
    endpoint = await Endpoint.start();
  });

  afterEach(async () => {
    for (const page of browser.context.pages()) await page.close();
    await simulator.close();
    endpoint.close();
  });

  it('notifies the flow, releases the connection, and reconnects after waking up', async () => {
    const page = await start();
    await browser.hide(page);
    endpoint.posts.length = 0;
    await browser.setLifecycle(page, 'frozen');
    await waitUntil('the connection to be released', () => simulator.sessions().length === 0, {
      deadlineMs: 20_000,
    });
    await waitUntil('the flow to be told', () => endpoint.events.includes('agentDisconnected'), {
      deadlineMs: 20_000,
    });
    await browser.setLifecycle(page, 'active');
    await waitUntil('the connection', () => simulator.sessions().length === 1, { deadlineMs: 20_000 });
    const id = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' }).uniqueId;
    await waitUntil('the call', () => endpoint.events.includes(id), { deadlineMs: 20_000 });
    expect(endpoint.posts.map((post) => post.get('event'))).to.deep.equal([
      'agentDisconnected',
      'agentConnected',
      null,
    ]);
  });

  it('delivers calls that were waiting when it was frozen', async () => {
    const page = await start();
    endpoint.answer = unavailable;
    const id = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' }).uniqueId;
    await page.frameLocator('#connector').locator('#delivery', { hasText: '1 event waits' }).waitFor();
    await browser.hide(page);
    endpoint.posts.length = 0;
    await browser.setLifecycle(page, 'frozen');
    await waitUntil('the posts', () => endpoint.events.includes('agentDisconnected'), { deadlineMs: 20_000 });
    endpoint.answer = acknowledge;
    endpoint.posts.length = 0;
    await browser.setLifecycle(page, 'active');
    await waitUntil('the call', () => endpoint.events.includes('agentConnected'), { deadlineMs: 20_000 });
    expect(endpoint.events).to.deep.equal([id, 'agentDisconnected', 'agentConnected']);
  });

  it('holds a Web Lock, which keeps browsers from freezing it', async () => {
    const page = await start();
    const locks = await page.evaluate(
      'navigator.locks.query().then(({ held }) => held.map(({ name, mode }) => `${name} ${mode}`))',
    );
    expect(locks).to.deep.equal(['accolades-flow-connector shared']);
  });

  it('holds the lock in every tab, without waiting for another', async () => {
    const page = await start();
    const other = await browser.context.newPage();
    await other.goto(simulator.agentPageUrl(FRONT_DESK));
    await other.frameLocator('#connector').locator('#connection', { hasText: 'taken' }).waitFor();
    const held = await page.evaluate('navigator.locks.query().then(({ held }) => held.length)');
    expect(held).to.equal(2);
  });
});
