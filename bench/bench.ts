/**
 * Runs all benchmarks, or the named ones: `npm run bench -- [--quick] [name …]`. Each runs in its
 * own process, as it also does alone (`npx tsx bench/<name>.ts`). A failed one does not stop the
 * others.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { resultsFolder } from './support/benchmark.ts';
import { fieldsOf } from './support/fields.ts';

const folder = import.meta.dirname;

async function main(): Promise<void> {
  const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const known = await benchmarks();
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  const chosen = named.length === 0 ? known : named;
  const failed: string[] = [];
  const startedAt = Date.now();
  for (const name of chosen) if (!(await run(name, options))) failed.push(name);
  await summarize(
    chosen.filter((name) => !failed.includes(name)),
    startedAt,
  );
  console.log(`\nAll of it took ${((Date.now() - startedAt) / 60_000).toFixed(1)} minutes.`);
  if (failed.length > 0) {
    console.error(`These could not be measured: ${failed.join(', ')}.`);
    process.exitCode = 1;
  }
}

/** Every other file in this folder is a benchmark. */
async function benchmarks(): Promise<string[]> {
  const names: string[] = [];
  for await (const file of glob('*.ts', { cwd: folder })) names.push(path.basename(file, '.ts'));
  return names.filter((name) => name !== 'bench').sort();
}

async function run(name: string, options: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(folder, `${name}.ts`), ...options], {
    stdio: 'inherit',
  });
  await once(child, 'exit');
  return child.exitCode === 0;
}

/** One line for each target. */
async function summarize(names: readonly string[], since: number): Promise<void> {
  console.log('\nTargets');
  for (const name of names) {
    const text = await readFile(path.join(resultsFolder, `${name}.json`), 'utf8').catch(() => '{}');
    const { verdicts, at } = fieldsOf(JSON.parse(text));
    if (!Array.isArray(verdicts) || Date.parse(String(at)) < since) continue;
    for (const verdict of verdicts) {
      const { label, value, unit, ok, target } = fieldsOf(verdict);
      if (typeof value !== 'number' || typeof ok !== 'boolean') continue;
      const aim = fieldsOf(target);
      const bound = `${aim['at'] === 'least' ? '≥' : '≤'} ${String(aim['value'])}`;
      console.log(
        `  ${name.padEnd(20)} ${String(label).padEnd(48)} ${value.toFixed(2).padStart(8)} ${String(unit)} ${bound}  ${ok ? 'ok' : 'SHORT'}`,
      );
    }
  }
}

await main();
