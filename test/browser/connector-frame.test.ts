import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Simulator, SimulatorOptions } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { generate } from 'selfsigned';
import { waitUntil } from '../../hosts/deadline.ts';
import { answerPage, Endpoint } from './connector-endpoint.ts';
import {
  accountText,
  AgentWindow,
  connectorSimulator,
  CRM,
  crmContext,
  FRONT_DESK,
  SECRET,
} from './connector-rig.ts';
import { startBrowser } from './support/browser.ts';

describe('The browser connector in the frames of Chromium', () => {
  let simulator: Simulator;
  let endpoint: Endpoint;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    endpoint = await Endpoint.start(answerPage);
    browser = await startBrowser();
  });

  after(async () => {
    await browser.close();
    endpoint.close();
  });

  afterEach(async () => {
    await context.close();
    await simulator.close();
    endpoint.posts.length = 0;
  });

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await connectorSimulator(options);
    simulator.setText(FRONT_DESK, 'account', accountText(endpoint.url));
    context = await crmContext(browser);
  };

  const place = (): void => {
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
  };

  const postedCalls = (count: number): Promise<URLSearchParams[]> =>
    waitUntil(
      `${count} posted calls`,
      () => {
        const calls = endpoint.posts.filter((post) => post.has('frame'));
        return calls.length >= count && calls;
      },
      { deadlineMs: 20_000 },
    );

  /** Loads the connector in a sandboxed frame with only these permissions. */
  const openSandboxed = async (allowed: string): Promise<AgentWindow> => {
    await context.route('**/agents/*', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace('<iframe ', `<iframe sandbox="${allowed}" `);
      await route.fulfill({ response, body });
    });
    return AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
  };

  it('offers a link where the browser blocks the page', async () => {
    await start();
    const agent = await openSandboxed('allow-scripts allow-same-origin');
    await agent.waitForText('delivery', /^Sent to/);
    place();
    await agent.waitForText(
      'page',
      /^Blocked by the browser\. Allow pop-ups for this site, or click: Ana Pop$/,
    );
    expect(context.pages()).to.have.lengthOf(1);
    const link = agent.connector.getByRole('link', { name: 'Ana Pop' });
    expect(await link.getAttribute('href')).to.equal(`${CRM}/contacts/7`);
    expect(await link.getAttribute('rel')).to.equal('noopener noreferrer');
  });

  it('works in a hidden frame, as Accolades has it', async () => {
    await start();
    const page = await context.newPage();
    await page.goto(`${simulator.agentPageUrl(FRONT_DESK)}?hidden`);
    expect(await page.locator('#connector').isVisible()).to.be.false;
    await waitUntil('a session', () => simulator.sessions().length === 1, { deadlineMs: 20_000 });
    place();
    expect((await postedCalls(1))[0]?.get('secret')).to.equal(SECRET);
  });

  it('works in a frame without an origin of its own', async () => {
    await start();
    const agent = await openSandboxed('allow-scripts');
    await agent.waitForText('delivery', /^Sent to/);
    place();
    await postedCalls(1);
  });

  it('speaks wss, and knows both spellings of success', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
    await start({ tls: { key, cert }, authSuccessType: 'authSuccess' });
    expect(simulator.url).to.match(/^wss:/);
    const agent = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    await agent.waitForText('connection', /^Connected$/);
    place();
    await postedCalls(1);
  });

  it('detects a dead connection without pings, and reconnects', async function () {
    this.timeout(120_000);
    await start({ sessionTimeoutMs: 2_000 });
    const agent = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    await agent.waitForText('connection', /^Connected$/);
    await waitUntil('a version request', () => simulator.statistics.framesIn >= 3, { deadlineMs: 20_000 });
    simulator.dropSession(FRONT_DESK, 'halfOpen');
    await agent.waitForText('connection', /cannot be reached/, 60_000);
    await agent.waitForText('connection', /^Connected$/, 60_000);
    place();
    await postedCalls(1);
  });

  it("lets a connector written after the vendor's example work in the simulator", async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
    const folder = await mkdtemp(path.join(tmpdir(), 'accolades-connector-'));
    await writeFile(path.join(folder, 'index.html'), '<!doctype html><script src="own.js" defer></script>');
    // The expected order: wss: only, ask on open, configuration after authSuccess, calls to the
    // console.
    const script = `
      const given = new URLSearchParams(location.search);
      const socket = new WebSocket('wss://' + given.get('serverFqdn') + ':' + given.get('serverPort'));
      socket.onopen = () => socket.send(JSON.stringify({ type: 'authRequest', idCrm: given.get('agentId') }));
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'authSuccess') socket.send('{"type":"configuration"}');
        console.log(message.type, message.phoneNumber);
      };`;
    await writeFile(path.join(folder, 'own.js'), script);
    await start({ tls: { key, cert }, authSuccessType: 'authSuccess', connector: { location: folder } });
    const lines: string[] = [];
    const page: Page = await context.newPage();
    page.on('console', (line) => lines.push(line.text()));
    await page.goto(simulator.agentPageUrl(FRONT_DESK));
    await waitUntil('the configuration', () => lines.some((line) => line.startsWith('configuration')), {
      deadlineMs: 20_000,
    });
    place();
    await waitUntil('the call', () => lines.includes('incomingCall 0211234567'), { deadlineMs: 20_000 });
    await rm(folder, { recursive: true, force: true });
  });
});
