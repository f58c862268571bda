import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { waitUntil } from '../../hosts/deadline.ts';
import { answerPage, Endpoint } from './connector-endpoint.ts';
import {
  accountText,
  AgentWindow,
  connectorSimulator,
  CRM,
  crmContext,
  FRONT_DESK,
} from './connector-rig.ts';
import { startBrowser } from './support/browser.ts';

/** The `sandbox` permissions with which the connector keeps its site's origin. */
const SCRIPTS = 'allow-scripts allow-same-origin';

interface Surroundings {
  readonly sandbox?: string;
  /** Headers of the agent's page. */
  readonly headers?: Record<string, string>;
  /** Whether the connector is served from another site than the agent's page. */
  readonly otherSite?: boolean;
}

describe('The pages that the browser connector opens in Chromium', () => {
  let simulator: Simulator;
  let endpoint: Endpoint;
  let browser: Browser;
  let context: BrowserContext;
  let opened: string[];
  let otherSite: Server | null;

  before(async () => {
    browser = await startBrowser();
  });

  after(() => browser.close());

  beforeEach(async () => {
    endpoint = await Endpoint.start(answerPage);
    simulator = await connectorSimulator();
    simulator.setText(FRONT_DESK, 'account', accountText(endpoint.url));
    opened = [];
    otherSite = null;
  });

  afterEach(async () => {
    await context.close();
    await simulator.close();
    endpoint.close();
    otherSite?.closeAllConnections();
    otherSite?.close();
  });

  const agentPage = async (around: Surroundings): Promise<string> => {
    const response = await fetch(simulator.agentPageUrl(FRONT_DESK));
    const { origin } = new URL(response.url);
    return (await response.text())
      .replace('<iframe ', around.sandbox === undefined ? '<iframe ' : `<iframe sandbox="${around.sandbox}" `)
      .replace('src="/connector', `src="${around.otherSite === true ? origin : ''}/connector`);
  };

  const openAgent = async (around: Surroundings): Promise<AgentWindow> => {
    context = await crmContext(browser);
    const body = await agentPage(around);
    const headers = { 'content-type': 'text/html', ...around.headers };
    let url = simulator.agentPageUrl(FRONT_DESK);
    if (around.otherSite === true) {
      otherSite = createServer((_request, response) => response.writeHead(200, headers).end(body));
      await once(otherSite.listen(0, '127.0.0.1'), 'listening');
      const address = otherSite.address();
      url = `http://localhost:${typeof address === 'object' ? (address?.port ?? 0) : 0}/`;
    } else {
      await context.route('**/agents/*', (route) => route.fulfill({ body, headers }));
    }
    const agent = await AgentWindow.open(context, url);
    await agent.waitForText('delivery', /^Sent to/);
    context.on('page', (page) => opened.push(page.url()));
    return agent;
  };

  const place = (): string => simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' }).uniqueId;

  /** Places two calls; the flow receives both. */
  const placeTwo = async (): Promise<void> => {
    for (const id of [place(), place()]) {
      await waitUntil('the call', () => endpoint.events.includes(id), { deadlineMs: 20_000 });
    }
  };

  for (const isOther of [false, true]) {
    const from = isOther ? 'another site' : 'the same site';

    it(`open in a frame of ${from} without a sandbox`, async () => {
      const agent = await openAgent({ otherSite: isOther });
      const popup = context.waitForEvent('page');
      place();
      const page = await popup;
      await page.waitForURL(`${CRM}/contacts/7`);
      expect(await page.evaluate('[window.opener === null, document.referrer]')).to.deep.equal([true, '']);
      await agent.waitForText('page', /^Opened: Ana Pop$/);
    });

    it(`open below Cross-Origin-Opener-Policy, in a frame of ${from}`, async () => {
      const agent = await openAgent({
        otherSite: isOther,
        headers: { 'cross-origin-opener-policy': 'same-origin' },
      });
      await placeTwo();
      // The browser does not report a tab that opens without an opener to this frame.
      await agent.waitForText('page', isOther ? /^The browser does not say whether/ : /^Opened/);
      await waitUntil('the page', () => context.pages().some((page) => page.url() === `${CRM}/contacts/7`), {
        deadlineMs: 20_000,
        details: () =>
          context
            .pages()
            .map((page) => page.url())
            .join(' '),
      });
      expect(context.pages().map((page) => page.url())).not.to.include('about:blank');
    });

    it(`do not open in a sandbox that they would share, in a frame of ${from}`, async () => {
      const agent = await openAgent({ otherSite: isOther, sandbox: `${SCRIPTS} allow-popups` });
      await placeTwo();
      const expected = isOther
        ? /^Not opened by itself.*: Ana Pop$/
        : /^Not opened: the sandbox.*crm\.example/;
      await agent.waitForText('page', expected);
      expect(opened).to.deep.equal([]);
    });
  }

  it('do not open in a sandbox without an origin, and the next call is delivered', async () => {
    const agent = await openAgent({ sandbox: 'allow-scripts allow-popups' });
    await placeTwo();
    await agent.waitForText('page', /^Not opened by itself/);
    expect(opened).to.deep.equal([]);
    // The click reveals that the sandbox would break the page.
    await agent.connector.getByRole('link', { name: 'Ana Pop' }).click();
    await agent.waitForText('page', /^Not opened: the sandbox.*https:\/\/crm\.example\/contacts\/7$/);
    await waitUntil('the tab to close', () => context.pages().length === 1, { deadlineMs: 20_000 });
  });

  it('open in a sandbox that they escape', async () => {
    const agent = await openAgent({ sandbox: `${SCRIPTS} allow-popups allow-popups-to-escape-sandbox` });
    place();
    await agent.waitForText('page', /^Opened: Ana Pop$/);
  });

  it('open by themselves once a click has shown that they escape the sandbox', async () => {
    const agent = await openAgent({ sandbox: 'allow-scripts allow-popups allow-popups-to-escape-sandbox' });
    place();
    await agent.waitForText('page', /^Not opened by itself/);
    const popup = context.waitForEvent('page');
    await agent.connector.getByRole('link', { name: 'Ana Pop' }).click();
    await (await popup).waitForURL(`${CRM}/contacts/7`);
    await agent.waitForText('page', /^Opened: Ana Pop$/);
    const second = context.waitForEvent('page');
    place();
    await (await second).waitForURL(`${CRM}/contacts/7`);
  });
});
