/**
 * From the start until all sessions are ready, without the connection limiter, compared with a loop
 * of bare `ws` clients that authenticate and request the configuration like ours. All dial at once.
 */
import { runBenchmark } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf, CLIENT } from './support/sides.ts';
import { withWorkers } from './support/worker.ts';

/** `mute` requests nothing: it cannot identify the agent of a call. */
const SIDES = ['core', 'bare', 'mute'] as const;
type Side = (typeof SIDES)[number];

await runBenchmark(
  'sessions-ready',
  'time until all sessions are ready, limiter off',
  async ({ quick, progress }) => {
    const sessions = quick ? 2_000 : 10_000;
    const measured = await inRounds(quick ? 2 : 7, SIDES, (side, round) => {
      progress(`round ${round + 1}: ${side}`);
      return allReady(side, sessions);
    });
    const seconds = (side: Side): number[] => measured[side].map(({ ms }) => ms / 1_000);
    const cpu = (side: Side): number[] => measured[side].map(({ cpuMs }) => cpuMs / 1_000);
    return {
      series: [
        { label: 'core', unit: 's', values: seconds('core') },
        { label: 'bare ws', unit: 's', values: seconds('bare') },
        { label: 'bare ws that asks for nothing', unit: 's', values: seconds('mute') },
        { label: 'core, processor time', unit: 's', values: cpu('core') },
        { label: 'bare ws, processor time', unit: 's', values: cpu('bare') },
        { label: 'bare ws that asks for nothing, processor time', unit: 's', values: cpu('mute') },
      ],
      verdicts: [
        {
          label: `${sessions.toLocaleString('en-US')} sessions, core ÷ bare`,
          unit: '×',
          ...ratioOf(seconds('core'), seconds('bare')),
          target: { at: 'most', value: 1.3 },
        },
        { label: 'the same in processor time', unit: '×', ...ratioOf(cpu('core'), cpu('bare')) },
        {
          label: 'beside the one that asks for nothing',
          unit: '×',
          ...ratioOf(seconds('core'), seconds('mute')),
        },
      ],
    };
  },
);

async function allReady(side: Side, sessions: number): Promise<{ ms: number; cpuMs: number }> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts');
    const client =
      side === 'core' ? start(CLIENT.core) : start(CLIENT.bare, side === 'bare' ? ['configuration'] : []);
    const url = await addressOf(server);
    const before = numberIn(await client.ask({ do: 'cpu' }), 'ms');
    const ms = numberIn(await client.ask({ do: 'open', url, sessions }), 'ms');
    return { ms, cpuMs: numberIn(await client.ask({ do: 'cpu' }), 'ms') - before };
  });
}
