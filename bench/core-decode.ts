/** Frames from a socket to `CallEvent`s, compared with the minimum: `ws` and `JSON.parse`. */
import { runBenchmark, type Series, type Verdict } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf, type Measured } from './support/rounds.ts';
import { addressOf, CLIENT, SIDES, type Side } from './support/sides.ts';
import { withWorkers } from './support/worker.ts';

/** The sender: a typical server, or one so fast that clients never wait for it. */
const SERVERS = { usual: 'wire/usual-server.ts', quick: 'wire/server.ts' } as const;

/** The server's load. */
interface Load {
  readonly server: keyof typeof SERVERS;
  readonly frames: number;
  /** The number of different phone numbers. */
  readonly distinct: number;
  /** Calls per write of the server. */
  readonly batch: number;
}

await runBenchmark(
  'core-decode',
  'calls decoded per second, 10,000 different numbers, E.164 on, over loopback',
  async ({ quick, progress }) => {
    const frames = quick ? 100_000 : 1_000_000;
    const load: Load = { server: 'usual', frames, distinct: 10_000, batch: 1 };
    const usual = await inRounds(quick ? 2 : 7, SIDES, (side) => decode(side, load));
    progress('now behind a quick server');
    const single = await inRounds(quick ? 1 : 5, SIDES, (side) => decode(side, { ...load, server: 'quick' }));
    progress('now 500 calls in each write');
    const dense = await inRounds(quick ? 1 : 5, SIDES, (side) =>
      decode(side, { ...load, server: 'quick', batch: 500 }),
    );
    progress('now without a number that comes again');
    const unseen = await inRounds(quick ? 1 : 3, SIDES, (side) =>
      decode(side, { ...load, server: 'quick', frames: frames / 4, distinct: frames / 4 }),
    );
    return {
      series: [
        ...seriesOf('', usual),
        ...seriesOf(', quick server', single),
        ...seriesOf(', 500 calls a write', dense),
        ...seriesOf(', no number twice', unseen),
      ],
      verdicts: [
        { ...ratio('', usual), target: { at: 'least', value: 0.8 } },
        ratio(', quick server', single),
        ratio(', 500 calls a write', dense),
        ratio(', no number twice', unseen),
      ],
    };
  },
);

/** The result of one side: calls per second, and the client's processor time per call. */
interface Decoded {
  readonly perSecond: number;
  readonly micros: number;
}

async function decode(side: Side, { server: kind, frames, distinct, batch }: Load): Promise<Decoded> {
  return withWorkers(async (start) => {
    const server = start(SERVERS[kind], ['0', String(distinct)]);
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

type Both = Measured<Side, Decoded>;

function seriesOf(where: string, { core, bare }: Both): Series[] {
  return [
    { label: `core${where}`, unit: 'calls/s', values: rate(core) },
    { label: `ws + JSON.parse${where}`, unit: 'calls/s', values: rate(bare) },
    { label: `core${where}: processor time`, unit: 'µs a call', values: micros(core) },
    { label: `ws + JSON.parse${where}: processor time`, unit: 'µs a call', values: micros(bare) },
  ];
}

function ratio(where: string, { core, bare }: Both): Verdict {
  return { label: `core ÷ ws${where}`, unit: '×', ...ratioOf(rate(core), rate(bare)) };
}

function rate(decoded: readonly Decoded[]): number[] {
  return decoded.map(({ perSecond }) => perSecond);
}

function micros(decoded: readonly Decoded[]): number[] {
  return decoded.map((one) => one.micros);
}
