import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { fail, none, pass, type Finding } from './finding.ts';
import type { PackedPackage } from './packed-package.ts';

/** How a library's manifest points to its code and types: publint, strictly. */
export async function checkExports({ tarball, manifest }: PackedPackage): Promise<Finding[]> {
  const bytes = await readFile(tarball);
  const { messages } = await publint({
    pack: { tarball: new Uint8Array(bytes).buffer },
    strict: true,
  });
  const texts = messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
  return [none('publint finds nothing', texts)];
}

/**
 * Whether every way to import a library finds its types: are-the-types-wrong.
 *
 * With its profile `esm-only`, since these libraries are ES modules alone: they ask for Node 20 or
 * newer, whose CommonJS loads them with `require` (20.19, 22.12) or `import()`, and TypeScript's
 * oldest resolution (`node10`) knows no `exports` at all.
 */
export function checkTypes({ tarball }: PackedPackage): Finding[] {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const cli = path.join(path.dirname(manifest), 'dist/index.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'],
    { encoding: 'utf8' },
  );
  if (status === 0) return [pass('are-the-types-wrong finds nothing (profile esm-only)')];
  return [fail(`are-the-types-wrong: ${stdout}${stderr}`)];
}
