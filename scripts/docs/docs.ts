/**
 * `npm run docs`: writes the pages of `docs/` that come from other sources: a page for each node,
 * from its help text and the parameters of its counterpart in n8n, and the tables of all statuses.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';
import { generatedPages } from './generated-pages.ts';

for (const [file, text] of await generatedPages()) {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
  console.log(file);
}
