import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import type { Browser, Page } from 'playwright-core';
import { NodeRedClient } from '../../../hosts/node-red/client.ts';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../../hosts/node-red/launch.ts';
import { tarball } from '../../hosts/tarballs.ts';
import { picture } from '../support/pictures.ts';
import { newPage, startBrowser, type PageOptions } from '../support/browser.ts';
import { NodeRedEditor } from './editor.ts';

export const FRONT_DESK = '9f3e1c70aa';
export const SALES = '5d0c4be912';

/** A PBX, a Node-RED with the packed palette, and a browser. */
export class NodeRedRig {
  readonly simulator: Simulator;
  readonly host: NodeRedHost;
  readonly client: NodeRedClient;
  /** Errors that pages threw. */
  readonly pageErrors: string[] = [];
  readonly #browser: Browser;
  readonly #userDir: string;

  private constructor(
    simulator: Simulator,
    host: NodeRedHost,
    client: NodeRedClient,
    browser: Browser,
    userDir: string,
  ) {
    this.simulator = simulator;
    this.host = host;
    this.client = client;
    this.#browser = browser;
    this.#userDir = userDir;
  }

  /** @param version a Node-RED version; default: the devDependency's */
  static async start(version?: string): Promise<NodeRedRig> {
    const userDir = await mkdtemp(path.join(tmpdir(), 'accolades-editor-'));
    const browser = await startBrowser();
    const simulator = await createSimulator({
      agents: [
        { idCrm: FRONT_DESK, name: 'Front desk' },
        { idCrm: SALES, name: 'Sales' },
      ],
    });
    const host = await startNodeRed({
      ...(version === undefined ? {} : { version }),
      userDir,
      packages: [await tarball('node-red')],
    });
    const client = await NodeRedClient.connect(host.url);
    return new NodeRedRig(simulator, host, client, browser, userDir);
  }

  /** Opens the editor in its own page, with only these flows deployed. */
  async open(flows: FlowNode[] = [], options: PageOptions = {}): Promise<NodeRedEditor> {
    await this.client.deploy(flows);
    const page = await newPage(this.#browser, options);
    page.on('pageerror', (error) => {
      if (!isOfNodeRed(error)) this.pageErrors.push(error.stack ?? error.message);
    });
    return NodeRedEditor.open(page, this.host.url);
  }

  /** Takes screenshots of the open pages and closes them. */
  async closePages(name: string): Promise<void> {
    for (const [index, page] of this.#browser
      .contexts()
      .flatMap((context) => context.pages())
      .entries()) {
      await picture(page, `failed-${name}-${index}`);
      await closePage(page);
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.client.close();
    await this.host.stop();
    await this.simulator.close();
    await rm(this.#userDir, { recursive: true, force: true });
  }
}

/** Closes a page and its context. */
export async function closePage(page: Page): Promise<void> {
  await page.context().close();
}

/**
 * Whether only Node-RED's own scripts took part in an error: on a busy machine its tips start
 * before their box exists. An error of our dialogs has a frame of our scripts, also when Node-RED
 * calls them.
 */
function isOfNodeRed({ stack = '' }: Error): boolean {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length > 0 && frames.every((line) => /\/(red|vendor)\/[\w./-]+\.js/.test(line));
}
