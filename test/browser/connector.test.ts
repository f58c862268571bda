import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { waitUntil } from '../../hosts/deadline.ts';
import type { JsonObject } from '../../hosts/guards.ts';
import { startNodeRed, type NodeRedHost } from '../../hosts/node-red/launch.ts';
import { tarball } from '../hosts/tarballs.ts';
import {
  accountText,
  AgentWindow,
  connectorSimulator,
  CRM,
  crmContext,
  eventsOf,
  FRONT_DESK,
  LOOKUP_FLOW,
  SALES,
  SECRET,
  temporaryFolder,
} from './connector-rig.ts';
import { startBrowser } from './support/browser.ts';

describe('The browser connector in Chromium, with a flow in Node-RED', () => {
  let simulator: Simulator;
  let host: NodeRedHost;
  let browser: Browser;
  let context: BrowserContext;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    folder = await temporaryFolder();
    host = await startNodeRed({
      userDir: folder.path,
      packages: [await tarball('node-red')],
      flows: LOOKUP_FLOW,
      credentials: { hook: { secret: SECRET } },
    });
    browser = await startBrowser();
  });

  after(async () => {
    await browser.close();
    await host.stop();
    await folder.remove();
  });

  beforeEach(async () => {
    simulator = await connectorSimulator();
    simulator.setText(FRONT_DESK, 'account', accountText(`${host.url}/accolades`));
    simulator.setText(FRONT_DESK, 'agent', '{"accoladesFlow":{"label":"Front desk"}}');
    context = await crmContext(browser);
  });

  afterEach(async () => {
    await context.close();
    await simulator.close();
  });

  const open = (idCrm = FRONT_DESK): Promise<AgentWindow> =>
    AgentWindow.open(context, simulator.agentPageUrl(idCrm));

  const openConnected = async (): Promise<AgentWindow> => {
    const agent = await open();
    await agent.waitForText('connection', /^Connected$/);
    await agent.waitForText('delivery', /^Sent to 127\.0\.0\.1:\d+$/);
    return agent;
  };

  /** The events of calls with these ids. */
  const callsIn = async (ids: readonly string[]): Promise<JsonObject[]> =>
    (await eventsOf(host.url)).filter(({ uniqueId }) => ids.some((id) => id === uniqueId));

  const waitForCalls = (ids: readonly string[], deadlineMs = 20_000): Promise<JsonObject[]> =>
    waitUntil(
      `${ids.length} calls in the flow`,
      async () => {
        const calls = await callsIn(ids);
        return calls.length >= ids.length && calls;
      },
      { deadlineMs, everyMs: 50 },
    );

  const place = (phoneNumber: string, direction: 'incoming' | 'outgoing' = 'incoming'): string =>
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber, direction, callCenter: true }).uniqueId;

  it('brings a call into the flow, and the page that the flow answers in front of the agent', async () => {
    const agent = await openConnected();
    const popup = context.waitForEvent('page');
    const uniqueId = place('0211234567');
    const page: Page = await popup;
    await page.waitForURL(`${CRM}/contacts/7`);
    expect(await page.locator('h1').innerText()).to.equal('Ana Pop');
    // The contact's page must not access the agent's page or its address, which holds the idCrm.
    expect(await page.evaluate('[window.opener === null, document.referrer]')).to.deep.equal([true, '']);
    const [call] = await waitForCalls([uniqueId]);
    expect(call).to.deep.include({
      event: 'incomingCall',
      direction: 'incoming',
      phoneNumber: '0211234567',
      callCenter: true,
      agent: { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' },
      firstRing: true,
    });
    expect(await agent.text('call')).to.match(/^from 0211234567, \d/);
    expect(await agent.waitForText('page', /^Opened/)).to.equal('Opened: Ana Pop');
  });

  it('opens nothing for a caller whom the flow does not know', async () => {
    const agent = await openConnected();
    const uniqueId = place('0722000111', 'outgoing');
    await waitForCalls([uniqueId]);
    expect(await agent.waitForText('call', /0722000111/)).to.match(/^to /);
    expect(await agent.text('page')).to.equal('None yet');
    expect(context.pages()).to.have.lengthOf(1);
  });

  it('refuses a page of an origin that the configuration text does not list, and says so', async () => {
    const agent = await openConnected();
    place('0311000000');
    expect(await agent.waitForText('page', /Not opened/)).to.equal(
      'Not opened: https://elsewhere.example is not listed in the configuration text.',
    );
    expect(context.pages()).to.have.lengthOf(1);
  });

  it('gives the same message as a session of the flow host', async () => {
    await openConnected();
    const raw = { type: 'incomingCall', phoneNumber: '0211234567', uniqueId: '1608743891.9001', extra: [1] };
    simulator.sendRaw(FRONT_DESK, JSON.stringify(raw));
    const [call] = await waitForCalls([raw.uniqueId]);
    const { replyToken, receivedAt, ...message } = call ?? {};
    expect(replyToken).to.be.a('string');
    expect(Math.abs(Date.parse(String(receivedAt)) - Date.now())).to.be.below(20_000);
    expect(message).to.deep.equal({
      event: 'incomingCall',
      direction: 'incoming',
      phoneNumber: '0211234567',
      phone: {
        e164: '+40211234567',
        national: '021 123 4567',
        international: '+40 21 123 4567',
        country: 'RO',
        type: 'FIXED_LINE',
      },
      uniqueId: '1608743891.9001',
      startedAt: '2020-12-23T17:18:11.000Z',
      callCenter: null,
      agent: { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' },
      firstRing: true,
      raw,
    });
  });

  it('delivers a call once when the answer to it is lost', async () => {
    await openConnected();
    let posts = 0;
    await context.route(`${host.url}/accolades`, async (route) => {
      posts++;
      // The flow receives the event, but the browser does not see the answer.
      if (posts === 1) {
        await route.fetch();
        await route.abort();
      } else await route.continue();
    });
    const ids = [place('0722000111'), place('0722000222')];
    const calls = await waitForCalls(ids);
    await waitUntil('a third post', () => posts >= 3, { deadlineMs: 20_000 });
    await context.unrouteAll({ behavior: 'wait' });
    expect(calls.map(({ uniqueId }) => uniqueId)).to.deep.equal(ids);
    expect(await callsIn(ids)).to.have.lengthOf(2);
  });

  it('keeps calls while the flow host is down, and delivers them in order, once, dated to when they came', async () => {
    const agent = await openConnected();
    await host.stop();
    const placedAt = Date.now();
    const ids = ['0722000001', '0722000002', '0722000003'].map((number) => place(number));
    expect(await agent.waitForText('delivery', /3 events wait/)).to.match(
      /^127\.0\.0\.1:\d+ cannot be reached/,
    );
    host = await startNodeRed({ userDir: folder.path, port: host.port });
    const calls = await waitForCalls(ids, 60_000);
    await agent.waitForText('delivery', /^Sent to/);
    expect((await callsIn(ids)).map(({ uniqueId }) => uniqueId)).to.deep.equal(ids);
    for (const { receivedAt } of calls) {
      expect(Math.abs(Date.parse(String(receivedAt)) - placedAt)).to.be.below(2_000);
    }
    // An old call opens no page.
    expect(context.pages()).to.have.lengthOf(1);
  });

  it('notifies the flow when the agent connects and when the page closes', async () => {
    const before = (await eventsOf(host.url)).length;
    const agent = await openConnected();
    await agent.page.close({ runBeforeUnload: false });
    const events = await waitUntil(
      'the agent to have gone',
      async () => {
        const seen = (await eventsOf(host.url)).slice(before);
        return seen.some(({ event }) => event === 'agentDisconnected') && seen;
      },
      { deadlineMs: 20_000 },
    );
    expect(events.map(({ event, reason }) => [event, reason])).to.deep.equal([
      ['agentConnected', null],
      ['agentDisconnected', 'SESSION_CLOSED'],
    ]);
  });

  it('says in a second tab that the connection is taken, and takes over when the first is closed', async () => {
    const first = await openConnected();
    const second = await open();
    await second.waitForText('connection', /taken: by another tab.*Next attempt at/);
    await first.page.close();
    await second.waitForText('connection', /^Connected$/, 60_000);
  });

  it('connects again after a reload', async () => {
    const agent = await openConnected();
    await agent.page.reload();
    await agent.waitForText('connection', /^Connected$/, 60_000);
    const uniqueId = place('0722000111');
    await waitForCalls([uniqueId]);
  });

  it('says when Accolades does not know the agent, and connects when the agent logs in', async () => {
    simulator.logout(FRONT_DESK);
    const agent = await open();
    await agent.waitForText('connection', /does not know this agent as logged in/);
    simulator.login(FRONT_DESK);
    await agent.waitForText('connection', /^Connected$/, 60_000);
  });

  for (const [name, text, message] of [
    ['no text', '', /has no configuration text/],
    ['a text that is no JSON', 'theme=dark', /is not JSON/],
    [
      'JSON of another program',
      '{"crm":{"theme":"dark"}}',
      /no settings for this connector \(accoladesFlow\)/,
    ],
    ['an address without TLS', accountText('http://flow.example/accolades'), /must start with https/],
    ['a secret in the address', accountText(`https://flow.example/accolades/${SECRET}`), /holds the secret/],
  ] as const) {
    it(`says what is wrong with ${name}`, async () => {
      simulator.setText(FRONT_DESK, 'account', text);
      const agent = await open();
      await agent.waitForText('delivery', message);
      expect(await agent.connector.locator('body').innerText()).not.to.contain(SECRET);
    });
  }

  it('says when the secret is wrong', async () => {
    simulator.setText(
      FRONT_DESK,
      'account',
      accountText(`${host.url}/accolades`, { secret: 'not-that-one-000' }),
    );
    const agent = await open();
    await agent.waitForText('delivery', /refuses the secret or the address of this browser \(status 401\)/);
  });

  it('speaks Romanian to a Romanian browser', async () => {
    await context.close();
    context = await crmContext(browser, 'ro-RO');
    const agent = await open();
    await agent.waitForText('connection', /^Conectat$/);
    await agent.waitForText('delivery', /^Trimis către/);
  });

  it('names the missing parameters when it is opened outside an agent’s page', async () => {
    const page = await context.newPage();
    await page.goto(new URL('/connector/index.html', simulator.agentPageUrl(SALES)).href);
    expect(await page.locator('#connection').innerText()).to.contain('serverFqdn, serverPort, agentId');
  });

  it('sends neither secret nor idCrm in an address or a header', async () => {
    const seen: string[] = [];
    context.on('request', (request) => {
      if (request.url().startsWith(host.url)) seen.push(request.url(), JSON.stringify(request.headers()));
    });
    await openConnected();
    const uniqueId = place('0722000111');
    await waitForCalls([uniqueId]);
    expect(seen.join('\n')).to.contain('/accolades');
    expect(seen.join('\n')).not.to.contain(SECRET).and.not.to.contain(FRONT_DESK);
    expect(JSON.stringify(await eventsOf(host.url)))
      .not.to.contain(FRONT_DESK)
      .and.not.to.contain(SECRET);
  });
});
