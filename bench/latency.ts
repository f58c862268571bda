/** From sending a call to the user's code, at 1,000 calls per second. */
import { runBenchmark } from './support/benchmark.ts';
import { numberIn, type Fields } from './support/fields.ts';
import { MeasuredNodeRed, withFolder, type NodeRedSide } from './support/node-red.ts';
import { inRounds } from './support/rounds.ts';
import { addressOf, CLIENT, type Side } from './support/sides.ts';
import { median } from './support/statistics.ts';
import { until } from './support/until.ts';
import { withWorkers, type Worker } from './support/worker.ts';

const PER_SECOND = 1_000;
/** The warm-up, in seconds. */
const WARM_UP_S = 3;
/** How much later than a bare client's the 99th percentile may be, in milliseconds. */
const ALLOWED_MS = 1;

const LATENCY_SIDES = ['bare', 'core', 'nodeRedBare', 'nodeRed'] as const;
type LatencySide = (typeof LATENCY_SIDES)[number];
const LABEL: Readonly<Record<LatencySide, string>> = {
  bare: 'bare ws',
  core: 'core',
  nodeRedBare: 'bare ws in Node-RED',
  nodeRed: 'Node-RED',
};

interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

await runBenchmark(
  'latency',
  '1,000 calls a second, from the server to user code',
  async ({ quick, progress }) => {
    const seconds = quick ? 6 : 60;
    const measured = await inRounds(quick ? 1 : 3, LATENCY_SIDES, (side, round) => {
      progress(`round ${round + 1}: ${LABEL[side]}, ${seconds} s`);
      return measureSide(side, seconds);
    });
    const values = (side: LatencySide, of: (latency: Latency) => number): number[] => measured[side].map(of);
    const p99 = (side: LatencySide): number[] => values(side, (latency) => latency.p99);
    const later = (side: LatencySide, peer: LatencySide) => ({
      label: `${LABEL[side]}: p99 later than ${LABEL[peer]}`,
      unit: 'ms',
      value: median(p99(side)) - median(p99(peer)),
      rounds: p99(side).map((ours, round) => ours - (p99(peer)[round] ?? Number.NaN)),
    });
    const target = { at: 'most', value: ALLOWED_MS } as const;
    return {
      series: LATENCY_SIDES.flatMap((side) => [
        { label: `${LABEL[side]} p50`, unit: 'ms', values: values(side, ({ p50 }) => p50) },
        { label: `${LABEL[side]} p99`, unit: 'ms', values: p99(side) },
        { label: `${LABEL[side]} p99.9`, unit: 'ms', values: values(side, ({ p999 }) => p999) },
      ]),
      verdicts: [
        { ...later('core', 'bare'), target },
        { ...later('nodeRed', 'nodeRedBare'), target },
        later('nodeRed', 'bare'),
      ],
    };
  },
);

function measureSide(side: LatencySide, seconds: number): Promise<Latency> {
  switch (side) {
    case 'bare':
    case 'core':
      return client(side, seconds);
    case 'nodeRedBare':
      return nodeRed('bare', seconds);
    case 'nodeRed':
      return nodeRed('ours', seconds);
  }
}

async function client(side: Side, seconds: number): Promise<Latency> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts');
    const measured = start(CLIENT[side]);
    await measured.ask({ do: 'open', url: await addressOf(server), sessions: 1 });
    for (const [duration, calls] of phases(seconds)) {
      await measured.ask({ do: 'expect', calls });
      await Promise.all([measured.ask({ do: 'counted' }), pace(server, duration)]);
    }
    return latencyOf(await measured.ask({ do: 'latency' }));
  });
}

async function nodeRed(side: NodeRedSide, seconds: number): Promise<Latency> {
  return withFolder((folder) =>
    withWorkers(async (start) => {
      const server = start('wire/server.ts');
      const measured = await MeasuredNodeRed.start(side, { url: await addressOf(server) }, folder);
      try {
        await until(
          'Node-RED is connected',
          async () => numberIn(await server.ask({ do: 'accepted' }), 'open') === 1,
        );
        for (const [duration, calls] of phases(seconds)) {
          await measured.get(`expect?calls=${calls}`);
          await pace(server, duration);
          await measured.counted(calls);
        }
        return latencyOf(await measured.get('latency'));
      } finally {
        await measured.host.kill();
      }
    }),
  );
}

/** The warm-up and the measurement: duration and number of calls. */
function phases(seconds: number): (readonly [seconds: number, calls: number])[] {
  return [WARM_UP_S, seconds].map((duration) => [duration, duration * PER_SECOND]);
}

function pace(server: Worker, seconds: number): Promise<Fields> {
  return server.ask({ do: 'pace', perSecond: PER_SECOND, seconds });
}

function latencyOf(fields: Fields): Latency {
  return { p50: numberIn(fields, 'p50'), p99: numberIn(fields, 'p99'), p999: numberIn(fields, 'p999') };
}
