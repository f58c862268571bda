import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isObject, objectFrom, optionalString, parseJson, stringFrom } from '../guards.ts';
import { installNode } from '../install-node.ts';
import { installOnce } from '../install-once.ts';
import { nodeRuntime } from '../node-runtime.ts';
import { npmCommand } from '../packages.ts';
import { hostsDirectory, repositoryRoot } from '../paths.ts';
import { runCommand } from '../processes.ts';

export interface InstallOptions {
  version?: string;
  /** Called with lines that say what is being done. */
  onProgress?: (line: string) => void;
}

export interface InstalledNodeRed {
  version: string;
  directory: string;
  /** The script to run with Node.js. */
  bin: string;
  /** The Node.js to run it with. */
  executable: string;
}

/**
 * Finds Node-RED (the repository's own devDependency when the version is that one, or none is asked
 * for), or installs one of the versions in `hosts/node-red/versions` into
 * `.hosts/node-red-<version>` from its committed lock file.
 */
export async function installNodeRed({
  version,
  onProgress,
}: InstallOptions = {}): Promise<InstalledNodeRed> {
  const own = await devDependency();
  if (own && (version === undefined || version === own.version)) return own;
  if (version === undefined)
    throw new Error('Node-RED is not among the installed devDependencies: run npm ci');

  const recipe = path.join(repositoryRoot, 'hosts', 'node-red', 'versions', version);
  if (!existsSync(path.join(recipe, 'package-lock.json'))) {
    throw new Error(`There is no recipe for Node-RED ${version} in ${path.dirname(recipe)}`);
  }
  const directory = path.join(hostsDirectory, `node-red-${version}`);
  const recipeFiles = ['package.json', 'package-lock.json'].map((name) => path.join(recipe, name));
  await installOnce({ name: `Node-RED ${version}`, directory, recipeFiles, onProgress }, async () => {
    for (const file of recipeFiles) await copyFile(file, path.join(directory, path.basename(file)));
    await runCommand({
      name: `npm ci of Node-RED ${version}`,
      command: npmCommand,
      args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'],
      cwd: directory,
      env: nodeRuntime().env,
      deadlineMs: 300_000,
    });
  });
  const executable = await executableOf(recipe, onProgress);
  return { version, directory, bin: path.join(directory, 'node_modules', 'node-red', 'red.js'), executable };
}

/** Old versions need an old Node.js: `engines` in their package.json names the exact version. */
async function executableOf(recipe: string, onProgress?: (line: string) => void): Promise<string> {
  const manifest = path.join(recipe, 'package.json');
  const { engines } = objectFrom(parseJson(await readFile(manifest, 'utf8'), manifest), manifest);
  const version = isObject(engines) ? optionalString(engines['node']) : undefined;
  return version === undefined
    ? nodeRuntime().executable
    : (await installNode(version, onProgress)).executable;
}

async function devDependency(): Promise<InstalledNodeRed | undefined> {
  try {
    const manifest = createRequire(path.join(repositoryRoot, 'package.json')).resolve(
      'node-red/package.json',
    );
    const content = objectFrom(parseJson(await readFile(manifest, 'utf8'), manifest), manifest);
    const directory = path.dirname(manifest);
    const version = stringFrom(content['version'], `${manifest}: version`);
    return { version, directory, bin: path.join(directory, 'red.js'), executable: nodeRuntime().executable };
  } catch {
    return undefined;
  }
}
