import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { repositoryRoot } from './paths.ts';

/** The Node.js that the hosts run on. */
export interface NodeRuntime {
  /** The executable. */
  executable: string;
  /** The folder with `include/node`: what `node-gyp --nodedir` is given to build native modules for this Node.js. */
  headers: string | undefined;
  /** The environment with this Node.js first on the PATH, so that `npm` and `npx` run on it too. */
  env: NodeJS.ProcessEnv;
}

/**
 * Finds the Node.js of the repository's devDependency `node` (the hosts need a newer one than a machine may have), or
 * else the one that runs this process.
 */
export function nodeRuntime(): NodeRuntime {
  const found = devDependencyRuntime() ?? {
    executable: process.execPath,
    headers: withHeaders(path.resolve(path.dirname(process.execPath), '..')),
  };
  const pathEntries = [path.dirname(found.executable), process.env['PATH'] ?? ''];
  return { ...found, env: { ...cleanEnvironment(), PATH: pathEntries.join(path.delimiter) } };
}

function devDependencyRuntime(): Omit<NodeRuntime, 'env'> | undefined {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const fromRoot = createRequire(path.join(repositoryRoot, 'package.json'));
  try {
    const fromNode = createRequire(fromRoot.resolve('node/package.json'));
    const directory = path.dirname(fromNode.resolve(`node-${platform}-${process.arch}/package.json`));
    const executable = path.join(directory, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(executable) ? { executable, headers: withHeaders(directory) } : undefined;
  } catch {
    return undefined;
  }
}

function withHeaders(directory: string): string | undefined {
  return existsSync(path.join(directory, 'include', 'node', 'node.h')) ? directory : undefined;
}

/**
 * This process's environment without what an enclosing `npm run` or test runner put there for itself: a host must not
 * start with another package's npm settings or with this process's loaders.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(?!config_(registry|cafile|proxy|https_proxy|noproxy|cache)$)|NODE_OPTIONS$|NODE_ENV$|TSX_|MOCHA)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
