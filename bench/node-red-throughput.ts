/** Frames from a socket to a function node in a real Node-RED, beside its own nodes and beside the platform's limit. */
import { runBenchmark } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import {
  MeasuredNodeRed,
  NODE_RED_LABEL,
  NODE_RED_SIDES,
  withFolder,
  type NodeRedSide,
} from './support/node-red.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf } from './support/sides.ts';
import { until } from './support/until.ts';
import { withWorkers } from './support/worker.ts';

await runBenchmark(
  'node-red-throughput',
  'calls per second from the socket to a function node, in a real Node-RED',
  async ({ quick, progress }) => {
    const frames = quick ? 100_000 : 500_000;
    const measured = await inRounds(quick ? 2 : 5, NODE_RED_SIDES, (side, round) => {
      progress(`round ${round + 1}: ${NODE_RED_LABEL[side]}`);
      return run(side, frames);
    });
    const perSecond = (side: NodeRedSide): number[] => measured[side].map((one) => one.perSecond);
    const micros = (side: NodeRedSide): number[] => measured[side].map((one) => one.micros);
    return {
      series: NODE_RED_SIDES.flatMap((side) => [
        { label: NODE_RED_LABEL[side], unit: 'calls/s', values: perSecond(side) },
        { label: '  processor time', unit: 'µs a call', values: micros(side) },
      ]),
      verdicts: [
        {
          label: `÷ ${NODE_RED_LABEL.builtIn}`,
          unit: '×',
          ...ratioOf(perSecond('ours'), perSecond('builtIn')),
          target: { at: 'least', value: 2 },
        },
        {
          label: `÷ ${NODE_RED_LABEL.bare}`,
          unit: '×',
          ...ratioOf(perSecond('ours'), perSecond('bare')),
          target: { at: 'least', value: 0.85 },
        },
      ],
    };
  },
);

async function run(side: NodeRedSide, frames: number): Promise<{ perSecond: number; micros: number }> {
  return withFolder((folder) =>
    withWorkers(async (start) => {
      const server = start('wire/server.ts');
      const nodeRed = await MeasuredNodeRed.start(side, await addressOf(server), folder);
      try {
        await until(
          'Node-RED is connected',
          async () => numberIn(await server.ask({ do: 'accepted' }), 'open') === 1,
        );
        // Once to warm up, as a host that has run for an hour is.
        for (const calls of [Math.ceil(frames / 5), frames]) {
          await nodeRed.get(`expect?calls=${calls}`);
          const [counted] = await Promise.all([
            nodeRed.counted(calls),
            server.ask({ do: 'blast', frames: calls }),
          ]);
          if (calls === frames) {
            return {
              perSecond: (frames * 1_000) / numberIn(counted, 'ms'),
              micros: (numberIn(counted, 'cpuMs') * 1_000) / frames,
            };
          }
        }
        throw new Error('unreachable');
      } finally {
        await nodeRed.host.kill();
      }
    }),
  );
}
