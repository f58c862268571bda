import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import type { Browser } from 'playwright-core';
import { waitUntil } from '../../../hosts/deadline.ts';
import { N8nClient, type N8nWorkflowInput } from '../../../hosts/n8n/client.ts';
import { startN8n, type N8nHost } from '../../../hosts/n8n/launch.ts';
import { tarball } from '../../hosts/tarballs.ts';
import { OWNER } from '../../hosts/workflows.ts';
import { newPage, startBrowser } from '../support/browser.ts';
import { picture } from '../support/pictures.ts';
import { N8nEditor } from './editor.ts';

export const FRONT_DESK = '9f3e1c70aa';
export const SALES = '5d0c4be912';

/** A PBX, an n8n with the packed nodes and its owner logged in, and a browser. */
export class N8nRig {
  readonly simulator: Simulator;
  readonly host: N8nHost;
  readonly client: N8nClient;
  readonly #browser: Browser;
  readonly #userFolder: string;

  private constructor(
    simulator: Simulator,
    host: N8nHost,
    client: N8nClient,
    browser: Browser,
    userFolder: string,
  ) {
    this.simulator = simulator;
    this.host = host;
    this.client = client;
    this.#browser = browser;
    this.#userFolder = userFolder;
  }

  static async start(onProgress: (line: string) => void): Promise<N8nRig> {
    const userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-editor-'));
    const browser = await startBrowser();
    const simulator = await createSimulator({
      agents: [
        { idCrm: FRONT_DESK, name: 'Front desk' },
        { idCrm: SALES, name: 'Sales' },
      ],
    });
    const host = await startN8n({ userFolder, packages: [await tarball('n8n')], onProgress });
    const client = new N8nClient(host.url);
    await client.signIn(OWNER);
    return new N8nRig(simulator, host, client, browser, userFolder);
  }

  /** Opens a new workflow, or the given one, in its own page. */
  async open(workflow?: N8nWorkflowInput): Promise<N8nEditor> {
    const page = await newPage(this.#browser);
    const [name = '', value = ''] = (this.client.cookie.split(';')[0] ?? '').split(/=(.*)/s);
    await page.context().addCookies([{ name, value, url: this.host.url }]);
    const id = workflow === undefined ? 'new' : (await this.client.createWorkflow(workflow)).id;
    return N8nEditor.open(page, `${this.host.url}/workflow/${id}`);
  }

  /** Waits until the PBX has a session for an agent. */
  async waitForSession(idCrm: string): Promise<void> {
    const { simulator } = this;
    await waitUntil('a session', () => simulator.sessions().some((session) => session.idCrm === idCrm), {
      deadlineMs: 20_000,
    });
  }

  /** Takes screenshots of the open pages and closes them. */
  async closePages(name: string): Promise<void> {
    for (const [index, page] of this.#browser
      .contexts()
      .flatMap((context) => context.pages())
      .entries()) {
      await picture(page, `failed-${name}-${index}`);
      await page.context().close();
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.host.stop();
    await this.simulator.close();
    await rm(this.#userFolder, { recursive: true, force: true });
  }
}
