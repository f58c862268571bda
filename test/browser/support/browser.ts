import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Debian's package `chromium` puts it; `ACCOLADES_CHROMIUM` names another place. */
const executablePath = process.env['ACCOLADES_CHROMIUM'] ?? '/usr/bin/chromium';

export interface PageOptions {
  /** What the browser asks pages for. Default `en-US`. */
  locale?: string;
  width?: number;
  height?: number;
}

/** The deadline of every wait in a page, in milliseconds. */
const PAGE_DEADLINE_MS = 30_000;

/**
 * Starts the browser. The caller closes it.
 * @throws Error that names the package to install when there is none
 */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no browser at ${executablePath}. Install one with "apt-get install -y chromium", ` +
        'or say in ACCOLADES_CHROMIUM where it is.',
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens a page in a context of its own, so that nothing is left of an earlier one. */
export async function newPage(browser: Browser, options: PageOptions = {}): Promise<Page> {
  const { locale = 'en-US', width = 1400, height = 900 } = options;
  const context = await browser.newContext({
    locale,
    viewport: { width, height },
    // No animations: nothing may move during a picture or click.
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(PAGE_DEADLINE_MS);
  return context.newPage();
}
