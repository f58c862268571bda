import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

/** CI runs `ACCOLADES_RUNS=1000000`; each suite takes a share of it. A failure prints its seed. */
const RUNS = Number(process.env['ACCOLADES_RUNS'] ?? 5_000);
/**
 * The limit of a single case, in milliseconds of processor time; it allows for garbage collection.
 */
const MAX_CASE_MS = 1_000;
/** How much the heap may grow over all cases, in MiB; bounded caches may fill. */
const MAX_HEAP_GROWTH_MIB = 64;
/** Promises settle between two batches; otherwise a million cases would hold a million promises. */
const BATCH = 10_000;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** The kinds of input that a suite generates, with their relative frequency. */
export type Classes<T> = Readonly<Record<string, { readonly weight: number; readonly of: fc.Arbitrary<T> }>>;

/** The number of cases for a share of the whole. */
export function casesOf(share: number): number {
  return Math.max(1, Math.ceil(RUNS * share));
}

/** Mocha's timeout, longer than any share needs; in milliseconds. */
export const ATTACK_TIMEOUT_MS = Math.max(60_000, RUNS * 2);

/**
 * Feeds inputs of all classes to `judge`, and prints the count, the rate and the remaining memory.
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

/** Like {@link attack}, for asynchronous judges. */
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
