import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator, type SimulatorOptions } from '@accolades-flow/simulator';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { waitUntil } from '../../hosts/deadline.ts';
import { isObject, type JsonObject } from '../../hosts/guards.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { artifacts } from '../../scripts/paths.ts';

export const FRONT_DESK = '7c21f0ab93';
export const SALES = '4e9d5518cc';
export const SECRET = 'connector-secret-k3yB7wq9';
export const CRM = 'https://crm.example';

/** The zip for uploading into Accolades. `npm run pack` writes it. */
async function connectorZip(): Promise<string> {
  const zip = path.join(artifacts, 'accolades-flow-connector.zip');
  await access(zip).catch(() => {
    throw new Error('artifacts/ holds no connector. Run "npm run pack" first.');
  });
  return zip;
}

/** The account's configuration text, which also holds settings of another program. */
export function accountText(url: string, more: JsonObject = {}): string {
  return JSON.stringify({
    crm: { theme: 'dark' },
    accoladesFlow: { url, secret: SECRET, screenPop: { origins: [CRM] }, ...more },
  });
}

export async function connectorSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return createSimulator({
    agents: [
      { idCrm: FRONT_DESK, name: 'Front desk' },
      { idCrm: SALES, name: 'Sales' },
    ],
    connector: { location: await connectorZip() },
    ...options,
  });
}

/** A browser context in which the CRM is reachable. */
export async function crmContext(browser: Browser, locale = 'en-GB'): Promise<BrowserContext> {
  const context = await browser.newContext({ locale, ignoreHTTPSErrors: true });
  await context.route(`${CRM}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>Contact</title><h1>Ana Pop</h1>' }),
  );
  return context;
}

/** An agent's page with the connector in it. */
export class AgentWindow {
  readonly page: Page;
  readonly connector: FrameLocator;

  private constructor(page: Page) {
    this.page = page;
    this.connector = page.frameLocator('#connector');
  }

  static async open(context: BrowserContext, url: string): Promise<AgentWindow> {
    const page = await context.newPage();
    await page.goto(url);
    return new AgentWindow(page);
  }

  text(line: 'connection' | 'delivery' | 'call' | 'page'): Promise<string> {
    return this.connector.locator(`#${line}`).innerText();
  }

  async waitForText(
    line: 'connection' | 'delivery' | 'call' | 'page',
    pattern: RegExp,
    deadlineMs = 20_000,
  ): Promise<string> {
    let last = '';
    return waitUntil(
      `the line ${line} to match ${String(pattern)}`,
      async () => {
        last = await this.text(line);
        return pattern.test(last) && last;
      },
      { deadlineMs, everyMs: 25, details: () => `It says: ${last}` },
    );
  }
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'accolades-connector-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * A flow that looks up callers: 0211234567 is a contact of the CRM, 0311000000 opens another page,
 * all others are unknown. `/events` lists every message of the webhook node.
 */
export const LOOKUP_FLOW: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Calls' },
  {
    id: 'hook',
    type: 'accolades-webhook',
    z: 'tab',
    path: '/accolades',
    receives: 'connector',
    events: ['incomingCall', 'outgoingCall', 'agentConnected', 'agentDisconnected'],
    flowPopsScreen: true,
    wires: [['keep', 'lookup']],
  },
  {
    id: 'keep',
    type: 'function',
    z: 'tab',
    func: "const seen = global.get('seen') || []; seen.push(msg.payload); global.set('seen', seen);",
    outputs: 1,
    libs: [],
    wires: [[]],
  },
  {
    id: 'lookup',
    type: 'function',
    z: 'tab',
    func: `if (!msg.accolades) return null;
const pages = { '0211234567': '${CRM}/contacts/7', '0311000000': 'https://elsewhere.example/' };
msg.payload = { url: pages[msg.payload.phoneNumber] };
return msg;`,
    outputs: 1,
    libs: [],
    wires: [['reply']],
  },
  {
    id: 'reply',
    type: 'accolades-reply',
    z: 'tab',
    reply: 'screenPop',
    popTitle: 'Ana Pop',
    popTitleType: 'str',
    wires: [],
  },
  { id: 'read', type: 'http in', z: 'tab', url: '/events', method: 'get', wires: [['all']] },
  {
    id: 'all',
    type: 'function',
    z: 'tab',
    func: "msg.payload = global.get('seen') || []; return msg;",
    outputs: 1,
    libs: [],
    wires: [['answer']],
  },
  { id: 'answer', type: 'http response', z: 'tab', wires: [] },
];

/** The messages that {@link LOOKUP_FLOW} has received, oldest first. */
export async function eventsOf(url: string): Promise<JsonObject[]> {
  const data: unknown = await fetch(`${url}/events`).then((response) => response.json());
  return Array.isArray(data) ? data.filter(isObject) : [];
}
