/**
 * Builds everything that is published, each into its package's `dist`: core and simulator with the
 * TypeScript compiler, the two node packages and the browser connector as bundles that hold core.
 */
import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildConnector } from './build-connector.ts';
import { buildN8n } from './build-n8n.ts';
import { buildNodeRed } from './build-node-red.ts';
import { root } from './paths.ts';

async function main(): Promise<void> {
  const startedAt = performance.now();
  await step('core', () => compile('packages/core'));
  await step('simulator', async () => {
    await compile('packages/simulator');
    await cp(
      path.join(root, 'packages/simulator/src/console/page'),
      path.join(root, 'packages/simulator/dist/console/page'),
      {
        recursive: true,
      },
    );
  });
  await step('n8n', buildN8n);
  await step('node-red', buildNodeRed);
  await step('connector', buildConnector);
  console.log(`Built in ${seconds(startedAt)}.`);
}

async function step(name: string, build: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await build();
  console.log(`  ${name.padEnd(10)} ${seconds(startedAt)}`);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

async function compile(packageFolder: string): Promise<void> {
  const folder = path.join(root, packageFolder);
  await rm(path.join(folder, 'dist'), { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(folder, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${packageFolder} does not compile.`);
}

await main();
