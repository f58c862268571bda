/** Frames from a socket to `CallEvent`s, beside the least that anybody has to do: `ws` and `JSON.parse`. */
import { runBenchmark } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf, CLIENT, SIDES, type Side } from './support/sides.ts';
import { withWorkers } from './support/worker.ts';

/** All calls have different numbers: no number is met twice. */
const NEVER_AGAIN = 400_000;

await runBenchmark(
  'core-decode',
  'calls decoded per second, 10,000 different numbers, E.164 on, over loopback',
  async ({ quick, progress }) => {
    const rounds = quick ? 2 : 7;
    const frames = quick ? 200_000 : 1_000_000;
    const perSecond = await inRounds(rounds, SIDES, (side) => decode(side, frames, 10_000));
    progress('now without a number that comes again');
    const unseen = await inRounds(quick ? 1 : 3, SIDES, (side) => decode(side, NEVER_AGAIN, NEVER_AGAIN));
    return {
      series: [
        { label: 'core', unit: 'calls/s', values: perSecond.core },
        { label: 'ws + JSON.parse', unit: 'calls/s', values: perSecond.bare },
        { label: 'core, no number twice', unit: 'calls/s', values: unseen.core },
      ],
      verdicts: [
        {
          label: 'core ÷ ws',
          unit: '×',
          ...ratioOf(perSecond.core, perSecond.bare),
          target: { at: 'least', value: 0.8 },
        },
        { label: 'the same, no number twice', unit: '×', ...ratioOf(unseen.core, unseen.bare) },
      ],
    };
  },
);

/** @returns calls per second */
async function decode(side: Side, frames: number, distinct: number): Promise<number> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts', ['0', String(distinct)]);
    const client = start(CLIENT[side]);
    await client.ask({ do: 'open', url: await addressOf(server), sessions: 1 });
    await client.ask({ do: 'expect', calls: frames });
    const [, { ms }] = await Promise.all([
      server.ask({ do: 'blast', frames }),
      client.ask({ do: 'counted' }),
    ]).then(([sent, counted]) => [sent, { ms: numberIn(counted, 'ms') }] as const);
    return (frames * 1_000) / ms;
  });
}
