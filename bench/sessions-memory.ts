/**
 * Memory per idle session, compared with bare `ws` connections: the slope over 1,000, 3,000 and
 * 10,000 of them.
 */
import { runBenchmark, type Options, type Series, type Verdict } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf, CLIENT } from './support/sides.ts';
import { fitLine, median } from './support/statistics.ts';
import { withWorkers } from './support/worker.ts';

const KB = 1_024;
/**
 * The slope of bare `ws` connections when the target was set, in kilobytes. How they were opened is
 * unknown.
 */
const USUAL_KB = 17.6;

/**
 * Users with thousands of agents have several per node; one node per agent is the most expensive
 * case.
 */
const AGENTS_PER_NODE = 10;

/** `watched` requests the configuration and detects dead connections, as any session must. */
const SIDES = ['core', 'single', 'bare', 'watched'] as const;
type Side = (typeof SIDES)[number];

interface Program {
  readonly script: string;
  readonly args: readonly string[];
  readonly label: string;
  readonly agents?: number;
}

const PROGRAM: Readonly<Record<Side, Program>> = {
  core: { script: CLIENT.core, args: [], label: 'core', agents: AGENTS_PER_NODE },
  single: { script: CLIENT.core, args: [], label: 'core, a node for each session', agents: 1 },
  bare: { script: CLIENT.bare, args: [], label: 'bare ws' },
  watched: { script: CLIENT.bare, args: ['configuration', 'ping'], label: 'ws with ping interval' },
};

interface Way {
  readonly label: string;
  /** How many are opened at a time; null: all. */
  readonly atOnce: number | null;
  /** Flags of Node.js. */
  readonly flags: readonly string[];
  readonly rounds: number;
}

/**
 * Our limiter starts 50 connections per second, so about ten are in progress on a line with a
 * latency of 0.2 s: hence the first two ways.
 *
 * Node.js lets the young generation grow to about 100 MB while connections open, and keeps it. The
 * first and the third way limit it, so that the slope shows the sessions' own memory.
 */
const WAYS: readonly Way[] = [
  { label: 'resident', atOnce: 10, flags: ['--max-semi-space-size=1'], rounds: 7 },
  { label: 'defaults of Node.js', atOnce: 10, flags: [], rounds: 3 },
  { label: 'resident, 100 at a time', atOnce: 100, flags: ['--max-semi-space-size=1'], rounds: 3 },
  { label: 'defaults, all dialled at once', atOnce: null, flags: [], rounds: 2 },
];

interface Memory {
  readonly rss: number;
  readonly heap: number;
}

/** The slopes of each side, in kilobytes, one of each round. */
interface Measured {
  readonly way: Way;
  readonly rss: (side: Side) => readonly number[];
  readonly heap: (side: Side) => readonly number[];
}

const TARGET = { at: 'most', value: 1.2 } as const;

await runBenchmark('sessions-memory', 'memory of an idle session, linear fit', async (options) => {
  const results: Measured[] = [];
  for (const way of WAYS) results.push(await measure(way, options));
  const [held] = results;
  if (held === undefined) throw new Error('Nothing was measured.');
  return { series: seriesOf(results, held), verdicts: verdictsOf(results, held) };
});

async function measure(way: Way, { quick, progress }: Options): Promise<Measured> {
  const counts = quick ? [500, 1_000, 3_000] : [1_000, 3_000, 10_000];
  const measured = await inRounds(quick ? 1 : way.rounds, SIDES, (side, round) => {
    progress(`${way.label}, round ${round + 1}: ${side}`);
    return slopesOf(side, way, counts);
  });
  return {
    way,
    rss: (side) => measured[side].map((one) => one.rss),
    heap: (side) => measured[side].map((one) => one.heap),
  };
}

/** In kilobytes per session. */
async function slopesOf(side: Side, way: Way, counts: readonly number[]): Promise<Memory> {
  const points: (Memory & { readonly count: number })[] = [];
  for (const count of counts) points.push({ count, ...(await memoryOf(side, count, way)) });
  return {
    rss: fitLine(points.map(({ count, rss }) => ({ x: count, y: rss }))).slope / KB,
    heap: fitLine(points.map(({ count, heap }) => ({ x: count, y: heap }))).slope / KB,
  };
}

function seriesOf(results: readonly Measured[], held: Measured): Series[] {
  return [
    ...results.flatMap(({ way, rss }) =>
      SIDES.map((side) => ({
        label: `${PROGRAM[side].label}, ${way.label}`,
        unit: 'KB',
        values: rss(side),
      })),
    ),
    ...SIDES.map((side) => ({
      label: `${PROGRAM[side].label}, heap and buffers`,
      unit: 'KB',
      values: held.heap(side),
    })),
  ];
}

function verdictsOf(results: readonly Measured[], held: Measured): Verdict[] {
  const verdict = (label: string, rest: Omit<Verdict, 'label' | 'unit'>): Verdict => ({
    label,
    unit: '×',
    ...rest,
  });
  return [
    ...results.flatMap(({ way: { label }, rss }) => [
      verdict(`${label}, core ÷ bare ws`, { ...ratioOf(rss('core'), rss('bare')), target: TARGET }),
      verdict(`${label}, core ÷ ws with ping interval`, {
        ...ratioOf(rss('core'), rss('watched')),
        target: TARGET,
      }),
      verdict(`${label}, core with a node for each session ÷ bare ws`, ratioOf(rss('single'), rss('bare'))),
    ]),
    verdict(`resident, core ÷ ${USUAL_KB} KB`, {
      value: median(held.rss('core')) / USUAL_KB,
      target: TARGET,
    }),
    verdict('heap, core ÷ bare ws', ratioOf(held.heap('core'), held.heap('bare'))),
  ];
}

async function memoryOf(side: Side, sessions: number, { atOnce, flags }: Way): Promise<Memory> {
  const { script, args, agents = 1 } = PROGRAM[side];
  return withWorkers(async (start) => {
    const server = start('wire/server.ts');
    const client = start(script, args, ['--expose-gc', ...flags]);
    await client.ask({
      do: 'open',
      url: await addressOf(server),
      sessions,
      agents,
      atOnce: atOnce ?? sessions,
    });
    const memory = await client.ask({ do: 'memory' });
    return { rss: numberIn(memory, 'rss'), heap: numberIn(memory, 'heap') };
  });
}
