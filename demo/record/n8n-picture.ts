import type { Browser } from 'playwright-core';
import type { FlowHost } from '../flow-host.ts';

/** The space between the workflow and the edge of the picture, in pixels. */
const margin = 14;

/** A PNG of the demonstration's workflow on n8n's canvas, without its surroundings. */
export async function pictureOfWorkflow(browser: Browser, { editorUrl, login }: FlowHost): Promise<Buffer> {
  if (!login) throw new Error('n8n needs a log-in.');
  const context = await browser.newContext({
    viewport: { width: 1200, height: 1000 },
    deviceScaleFactor: 1.5,
  });
  const answer = await context.request.post(`${new URL(editorUrl).origin}/rest/login`, {
    data: { emailOrLdapLoginId: login.email, password: login.password },
  });
  if (!answer.ok()) throw new Error(`n8n refused the log-in: ${answer.status()}`);
  const page = await context.newPage();
  await page.goto(editorUrl);
  const parts = page.locator('.vue-flow__node');
  await parts.getByText('Show the call').waitFor();
  // n8n's checklist covers the workflow.
  await page.getByText('Production Checklist').waitFor();
  await page.keyboard.press('Escape');
  await page.addStyleTag({ content: '[data-radix-popper-content-wrapper] { display: none !important }' });
  await page.keyboard.press('1');
  // The canvas moves smoothly, without an event at the end.
  await page.waitForTimeout(2_000);
  const boxes = await Promise.all((await parts.all()).map((part) => part.boundingBox()));
  const seen = boxes.filter((box) => box !== null);
  const x = Math.min(...seen.map((box) => box.x)) - margin;
  const y = Math.min(...seen.map((box) => box.y)) - margin;
  const right = Math.max(...seen.map((box) => box.x + box.width)) + margin;
  const bottom = Math.max(...seen.map((box) => box.y + box.height)) + margin;
  return page.screenshot({ clip: { x, y, width: right - x, height: bottom - y } });
}
