/** The cost of loading our packages, compared with the MQTT nodes that the hosts include. */
import { runBenchmark, type Result } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { n8nPackages, nodeRedPackages, packedSize, type Loadable } from './support/host-packages.ts';
import { withFolder } from './support/node-red.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { withWorkers } from './support/worker.ts';

const KB = 1_024;

interface Cost {
  readonly ms: number;
  readonly heap: number;
  /** After garbage collection. */
  readonly rss: number;
  /** Right after loading, including garbage. */
  readonly rssAtOnce: number;
  readonly loaded: readonly string[];
}

await runBenchmark('loading', 'loading the packages', async ({ quick, progress }) => {
  const rounds = quick ? 5 : 21;
  progress('n8n');
  const n8n = await withFolder(async (folder) =>
    compare('n8n', 'MQTT Trigger', await n8nPackages(folder), /n8n-nodes-base[\\/]dist/, rounds, folder),
  );
  progress('Node-RED');
  const nodeRed = await withFolder(async (folder) =>
    compare('Node-RED', 'mqtt', await nodeRedPackages(folder), /@node-red[\\/]nodes/, rounds, folder),
  );
  return { series: [...n8n.series, ...nodeRed.series], verdicts: [...n8n.verdicts, ...nodeRed.verdicts] };
});

async function compare(
  host: string,
  peerName: string,
  sides: Readonly<Record<'ours' | 'peer', Loadable>>,
  own: RegExp,
  rounds: number,
  folder: string,
): Promise<Result> {
  const measured = await inRounds(rounds, ['ours', 'peer'], (side) => load(sides[side]));
  const peerBytes = await packedSize(measured.peer[0]?.loaded ?? [], own, folder);
  const kinds = [
    { what: 'time', unit: 'ms', of: ({ ms }: Cost) => ms },
    { what: 'heap', unit: 'KB', of: ({ heap }: Cost) => heap / KB },
    { what: 'resident', unit: 'KB', of: ({ rss }: Cost) => rss / KB },
  ];
  const atOnce = ({ rssAtOnce }: Cost): number => rssAtOnce / KB;
  const size = { ours: [(sides.ours.tarballBytes ?? 0) / KB], peer: [peerBytes / KB] };
  return {
    series: [
      ...kinds.flatMap(({ what, unit, of }) => [
        { label: `${host}, ours: ${what}`, unit, values: measured.ours.map(of) },
        { label: `${host}, ${peerName}: ${what}`, unit, values: measured.peer.map(of) },
      ]),
      { label: `${host}, ours: resident at once`, unit: 'KB', values: measured.ours.map(atOnce) },
      { label: `${host}, ${peerName}: resident at once`, unit: 'KB', values: measured.peer.map(atOnce) },
      { label: `${host}, ours: tarball`, unit: 'KB', values: size.ours },
      { label: `${host}, ${peerName}: tarball`, unit: 'KB', values: size.peer },
    ],
    verdicts: [
      ...kinds.map(({ what, of }) => ({
        label: `${host}: ${what}`,
        unit: '×',
        ...ratioOf(measured.ours.map(of), measured.peer.map(of)),
        target: { at: 'most', value: 1 } as const,
      })),
      {
        label: `${host}: tarball`,
        unit: '×',
        ...ratioOf(size.ours, size.peer),
        target: { at: 'most', value: 1 },
      },
    ],
  };
}

async function load({ preload, files }: Loadable): Promise<Cost> {
  return withWorkers(async (start) => {
    const worker = start('clients/loading.ts', [JSON.stringify({ preload, files })], ['--expose-gc']);
    const cost = await worker.heard('the cost');
    const { loaded } = cost;
    return {
      ms: numberIn(cost, 'ms'),
      heap: numberIn(cost, 'heap'),
      rss: numberIn(cost, 'rss'),
      rssAtOnce: numberIn(cost, 'rssAtOnce'),
      loaded: Array.isArray(loaded) ? loaded.filter((file) => typeof file === 'string') : [],
    };
  });
}
