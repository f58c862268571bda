/**
 * Kills a server with thousands of sessions and restarts it: how fast all sessions are back, and
 * how many connections they attempt. Compared with Node-RED's own WebSocket client, which retries
 * after three seconds, all at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startNodeRed, type FlowNode } from '../hosts/node-red/launch.ts';
import { runBenchmark } from './support/benchmark.ts';
import { numberIn, numbersIn } from './support/fields.ts';
import { withFolder } from './support/node-red.ts';
import { addressOf, CLIENT } from './support/sides.ts';
import { peakWithin } from './support/statistics.ts';
import { until } from './support/until.ts';
import { withWorkers, type Worker } from './support/worker.ts';

/** How long the server is down, in milliseconds. */
const OUTAGE_MS = 1_000;

interface Restart {
  /** From the server's start until all sessions are ready, in milliseconds. */
  readonly backMs: number;
  /**
   * The most connections that the server saw within a second; a busy server may see several at
   * once.
   */
  readonly peak: number;
}

interface OurRestart extends Restart {
  /** The most connections, including failed ones, that the client started within a second. */
  readonly dialPeak: number;
}

await runBenchmark(
  'server-restart',
  'a server that restarts under its sessions',
  async ({ quick, progress }) => {
    const sessions = quick ? 1_000 : 5_000;
    // The default is 50; the short run is too short for it.
    const rate = quick ? 100 : 50;
    const ours: OurRestart[] = [];
    const peers: Restart[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      progress(`round ${round + 1}: core, about ${((sessions / rate) * 1.1).toFixed(0)} s`);
      ours.push(await coreRestart(sessions, rate));
      progress(`round ${round + 1}: Node-RED's client`);
      peers.push(await nodeRedRestart(sessions));
    }
    const back = (restarts: readonly Restart[]): number[] => restarts.map(({ backMs }) => backMs / 1_000);
    const peaks = (restarts: readonly Restart[]): number[] => restarts.map(({ peak }) => peak);
    const dialPeaks = ours.map(({ dialPeak }) => dialPeak);
    const worst = Math.max(...back(ours));
    return {
      series: [
        { label: 'core, all ready', unit: 's', values: back(ours) },
        { label: 'core, peak of what it began', unit: 'connections/s', values: dialPeaks },
        { label: 'core, peak at the server', unit: 'connections/s', values: peaks(ours) },
        { label: 'websocket in, all open', unit: 's', values: back(peers) },
        { label: 'websocket in, peak at the server', unit: 'connections/s', values: peaks(peers) },
      ],
      verdicts: [
        {
          label: `all of ${sessions} ready ÷ (sessions ÷ limit), slowest`,
          unit: '×',
          value: worst / (sessions / rate),
          target: { at: 'most', value: 1.1 },
        },
        {
          label: 'peak, highest',
          unit: 'connections/s',
          value: Math.max(...dialPeaks),
          target: { at: 'most', value: rate },
        },
        { label: 'peak at the server, highest', unit: 'connections/s', value: Math.max(...peaks(ours)) },
      ],
    };
  },
);

async function coreRestart(sessions: number, rate: number): Promise<OurRestart> {
  return withWorkers(async (start) => {
    const first = start('wire/server.ts');
    const url = await addressOf(first);
    const client = start(CLIENT.core);
    await client.ask({ do: 'open', url, sessions, connectsPerSecond: rate });
    await client.ask({ do: 'watchDials' });
    const back = await restart(start, first, url, sessions);
    const dialledAt = numbersIn(await client.ask({ do: 'dialled' }), 'dialledAt');
    return { ...back, dialPeak: peakWithin(dialledAt, 1_000) };
  });
}

async function nodeRedRestart(sessions: number): Promise<Restart> {
  return withFolder((folder) =>
    withWorkers(async (start) => {
      const first = start('wire/server.ts');
      const url = await addressOf(first);
      const host = await startNodeRed({ userDir: folder, flows: clients(url, sessions) });
      try {
        await allOpen(first, sessions);
        return await restart(start, first, url, sessions);
      } finally {
        await host.kill();
      }
    }),
  );
}

async function restart(
  start: typeof Worker.start,
  first: Worker,
  url: string,
  sessions: number,
): Promise<Restart> {
  await first.end();
  await delay(OUTAGE_MS);
  const second = start('wire/server.ts', [new URL(url).port]);
  await second.heard('listening');
  const begun = Date.now();
  await allOpen(second, sessions);
  const acceptedAt = numbersIn(await second.ask({ do: 'accepted' }), 'acceptedAt');
  return {
    backMs: Math.max(...acceptedAt) - begun,
    peak: peakWithin(acceptedAt, 1_000),
  };
}

/** Resolves when the last one is open; its session is ready within a millisecond. */
async function allOpen(server: Worker, sessions: number): Promise<void> {
  await until(
    `${sessions} sessions are open`,
    async () => numberIn(await server.ask({ do: 'accepted' }), 'open') === sessions,
    300_000,
  );
}

function clients(url: string, count: number): FlowNode[] {
  const nodes: FlowNode[] = [{ id: 'tab', type: 'tab', label: 'Benchmark' }];
  for (let n = 0; n < count; n++) {
    nodes.push(
      {
        id: `client${n}`,
        type: 'websocket-client',
        path: url,
        tls: '',
        wholemsg: 'false',
        hb: '0',
        subprotocol: '',
      },
      {
        id: `in${n}`,
        type: 'websocket in',
        z: 'tab',
        x: 100,
        y: 100,
        server: '',
        client: `client${n}`,
        wires: [[]],
      },
    );
  }
  return nodes;
}
