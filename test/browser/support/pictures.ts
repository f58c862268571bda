import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { repositoryRoot } from '../../../hosts/paths.ts';

/**
 * The pictures in the README and the guides. `ACCOLADES_SCREENSHOTS=docs/images npm run
 * test:browser` creates them again.
 */
const SHOWN: readonly string[] = [
  'node-red-flow',
  'node-red-agent',
  'node-red-several-agents',
  'n8n-workflow',
  'n8n-credential',
  'n8n-item',
];

/** The largest picture in the repository, in bytes. */
const MAX_SHOWN_BYTES = 200_000;

const shownFolder = process.env['ACCOLADES_SCREENSHOTS'];
const otherFolder = path.join(repositoryRoot, '.tmp/screenshots');

/** Takes a screenshot of a page, as `<name>.png`, for inspection or for the documentation. */
export async function picture(page: Page, name: string): Promise<void> {
  const shown = shownFolder !== undefined && SHOWN.includes(name);
  const folder = shown ? path.resolve(repositoryRoot, shownFolder) : otherFolder;
  const file = path.join(folder, `${name}.png`);
  await mkdir(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file });
  if (!shown) return;
  const { size } = await stat(file);
  if (size > MAX_SHOWN_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MAX_SHOWN_BYTES}.`);
}
