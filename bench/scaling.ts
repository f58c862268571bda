/** How the cost grows with the number of sessions, and with the number of nodes per session. */
import { runBenchmark, type Series, type Verdict } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { addressOf, CLIENT } from './support/sides.ts';
import { growthExponent, median, type Point } from './support/statistics.ts';
import { withWorkers } from './support/worker.ts';

const MB = 1_024 * 1_024;
/** Allows for measurement noise above linear growth. */
const LINEAR = 1.05;

interface Cost {
  /** Processor time per call from the server, in microseconds. */
  readonly micros: number;
  /** Resident memory, in bytes. */
  readonly memory: number;
}

await runBenchmark(
  'scaling',
  'cost against the number of sessions, and of nodes per session',
  async ({ quick, progress }) => {
    const rounds = quick ? 1 : 3;
    const sessions = quick ? [1, 10, 100, 1_000] : [1, 10, 100, 1_000, 10_000];
    const nodes = quick ? [1, 10, 100] : [1, 10, 100, 1_000];
    const bySessions = new Map<number, Cost[]>();
    const byNodes = new Map<number, Cost[]>();
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1}`);
      for (const count of sessions)
        push(bySessions, count, await measure(count, 1, quick ? 50_000 : 200_000));
      for (const count of nodes)
        push(byNodes, count, await measure(1, count, Math.max(2_000, 200_000 / count)));
    }
    return {
      series: [...seriesOf(bySessions, 'sessions'), ...seriesOf(byNodes, 'nodes on a session')],
      verdicts: [
        exponent(
          'time per call over sessions',
          pointsOf(bySessions, ({ micros }) => micros),
        ),
        exponent(
          'memory over sessions',
          pointsOf(bySessions, ({ memory }) => memory),
        ),
        exponent(
          'time per call over nodes',
          pointsOf(byNodes, ({ micros }) => micros),
        ),
        exponent(
          'memory over nodes',
          pointsOf(byNodes, ({ memory }) => memory),
        ),
      ],
    };
  },
);

async function measure(sessions: number, nodes: number, frames: number): Promise<Cost> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts');
    const client = start(CLIENT.core, [], ['--expose-gc']);
    await client.ask({ do: 'open', url: await addressOf(server), sessions, nodes });
    // Each session gets the same number of calls, at least one.
    const calls = Math.ceil(frames / sessions) * sessions;
    let micros = 0;
    for (const repeat of ['warm-up', 'measured']) {
      await client.ask({ do: 'expect', calls: calls * nodes });
      const before = numberIn(await client.ask({ do: 'cpu' }), 'ms');
      await Promise.all([server.ask({ do: 'blast', frames: calls }), client.ask({ do: 'counted' })]);
      const after = numberIn(await client.ask({ do: 'cpu' }), 'ms');
      if (repeat === 'measured') micros = ((after - before) * 1_000) / calls;
    }
    return { micros, memory: numberIn(await client.ask({ do: 'memory' }), 'rss') };
  });
}

function push(costs: Map<number, Cost[]>, count: number, cost: Cost): void {
  costs.set(count, [...(costs.get(count) ?? []), cost]);
}

function seriesOf(costs: ReadonlyMap<number, readonly Cost[]>, what: string): Series[] {
  return [...costs].flatMap(([count, measured]) => [
    { label: `${count} ${what}, time`, unit: 'µs a call', values: measured.map(({ micros }) => micros) },
    { label: `${count} ${what}, memory`, unit: 'MB', values: measured.map(({ memory }) => memory / MB) },
  ]);
}

function pointsOf(costs: ReadonlyMap<number, readonly Cost[]>, of: (cost: Cost) => number): Point[] {
  return [...costs].map(([x, measured]) => ({ x, y: median(measured.map(of)) }));
}

function exponent(label: string, points: readonly Point[]): Verdict {
  return { label, unit: '(exponent)', value: growthExponent(points), target: { at: 'most', value: LINEAR } };
}
