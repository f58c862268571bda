/**
 * Writes the tarball of every published package, and the zip of the browser connector, to
 * `artifacts/`, to be used as they are.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { artifacts, connectorZip, root } from './paths.ts';

/**
 * The n8n package is packed separately: its folder is the repository's, which has another
 * README.md.
 */
const N8N_FILES = [
  ['package.json', 'package.json'],
  ['LICENSE', 'LICENSE'],
  ['nodes/README.md', 'README.md'],
  ['dist', 'dist'],
] as const;
const OTHER_PACKAGES = ['packages/core', 'packages/node-red', 'packages/simulator'];

async function main(): Promise<void> {
  await rm(artifacts, { recursive: true, force: true });
  await mkdir(artifacts, { recursive: true });
  await packN8n();
  for (const folder of OTHER_PACKAGES) {
    const directory = path.join(root, folder);
    await cp(path.join(root, 'LICENSE'), path.join(directory, 'LICENSE'));
    await pack(directory);
  }
  const zip = path.basename(connectorZip);
  await cp(connectorZip, path.join(artifacts, zip));
  console.log(`${zip.padEnd(60)} ${((await stat(connectorZip)).size / 1024).toFixed(0).padStart(5)} KB`);
  console.log(`They are in ${path.relative(process.cwd(), artifacts)}${path.sep}`);
}

async function packN8n(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'accolades-n8n-'));
  try {
    for (const [from, to] of N8N_FILES)
      await cp(path.join(root, from), path.join(folder, to), { recursive: true });
    await pack(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pack(directory: string): Promise<void> {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', artifacts],
    { cwd: directory, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm pack failed in ${directory}:\n${stderr}`);
  const file = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? '';
  const { size } = await stat(path.join(artifacts, file));
  console.log(`${file.padEnd(60)} ${(size / 1024).toFixed(0).padStart(5)} KB`);
}

await main();
