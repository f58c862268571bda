import { copyFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installOnce } from '../install-once.ts';
import { nodeHeaders } from '../install-node.ts';
import { nodeRuntime } from '../node-runtime.ts';
import { hostsDirectory, repositoryRoot } from '../paths.ts';
import { runCommand } from '../processes.ts';

/** The version of n8n that the product is developed against. */
export const defaultN8nVersion = '2.41.1';

export interface InstallN8nOptions {
  /** One of the folders in `hosts/n8n/versions` (default 2.41.1). */
  version?: string;
  /** Called with lines that say what is being done. */
  onProgress?: ((line: string) => void) | undefined;
}

export interface InstalledN8n {
  version: string;
  directory: string;
  /** The script to run with Node.js. */
  bin: string;
}

const versionsDirectory = path.join(repositoryRoot, 'hosts', 'n8n', 'versions');
const recipeNames = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'];

/**
 * Installs n8n into `<repository>/.hosts/n8n-<version>` from the committed lock file: about 2 GB
 * and two minutes the first time, milliseconds afterwards. Needs `npx`, and Python 3, make and a
 * C++ compiler for n8n's SQLite module.
 *
 * n8n is installed by pnpm because plain npm does not resolve it everywhere; no package's scripts
 * are run, and only sqlite3 is built.
 *
 * @throws Error with the last lines of the failing command.
 */
export async function installN8n(options: InstallN8nOptions = {}): Promise<InstalledN8n> {
  const version = options.version ?? defaultN8nVersion;
  const versions = await readdir(versionsDirectory);
  if (!versions.includes(version)) {
    throw new Error(
      `There is no recipe for n8n ${version} in ${versionsDirectory}, only for ${versions.join(', ')}`,
    );
  }
  const directory = path.join(hostsDirectory, `n8n-${version}`);
  const recipeFiles = recipeNames.map((name) => path.join(versionsDirectory, version, name));
  const runtime = nodeRuntime();
  const recipeText = `${process.platform} ${process.arch} ${runtime.version}`;
  const onProgress = options.onProgress;
  await installOnce({ name: `n8n ${version}`, directory, recipeFiles, recipeText, onProgress }, async () => {
    for (const file of recipeFiles) await copyFile(file, path.join(directory, path.basename(file)));
    onProgress?.(`n8n ${version}: downloading about 2 GB with pnpm`);
    await runCommand({
      name: `pnpm install of n8n ${version}`,
      command: process.platform === 'win32' ? 'npx.cmd' : 'npx',
      args: [
        '--yes',
        'pnpm@10',
        'install',
        '--frozen-lockfile',
        '--ignore-scripts',
        '--reporter=append-only',
      ],
      cwd: directory,
      env: { ...runtime.env, CI: '1' },
      deadlineMs: 15 * 60_000,
    });
    onProgress?.(`n8n ${version}: building its SQLite module (about a minute)`);
    await buildSqlite(directory, version, await nodeHeaders(onProgress));
  });
  return { version, directory, bin: path.join(directory, 'node_modules', 'n8n', 'bin', 'n8n') };
}

async function buildSqlite(directory: string, version: string, headers: string | undefined): Promise<void> {
  const runtime = nodeRuntime();
  const store = path.join(directory, 'node_modules', '.pnpm');
  const stored = (await readdir(store)).find((name) => name.startsWith('sqlite3@'));
  if (stored === undefined) throw new Error(`n8n ${version} was installed without sqlite3 in ${store}`);
  const manifest = path.join(store, stored, 'node_modules', 'sqlite3', 'package.json');
  const nodeGyp = createRequire(manifest).resolve('node-gyp/bin/node-gyp.js');
  const nodedir = headers === undefined ? [] : [`--nodedir=${headers}`];
  await runCommand({
    name: `building sqlite3 of n8n ${version} (needs Python 3, make and a C++ compiler)`,
    command: runtime.executable,
    args: [nodeGyp, 'rebuild', '--release', ...nodedir, '--jobs=max'],
    cwd: path.dirname(manifest),
    env: runtime.env,
    deadlineMs: 15 * 60_000,
  });
}
