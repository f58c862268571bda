import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../../hosts/paths.ts';

/** The packed Node-RED palette. @throws when it was not packed */
export function nodeRedTarball(): Promise<string> {
  return tarball(/^accolades-flow-node-red-accolades-.*\.tgz$/);
}

/** The packed n8n package. @throws when it was not packed */
export function n8nTarball(): Promise<string> {
  return tarball(/^n8n-nodes-accolades-.*\.tgz$/);
}

async function tarball(pattern: RegExp): Promise<string> {
  const folder = path.join(repositoryRoot, 'artifacts');
  const names = await readdir(folder).catch(() => []);
  const name = names.find((candidate) => pattern.test(candidate));
  if (name === undefined) throw new Error('The packages are not packed: run `npm run pack` first.');
  return path.join(folder, name);
}
