/** Frames from a socket to `CallEvent`s, beside the least that anybody has to do: `ws` and `JSON.parse`. */
import { runBenchmark } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf, CLIENT, SIDES, type Side } from './support/sides.ts';
import { median } from './support/statistics.ts';
import { withWorkers } from './support/worker.ts';

/** What `ws` and `JSON.parse` reach behind a usual server on two cores, in calls a second: that which the target was set by. */
const USUAL_PEER = 168_000;

/** What the server sends. */
interface Load {
  readonly frames: number;
  /** How many different numbers there are. */
  readonly distinct: number;
  /** Calls in each write of the server. */
  readonly batch: number;
}

await runBenchmark(
  'core-decode',
  'calls decoded per second, 10,000 different numbers, E.164 on, over loopback',
  async ({ quick, progress }) => {
    const frames = quick ? 100_000 : 1_000_000;
    // As a server sends them: each call when it happens.
    const single = await inRounds(quick ? 2 : 7, SIDES, (side) =>
      decode(side, { frames, distinct: 10_000, batch: 1 }),
    );
    progress('now 500 calls in each write');
    const dense = await inRounds(quick ? 1 : 5, SIDES, (side) =>
      decode(side, { frames, distinct: 10_000, batch: 500 }),
    );
    progress('now without a number that comes again');
    const unseen = await inRounds(quick ? 1 : 3, SIDES, (side) =>
      decode(side, { frames: frames / 4, distinct: frames / 4, batch: 1 }),
    );
    return {
      series: [
        { label: 'core', unit: 'calls/s', values: rate(single.core) },
        { label: 'ws + JSON.parse', unit: 'calls/s', values: rate(single.bare) },
        { label: 'core, processor time', unit: 'µs a call', values: micros(single.core) },
        { label: 'ws, processor time', unit: 'µs a call', values: micros(single.bare) },
        { label: 'core, 500 calls a write', unit: 'calls/s', values: rate(dense.core) },
        { label: 'ws, 500 calls a write', unit: 'calls/s', values: rate(dense.bare) },
        { label: 'core, no number twice', unit: 'calls/s', values: rate(unseen.core) },
        { label: 'ws, no number twice', unit: 'calls/s', values: rate(unseen.bare) },
      ],
      verdicts: [
        {
          label: 'core ÷ ws',
          unit: '×',
          ...ratioOf(rate(single.core), rate(single.bare)),
          target: { at: 'least', value: 0.8 },
        },
        {
          label: `core ÷ ${USUAL_PEER.toLocaleString('en-US')} calls/s`,
          unit: '×',
          value: median(rate(single.core)) / USUAL_PEER,
          rounds: rate(single.core).map((calls) => calls / USUAL_PEER),
          target: { at: 'least', value: 0.8 },
        },
        { label: 'the same, 500 calls a write', unit: '×', ...ratioOf(rate(dense.core), rate(dense.bare)) },
        { label: 'the same, no number twice', unit: '×', ...ratioOf(rate(unseen.core), rate(unseen.bare)) },
      ],
    };
  },
);

/** What one side reached: calls per second, and processor time of the client per call. */
interface Decoded {
  readonly perSecond: number;
  readonly micros: number;
}

async function decode(side: Side, { frames, distinct, batch }: Load): Promise<Decoded> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts', ['0', String(distinct)]);
    const client = start(CLIENT[side]);
    await client.ask({ do: 'open', url: await addressOf(server), sessions: 1 });
    await client.ask({ do: 'expect', calls: frames });
    const [counted] = await Promise.all([
      client.ask({ do: 'counted' }),
      server.ask({ do: 'blast', frames, batch }),
    ]);
    return {
      perSecond: (frames * 1_000) / numberIn(counted, 'ms'),
      micros: (numberIn(counted, 'cpuMs') * 1_000) / frames,
    };
  });
}

function rate(decoded: readonly Decoded[]): number[] {
  return decoded.map(({ perSecond }) => perSecond);
}

function micros(decoded: readonly Decoded[]): number[] {
  return decoded.map((one) => one.micros);
}
