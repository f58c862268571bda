/**
 * `npm run record`: records the demonstration as the README shows it, `docs/images/demo.gif` and
 * `demo.png`. `npm run record -- --n8n`: takes the picture of the n8n workflow for the
 * demonstration's page. Needs Chromium and ffmpeg (`apt-get install -y chromium ffmpeg`); nothing
 * else in the repository needs ffmpeg.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { repositoryRoot } from '../hosts/paths.ts';
import { freePort } from '../hosts/ports.ts';
import { startBrowser } from '../test/browser/support/browser.ts';
import { Demo } from './demo.ts';
import type { StartedDemo } from './demo.ts';
import { writeGif, writePng } from './record/encode.ts';
import { pictureOfWorkflow } from './record/n8n-picture.ts';
import { Pointer } from './record/pointer.ts';
import { Recorder } from './record/recorder.ts';

const images = path.join(repositoryRoot, 'docs', 'images');
const viewport = { width: 1440, height: 860 };

const host = process.argv.includes('--n8n') ? 'n8n' : 'node-red';
const folder = await mkdtemp(path.join(os.tmpdir(), 'accolades-record-'));
const demo = new Demo(
  {
    host,
    calls: false,
    fresh: true,
    folder,
    ports: {
      simulator: await freePort(),
      console: await freePort(),
      editor: await freePort(),
      result: await freePort(),
    },
  },
  { progress: console.log, notice: console.log, flowMessage: () => undefined },
);
const browser = await startBrowser();
try {
  const started = await demo.start();
  void started.run();
  if (host === 'n8n') {
    const file = path.join(import.meta.dirname, 'n8n', 'workflow.png');
    await writePng(await pictureOfWorkflow(browser, started.host), file, path.join(folder, 'frames'));
    console.log('demo/n8n/workflow.png');
  } else await recordShow(started);
} finally {
  await browser.close();
  await demo.close();
  await rm(folder, { recursive: true, force: true });
}

/** Records the animation and the still picture. */
async function recordShow({ showUrl }: StartedDemo): Promise<void> {
  const page = await openShow(browser, showUrl, 1);
  const recorder = new Recorder(page);
  await tellStory(page);
  const frames = await recorder.stop();
  await writeGif(frames, path.join(images, 'demo.gif'), path.join(folder, 'frames'));
  console.log(`docs/images/demo.gif: ${frames.length} frames`);
  const sharp = await openShow(browser, showUrl, 1.5);
  const pbx = sharp.frameLocator('#pbx iframe');
  await pbx.locator('#call-number').fill('0268123456');
  await pbx.getByRole('button', { name: 'Place call' }).click();
  await sharp.locator('#latest').getByText('Elena Dumitru').waitFor();
  // Waits until new entries are no longer highlighted.
  await sharp.waitForTimeout(2_000);
  await writePng(await sharp.screenshot(), path.join(images, 'demo.png'), path.join(folder, 'frames'));
  console.log('docs/images/demo.png');
}

/** Opens the page and waits until all panes are live. */
async function openShow(browser: Browser, url: string, deviceScaleFactor: number): Promise<Page> {
  const context = await browser.newContext({ viewport, deviceScaleFactor, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(url);
  await page.frameLocator('#pbx iframe').locator('#call-agents', { hasText: 'Front desk' }).waitFor();
  await page.frameLocator('#flow iframe').getByText('3/3 connected').first().waitFor();
  await page.frameLocator('#result iframe').getByText('Maria Ionescu').first().waitFor();
  // The editor scrolls the flow into view without an event at the end.
  await page.waitForTimeout(2_000);
  return page;
}

/** Two calls, with time to see their effects. */
async function tellStory(page: Page): Promise<void> {
  const pbx = page.frameLocator('#pbx iframe');
  const placeCall = pbx.getByRole('button', { name: 'Place call' });
  const latest = page.locator('#latest');
  const pointer = await Pointer.show(page, viewport.width / 3, viewport.height / 2);
  await page.waitForTimeout(800);

  await pointer.click(placeCall);
  await latest.getByText('Maria Ionescu').waitFor();
  await page.waitForTimeout(2_800);

  await pointer.click(pbx.getByText('Queue', { exact: true }));
  await pointer.click(pbx.getByRole('button', { name: 'all', exact: true }));
  await pbx.locator('#call-number').fill('+442079460123');
  await pointer.click(placeCall);
  await latest.getByText('Oliver Hughes').waitFor();
  await page.waitForTimeout(3_200);
}
