/**
 * Frames from a socket to a function node in a real Node-RED, compared with its own nodes and with
 * the platform's limit.
 */
import { runBenchmark, type Series, type Verdict } from './support/benchmark.ts';
import { numberIn, type Fields } from './support/fields.ts';
import {
  MeasuredNodeRed,
  NODE_RED_LABEL,
  NODE_RED_SIDES,
  withFolder,
  type NodeRedSide,
} from './support/node-red.ts';
import { inRounds, ratioOf, type Measured } from './support/rounds.ts';
import { addressesOf } from './support/sides.ts';
import { until } from './support/until.ts';
import { withWorkers } from './support/worker.ts';

/** The rate of the calls. */
interface Load {
  readonly server: string;
  /** Options for the server besides the number of calls. */
  readonly order: Fields;
}

/** A typical server, which sends as long as the system accepts data. */
const USUAL: Load = { server: 'wire/usual-server.ts', order: {} };
/**
 * At most 2,000 calls in flight. Node-RED reads everything that has arrived before it processes it,
 * and the core node `switch` takes one message per turn of the event loop, so its queue grows with
 * the server's rate.
 */
const STEADY: Load = { server: 'wire/server.ts', order: { batch: 1, window: 2_000 } };

/** The result of one side: calls per second, and processor time per call. */
interface Reached {
  readonly perSecond: number;
  readonly micros: number;
}

await runBenchmark(
  'node-red-throughput',
  'calls per second from the socket to a function node, in a real Node-RED',
  async ({ quick, progress }) => {
    const measure = (load: Load, rounds: number, frames: number): Promise<Measured<NodeRedSide, Reached>> =>
      inRounds(rounds, NODE_RED_SIDES, (side, round) => {
        progress(`round ${round + 1}: ${NODE_RED_LABEL[side]}`);
        return run(side, load, frames);
      });
    const usual = await measure(USUAL, quick ? 1 : 5, quick ? 50_000 : 100_000);
    progress('now no more than 2,000 calls on their way');
    const steady = await measure(STEADY, quick ? 1 : 3, quick ? 50_000 : 150_000);
    return {
      series: [...seriesOf('', usual), ...seriesOf(', 2,000 on their way', steady)],
      verdicts: [
        { ...ratio('builtIn', '', usual), target: { at: 'least', value: 2 } },
        { ...ratio('bare', '', usual), target: { at: 'least', value: 0.85 } },
        ratio('builtIn', ', 2,000 on their way', steady),
        { ...ratio('bare', ', 2,000 on their way', steady), target: { at: 'least', value: 0.85 } },
      ],
    };
  },
);

async function run(side: NodeRedSide, { server: script, order }: Load, frames: number): Promise<Reached> {
  return withFolder((folder) =>
    withWorkers(async (start) => {
      const server = start(script);
      const nodeRed = await MeasuredNodeRed.start(side, await addressesOf(server), folder);
      const send = async (calls: number): Promise<Fields> => {
        await nodeRed.get(`expect?calls=${calls}`);
        const [counted] = await Promise.all([
          nodeRed.counted(calls),
          server.ask({ ...order, do: 'blast', frames: calls }),
        ]);
        return counted;
      };
      try {
        await until(
          'Node-RED is connected',
          async () => numberIn(await server.ask({ do: 'accepted' }), 'open') === 1,
        );
        // Warms up, like a host that has run for an hour.
        await send(frames / 2);
        const counted = await send(frames);
        return {
          perSecond: (frames * 1_000) / numberIn(counted, 'ms'),
          micros: (numberIn(counted, 'cpuMs') * 1_000) / frames,
        };
      } finally {
        await nodeRed.host.kill();
      }
    }),
  );
}

function seriesOf(where: string, measured: Measured<NodeRedSide, Reached>): Series[] {
  return NODE_RED_SIDES.flatMap((side) => [
    {
      label: `${NODE_RED_LABEL[side]}${where}`,
      unit: 'calls/s',
      values: measured[side].map(({ perSecond }) => perSecond),
    },
    { label: '  processor time', unit: 'µs a call', values: measured[side].map(({ micros }) => micros) },
  ]);
}

function ratio(peer: NodeRedSide, where: string, measured: Measured<NodeRedSide, Reached>): Verdict {
  const perSecond = (side: NodeRedSide): number[] => measured[side].map((one) => one.perSecond);
  return {
    label: `÷ ${NODE_RED_LABEL[peer]}${where}`,
    unit: '×',
    ...ratioOf(perSecond('ours'), perSecond(peer)),
  };
}
