import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../../hosts/paths.ts';
import { describeMachine, machineLine } from './machine.ts';
import { spreadOf } from './statistics.ts';

/** A measured quantity, with one value per round. */
export interface Series {
  readonly label: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** A figure with a target, or without one for information. */
export interface Verdict {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** The figure in each round, if there are rounds. */
  readonly rounds?: readonly number[];
  readonly target?: { readonly at: 'least' | 'most'; readonly value: number };
}

export interface Result {
  readonly series: readonly Series[];
  readonly verdicts: readonly Verdict[];
  readonly notes?: readonly string[];
}

export interface Options {
  /** A short run, as in CI: fewer rounds, smaller numbers. */
  readonly quick: boolean;
  /** Reports the progress. */
  readonly progress: (text: string) => void;
}

/** The folder for results, as JSON. */
export const resultsFolder = path.join(repositoryRoot, '.tmp', 'bench');

/** Runs this benchmark, prints its table and writes `.tmp/bench/<name>.json`. */
export async function runBenchmark(
  name: string,
  title: string,
  measure: (options: Options) => Promise<Result>,
): Promise<void> {
  const quick = process.argv.includes('--quick');
  const machine = describeMachine();
  const startedAt = Date.now();
  console.log(`\n${name}: ${title}${quick ? ' (quick)' : ''}`);
  console.log(`  ${machineLine(machine)}`);
  const progress = (text: string): void => {
    if (process.stdout.isTTY) console.log(`  … ${text}`);
  };
  const result = await measure({ quick, progress });
  for (const line of tableOf(result)) console.log(`  ${line}`);
  const seconds = (Date.now() - startedAt) / 1000;
  console.log(`  (${seconds.toFixed(0)} s)`);
  await mkdir(resultsFolder, { recursive: true });
  const verdicts = result.verdicts.map((verdict) => ({ ...verdict, ok: isMet(verdict) }));
  const report = { name, title, quick, at: new Date(startedAt).toISOString(), seconds, machine };
  await writeFile(
    path.join(resultsFolder, `${name}.json`),
    `${JSON.stringify({ ...report, ...result, verdicts }, undefined, 2)}\n`,
  );
}

/** Null when there is no target. */
function isMet({ value, target }: Verdict): boolean | null {
  if (target === undefined) return null;
  return target.at === 'least' ? value >= target.value : value <= target.value;
}

function tableOf({ series, verdicts, notes = [] }: Result): string[] {
  const width = Math.max(...[...series, ...verdicts].map(({ label }) => label.length));
  return [
    ...series.map(({ label, unit, values }) => {
      const { median, min, max } = spreadOf(values);
      const range = values.length > 1 ? `  (${show(min)} … ${show(max)}, ${values.length} rounds)` : '';
      return `${label.padEnd(width)}  ${show(median).padStart(9)} ${unit}${range}`;
    }),
    ...verdicts.map((verdict) => {
      const { label, value, unit, rounds = [], target } = verdict;
      const range =
        rounds.length > 1 ? `  (${show(Math.min(...rounds))} … ${show(Math.max(...rounds))})` : '';
      const aim =
        target === undefined
          ? ''
          : `  target ${target.at === 'least' ? '≥' : '≤'} ${show(target.value)}: ${isMet(verdict) === true ? 'ok' : 'SHORT'}`;
      return `${label.padEnd(width)}  ${show(value).padStart(9)} ${unit}${range}${aim}`;
    }),
    ...notes,
  ];
}

/** Rounds to three significant digits. */
function show(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 4);
}
