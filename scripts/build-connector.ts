/**
 * Builds the browser connector into `packages/connector/dist`: `index.html` and one script, and the
 * zip of both that an administrator uploads into Accolades. The same sources give the same bytes.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { rolldown } from 'rolldown';
import { bundledPackages } from './licences/bundled-packages.ts';
import { formatLicences } from './licences/licence-file.ts';
import { connectorZip, coreEntries, root } from './paths.ts';

const source = path.join(root, 'packages/connector/src');
const target = path.dirname(connectorZip);

export async function buildConnector(): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const files = await bundleConnector();
  for (const [name, text] of files) await writeFile(path.join(target, name), text);
  await writeFile(connectorZip, zipOf(files));
}

/** The files of the zip, by name. */
export async function bundleConnector(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['index.html', await readFile(path.join(source, 'index.html'), 'utf8')],
    ['old-browser.js', await readFile(path.join(source, 'old-browser.js'), 'utf8')],
    ['connector.js', await bundle()],
  ]);
}

async function bundle(): Promise<string> {
  const build = await rolldown({
    input: path.join(source, 'main.ts'),
    platform: 'browser',
    resolve: { alias: coreEntries },
    transform: { target: 'es2022' },
    // No module of core has side effects.
    treeshake: { moduleSideEffects: (id) => id.endsWith('main.ts') },
    onLog: failOnWarning,
  });
  const built = await build.generate({ format: 'iife', minify: true, comments: { legal: true } });
  await build.close();
  return licenceComment(formatLicences(await bundledPackages([built]))) + built.output[0].code;
}

/** Licences are inside the script: Accolades decides which files the zip may have. */
function licenceComment(text: string): string {
  return `/*!\n${text.replaceAll('*/', '* /')}*/\n`;
}

/**
 * Flat, with the earliest time of the format (1980) in place of the build's: the same bytes each
 * time.
 */
export function zipOf(files: ReadonlyMap<string, string>): Uint8Array {
  const encoder = new TextEncoder();
  const entries: Zippable = {};
  for (const [name, text] of files) entries[name] = encoder.encode(text);
  return zipSync(entries, { level: 9, mtime: new Date(1980, 0, 1) });
}

function failOnWarning(level: string, log: { readonly message: string }): void {
  if (level === 'warn') throw new Error(log.message);
}
