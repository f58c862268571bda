/** Writes the tarball of every published package to `artifacts/`, to be installed as it is. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { artifacts, root } from './paths.ts';

const PACKAGES = ['.', 'packages/core', 'packages/node-red', 'packages/simulator'];

await rm(artifacts, { recursive: true, force: true });
await mkdir(artifacts, { recursive: true });
for (const folder of PACKAGES) {
  const directory = path.join(root, folder);
  if (folder !== '.') await cp(path.join(root, 'LICENSE'), path.join(directory, 'LICENSE'));
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', artifacts],
    { cwd: directory, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm pack failed in ${folder}:\n${stderr}`);
  const file = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? '';
  const { size } = await stat(path.join(artifacts, file));
  console.log(`${file.padEnd(60)} ${(size / 1024).toFixed(0).padStart(5)} KB`);
}
console.log(`They are in ${path.relative(process.cwd(), artifacts)}${path.sep}`);
