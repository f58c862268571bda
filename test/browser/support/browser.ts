import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Where Debian's package `chromium` installs it. `ACCOLADES_CHROMIUM` overrides the path. */
const executablePath = process.env['ACCOLADES_CHROMIUM'] ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface PageOptions {
  /** The language that the browser requests. Default `en-US`. */
  locale?: string;
  width?: number;
  height?: number;
}

/** The deadline of every wait in a page, in milliseconds. */
const PAGE_DEADLINE_MS = 30_000;

/**
 * Starts the browser. The caller closes it.
 * @param args additional command-line arguments
 * @throws Error that names the package to install when there is no browser
 */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  requireBrowser();
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...args] });
}

function requireBrowser(): void {
  if (existsSync(executablePath)) return;
  throw new Error(
    `There is no browser at ${executablePath}. Install one with "apt-get install -y chromium", ` +
      'or say in ACCOLADES_CHROMIUM where it is.',
  );
}

/**
 * A browser whose tabs can be hidden and frozen. Playwright's own browsers treat every page as
 * visible, and visible pages do not freeze.
 */
export class UnattendedBrowser {
  readonly context: BrowserContext;
  readonly #browser: Browser;
  readonly #process: ChildProcess;
  readonly #profile: string;

  private constructor(browser: Browser, context: BrowserContext, child: ChildProcess, profile: string) {
    this.#browser = browser;
    this.context = context;
    this.#process = child;
    this.#profile = profile;
  }

  static async start(): Promise<UnattendedBrowser> {
    requireBrowser();
    const profile = await mkdtemp(path.join(tmpdir(), 'accolades-browser-'));
    const args = [...ARGUMENTS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const child = spawn(executablePath, [...args, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const address = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const [, found] = /listening on (ws:\S+)/.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', () => {
        reject(new Error(`The browser ended: ${text}`));
      });
    });
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    const [context] = browser.contexts();
    if (context === undefined) throw new Error('The browser has no context.');
    context.setDefaultTimeout(PAGE_DEADLINE_MS);
    return new UnattendedBrowser(browser, context, child, profile);
  }

  /** Hides a page behind another tab of its window. */
  async hide(page: Page): Promise<void> {
    const hidden = page.waitForFunction('document.visibilityState === "hidden"', null, { polling: 100 });
    const other = await this.context.newPage();
    await other.bringToFront();
    await hidden;
  }

  async setLifecycle(page: Page, state: 'frozen' | 'active'): Promise<void> {
    const session = await this.context.newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state });
    await session.detach();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill();
      await once(this.#process, 'exit');
    }
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens a page in its own, empty context. */
export async function newPage(browser: Browser, options: PageOptions = {}): Promise<Page> {
  const { locale = 'en-US', width = 1400, height = 900 } = options;
  const context = await browser.newContext({
    locale,
    viewport: { width, height },
    // Animations could move elements during a screenshot or click.
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PAGE_DEADLINE_MS);
  return context.newPage();
}
