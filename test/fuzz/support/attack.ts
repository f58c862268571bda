import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

/** `ACCOLADES_RUNS=1000000` is what CI runs; each suite takes its share of it. A failure prints its seed. */
const RUNS = Number(process.env['ACCOLADES_RUNS'] ?? 5_000);
/** No single case may take longer, in milliseconds of processor time; generous, since the garbage collector counts, too. */
const MAX_CASE_MS = 1_000;
/** What may stay in use after all cases, in MiB: caches are bounded. */
const MAX_HEAP_GROWTH_MIB = 64;
/** Between two batches, what was promised is settled; in one go, a million cases would hold on to a million promises. */
const BATCH = 10_000;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** The kinds of input that a suite generates, each with how often it comes against the others. */
export type Classes<T> = Readonly<Record<string, { readonly weight: number; readonly of: fc.Arbitrary<T> }>>;

/** How many cases make this share of the whole. */
export function casesOf(share: number): number {
  return Math.max(1, Math.ceil(RUNS * share));
}

/** For mocha: more than any share may take, in milliseconds. */
export const ATTACK_TIMEOUT_MS = Math.max(60_000, RUNS * 2);

/**
 * Gives `judge` inputs of all classes, and prints how many, how fast and how much memory stayed in use.
 * @throws when `judge` throws, when a case takes too long, or when memory grows
 */
export async function attack<T>(
  what: string,
  share: number,
  classes: Classes<T>,
  judge: (input: T) => void,
): Promise<void> {
  await run(what, share, classes, async (input, runs, note) => {
    const timed = (value: T): void => {
      const start = process.cpuUsage();
      judge(value);
      note(millisecondsSince(start));
    };
    fc.assert(
      fc.property(input, ({ value }) => {
        timed(value);
      }),
      { numRuns: runs },
    );
    await new Promise((resolve) => setImmediate(resolve));
  });
}

/** The same, for what takes a promise's time. */
export async function attackAsync<T>(
  what: string,
  share: number,
  classes: Classes<T>,
  judge: (input: T) => Promise<void>,
): Promise<void> {
  await run(what, share, classes, async (input, runs, note) => {
    await fc.assert(
      fc.asyncProperty(input, async ({ value }) => {
        const start = process.cpuUsage();
        await judge(value);
        note(millisecondsSince(start));
      }),
      { numRuns: runs },
    );
  });
}

async function run<T>(
  what: string,
  share: number,
  classes: Classes<T>,
  batch: (
    input: fc.Arbitrary<{ readonly value: T }>,
    runs: number,
    note: (ms: number) => void,
  ) => Promise<void>,
): Promise<void> {
  const cases = casesOf(share);
  const counts = new Map<string, number>();
  let slowest = 0;
  const input = fc.oneof(
    ...Object.entries(classes).map(([name, { weight, of }]) => ({
      weight: Math.max(1, Math.round(weight * 1_000)),
      arbitrary: of.map((value) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        return { value };
      }),
    })),
  );
  const before = heapMiB();
  const began = performance.now();
  for (let done = 0; done < cases; done += BATCH) {
    await batch(input, Math.min(BATCH, cases - done), (ms) => {
      slowest = Math.max(slowest, ms);
      if (ms > MAX_CASE_MS) throw new Error(`One case took ${ms} ms.`);
    });
  }
  const seconds = (performance.now() - began) / 1_000;
  const after = heapMiB();
  const classesRun = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
  console.log(
    `      ${cases} ${what} in ${seconds.toFixed(1)} s (${Math.round(cases / seconds)} a second), ` +
      `slowest ${slowest.toFixed(1)} ms, heap ${before.toFixed(1)} -> ${after.toFixed(1)} MiB\n` +
      `        of which ${classesRun.join(', ')}`,
  );
  if (after - before > MAX_HEAP_GROWTH_MIB) throw new Error(`The heap grew by ${after - before} MiB.`);
}

function heapMiB(): number {
  if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function millisecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
