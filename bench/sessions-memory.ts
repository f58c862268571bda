/**
 * Memory per idle session, compared with bare `ws` connections: the slope over 1,000, 3,000 and
 * 10,000 of them.
 */
import { runBenchmark } from './support/benchmark.ts';
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

await runBenchmark(
  'sessions-memory',
  'memory of an idle session, linear fit',
  async ({ quick, progress }) => {
    const counts = quick ? [500, 1_000, 3_000] : [1_000, 3_000, 10_000];
    const slopes = async (side: Side, way: Way): Promise<Memory> => {
      const points = [];
      for (const count of counts) points.push({ count, ...(await memoryOf(side, count, way)) });
      return {
        rss: fitLine(points.map(({ count, rss }) => ({ x: count, y: rss }))).slope / KB,
        heap: fitLine(points.map(({ count, heap }) => ({ x: count, y: heap }))).slope / KB,
      };
    };
    const results = [];
    for (const way of WAYS) {
      const measured = await inRounds(quick ? 1 : way.rounds, SIDES, (side, round) => {
        progress(`${way.label}, round ${round + 1}: ${side}`);
        return slopes(side, way);
      });
      const rss = (side: Side): number[] => measured[side].map((one) => one.rss);
      const heap = (side: Side): number[] => measured[side].map((one) => one.heap);
      results.push({ way, rss, heap });
    }
    const [held] = results;
    const target = { at: 'most', value: 1.2 } as const;
    return {
      series: [
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
          values: held?.heap(side) ?? [],
        })),
      ],
      verdicts: [
        ...results.flatMap(({ way, rss }) => [
          { label: `${way.label}, core ÷ bare ws`, unit: '×', ...ratioOf(rss('core'), rss('bare')), target },
          {
            label: `${way.label}, core ÷ ws with ping interval`,
            unit: '×',
            ...ratioOf(rss('core'), rss('watched')),
            target,
          },
          {
            label: `${way.label}, core with a node for each session ÷ bare ws`,
            unit: '×',
            ...ratioOf(rss('single'), rss('bare')),
          },
        ]),
        {
          label: `resident, core ÷ ${USUAL_KB} KB`,
          unit: '×',
          value: median(held?.rss('core') ?? []) / USUAL_KB,
          target,
        },
        {
          label: 'heap, core ÷ bare ws',
          unit: '×',
          ...ratioOf(held?.heap('core') ?? [], held?.heap('bare') ?? []),
        },
      ],
    };
  },
);

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
