import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { objectFrom, parseJson, stringFrom } from './guards.ts';
import { repositoryRoot } from './paths.ts';

/** The Node.js that the hosts run on. */
export interface NodeRuntime {
  /** The executable. */
  executable: string;
  /** Its version without a `v`, e.g. `24.21.0`. */
  version: string;
  /** The environment with this Node.js first on the PATH, so that `npm` and `npx` run on it too. */
  env: NodeJS.ProcessEnv;
}

/**
 * Finds the Node.js of the repository's devDependency `node` (the hosts need a newer one than a
 * machine may have), or else the one that runs this process.
 */
export function nodeRuntime(): NodeRuntime {
  const found = devDependency() ?? { executable: process.execPath, version: process.versions.node };
  const pathEntries = [path.dirname(found.executable), process.env['PATH'] ?? ''];
  return { ...found, env: { ...cleanEnvironment(), PATH: pathEntries.join(path.delimiter) } };
}

function devDependency(): Omit<NodeRuntime, 'env'> | undefined {
  try {
    const manifest = createRequire(path.join(repositoryRoot, 'package.json')).resolve('node/package.json');
    const content = objectFrom(parseJson(readFileSync(manifest, 'utf8'), manifest), manifest);
    const executable = path.join(
      path.dirname(manifest),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
    if (!existsSync(executable)) return undefined;
    return { executable, version: stringFrom(content['version'], `${manifest}: version`) };
  } catch {
    return undefined;
  }
}

/**
 * This process's environment without what an enclosing `npm run` or test runner put there for
 * itself: a host must not start with another package's npm settings or with this process's loaders.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(?!config_(registry|cafile|proxy|https_proxy|noproxy|cache)$)|NODE_OPTIONS$|NODE_ENV$|TSX_|MOCHA)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
