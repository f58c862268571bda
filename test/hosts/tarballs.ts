import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { artifacts } from '../../scripts/paths.ts';

/** The packed packages as they would be published. `npm run pack` writes them. */
export async function tarball(name: 'n8n' | 'node-red'): Promise<string> {
  const prefix = name === 'n8n' ? 'n8n-nodes-accolades-' : 'accolades-flow-node-red-accolades-';
  const files = await readdir(artifacts).catch(() => []);
  const file = files.find((entry) => entry.startsWith(prefix) && entry.endsWith('.tgz'));
  if (file === undefined) throw new Error(`artifacts/ holds no ${prefix}*.tgz. Run "npm run pack" first.`);
  return path.join(artifacts, file);
}
