import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isObject, parseJson } from '../hosts/guards.ts';
import { repositoryRoot } from '../hosts/paths.ts';

/** The sources of the built nodes, relative to the repository. */
const sources = [
  'nodes',
  'credentials',
  'packages/core/src',
  'packages/node-red/src',
  'packages/node-red/package.json',
  'package.json',
  'scripts',
];

/** The folders of the packages that users install into a host. */
export const packageFolders = {
  'node-red': path.join(repositoryRoot, 'packages', 'node-red'),
  n8n: repositoryRoot,
} as const;

/**
 * Builds the host's package when a file that the host loads is missing or older than a source.
 * Builds only that package, which takes a second or two.
 *
 * @param onBuild called with the reason before a build
 * @throws the error of the build
 */
export async function buildIfNeeded(
  host: keyof typeof packageFolders,
  onBuild: (reason: string) => void,
): Promise<void> {
  const reason = await reasonToBuild(packageFolders[host]);
  if (reason === undefined) return;
  onBuild(reason);
  // Loaded on demand: the bundler is large and rarely needed.
  if (host === 'n8n') await (await import('../scripts/build-n8n.ts')).buildN8n();
  else await (await import('../scripts/build-node-red.ts')).buildNodeRed();
}

async function reasonToBuild(packageFolder: string): Promise<string | undefined> {
  let oldest = Number.POSITIVE_INFINITY;
  for (const file of await builtFiles(packageFolder)) {
    const modified = await modifiedAt(path.join(packageFolder, file));
    if (modified === undefined) return 'not built yet';
    oldest = Math.min(oldest, modified);
  }
  for (const source of sources) {
    if ((await newestIn(path.join(repositoryRoot, source))) > oldest) return 'the sources have changed';
  }
  return undefined;
}

/** The files that a host loads, as listed in the package's manifest. */
async function builtFiles(packageFolder: string): Promise<string[]> {
  const manifest = path.join(packageFolder, 'package.json');
  const content = parseJson(await readFile(manifest, 'utf8'), manifest);
  if (!isObject(content)) return [];
  const n8n = isObject(content['n8n']) ? content['n8n'] : {};
  const nodeRed = isObject(content['node-red']) ? content['node-red'] : {};
  const lists = [n8n['nodes'], n8n['credentials'], nodeRed['nodes']];
  return lists
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : isObject(list) ? Object.values(list) : []))
    .filter((file) => typeof file === 'string');
}

async function newestIn(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  let newest = 0;
  for (const entry of await readdir(file)) {
    if (entry !== 'node_modules') newest = Math.max(newest, await newestIn(path.join(file, entry)));
  }
  return newest;
}

async function modifiedAt(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.mtimeMs;
}
