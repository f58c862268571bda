/**
 * Builds the n8n package into `dist`: each node and credential as a CommonJS module, what they
 * share in `dist/shared`, icons and codex files beside. Core and its dependencies are bundled in,
 * so that the package needs nothing but n8n itself.
 */
import { cp, glob, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown, type RolldownOutput } from 'rolldown';
import { bundledPackages } from './licences/bundled-packages.ts';
import { formatLicences, LICENCE_FILE } from './licences/licence-file.ts';
import { leanBundle } from './lean-bundle.ts';
import { coreEntries, root } from './paths.ts';

const target = path.join(root, 'dist');

/**
 * Shared code in several files: V8 allocates one large source separately, while small ones fit into
 * memory that n8n has already.
 */
const SHARED = [
  { name: 'phone-numbers', test: /[\\/]node_modules[\\/]libphonenumber-js[\\/]/, priority: 2 },
  {
    name: 'network',
    test: /[\\/]node_modules[\\/](?:ws|https-proxy-agent|agent-base|proxy-from-env|debug|ms)[\\/]/,
    priority: 2,
  },
  { name: 'libraries', test: /[\\/]node_modules[\\/](?!re2js[\\/])/, priority: 1 },
  { name: 'core', test: /[\\/]core[\\/]/ },
];

export async function buildN8n(): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const bundled = await bundle(await find('nodes/*/*.node.ts', 'credentials/*.credentials.ts'));
  // Next to the bundle it describes.
  const licences = formatLicences(await bundledPackages([bundled]));
  await writeFile(path.join(target, 'shared', LICENCE_FILE), licences);
  for (const file of await find('nodes/*/*.svg', 'nodes/*/*.node.json', 'credentials/*.svg')) {
    await cp(path.join(root, file), path.join(target, file));
  }
}

async function bundle(entries: readonly string[]): Promise<RolldownOutput> {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), path.join(root, file)])),
    platform: 'node',
    plugins: [...leanBundle],
    resolve: { alias: coreEntries },
    transform: { target: 'node20' },
    // n8n provides n8n-workflow; the others are optional native helpers of ws.
    external: ['n8n-workflow', 'bufferutil', 'utf-8-validate'],
    onLog: failOnWarning,
  });
  const output = await build.write({
    dir: target,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    codeSplitting: { groups: SHARED },
    // Keep names and lines for reviewers and stack traces.
    minify: { compress: true, mangle: false, codegen: false },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
  return output;
}

/** Files by patterns relative to the repository, sorted. */
async function find(...patterns: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob([...patterns], { cwd: root })) files.push(file.replaceAll(path.sep, '/'));
  return files.sort();
}

function failOnWarning(level: string, log: { readonly message: string }): void {
  if (level === 'warn') throw new Error(log.message);
}
