import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { waitUntil } from '../../hosts/deadline.ts';
import { N8nClient } from '../../hosts/n8n/client.ts';
import type { N8nHost } from '../../hosts/n8n/launch.ts';
import { N8nInQueueMode } from '../../hosts/n8n/queue-mode.ts';
import { startPostgresql, type PostgresqlService } from '../../hosts/services/postgresql.ts';
import { startRedis, type RedisService } from '../../hosts/services/redis.ts';
import { tarball } from '../hosts/tarballs.ts';
import { OWNER } from '../hosts/workflows.ts';
import { RecordedCalls } from './recorded-calls.ts';

export const FRONT_DESK = '9f3e1c70aa';
export const SALES = '5d0c4be912';
export const ACCOUNT = '12345';
export const PASSWORD = 'api-P4ss!word';

/** How many executions a worker runs in parallel: n8n's default. */
export const CONCURRENCY = 10;

const SINK_NODE = path.join(import.meta.dirname, '../chaos/redeploys/sink-node');

const settings: Record<string, string> = {
  // Recommended for many calls: otherwise n8n keeps the data of each execution.
  EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
  // n8n's defaults (60, 10 and 30 seconds) are too long for tests with a killed worker.
  QUEUE_WORKER_LOCK_DURATION: '15000',
  QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
  QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/**
 * A complete n8n in queue mode as a company would run it: PostgreSQL, Redis, a main process, two
 * workers and a webhook process; and a simulated Accolades.
 */
export class Cluster {
  readonly folder: string;
  readonly postgresql: PostgresqlService;
  readonly redis: RedisService;
  readonly simulator: Simulator;
  readonly n8n: N8nInQueueMode;
  /** The records of the sink nodes of all processes. */
  readonly recorded: RecordedCalls;
  readonly workers: N8nHost[] = [];
  main: N8nHost;
  client: N8nClient;
  webhook: N8nHost;

  private constructor(parts: Services, main: N8nHost, webhook: N8nHost, workers: readonly N8nHost[]) {
    this.folder = parts.folder;
    this.postgresql = parts.postgresql;
    this.redis = parts.redis;
    this.simulator = parts.simulator;
    this.n8n = parts.n8n;
    this.recorded = new RecordedCalls(path.join(parts.folder, 'calls.jsonl'));
    this.main = main;
    this.webhook = webhook;
    this.workers.push(...workers);
    this.client = new N8nClient(main.url);
  }

  static async start(): Promise<Cluster> {
    const services = await startServices();
    try {
      const { n8n } = services;
      const main = await n8n.start('main', 'start');
      const [webhook, ...workers] = await Promise.all([
        n8n.start('webhook', 'webhook'),
        n8n.start('worker-1', 'worker'),
        n8n.start('worker-2', 'worker'),
      ]);
      const cluster = new Cluster(services, main, webhook, workers);
      await cluster.client.signIn(OWNER);
      return cluster;
    } catch (error) {
      await stopServices(services);
      throw error;
    }
  }

  /** Starts a worker as a replacement for an ended one. */
  async replaceWorker(index: number): Promise<N8nHost> {
    const worker = await this.n8n.start(`worker-${index + 1}`, 'worker');
    this.workers[index] = worker;
    return worker;
  }

  /** Ends the main process as a service manager would, and restarts it. */
  async restartMain(how: 'stop' | 'kill' = 'stop'): Promise<void> {
    const { port } = this.main;
    await this.main[how]();
    this.main = await this.n8n.start('main', 'start', port);
  }

  sessionIsUp(idCrm: string): Promise<boolean> {
    return waitUntil(
      `the session of an agent`,
      () => this.simulator.sessions().some((session) => session.idCrm === idCrm),
      { deadlineMs: 45_000, everyMs: 20 },
    );
  }

  async stop(): Promise<void> {
    await stopServices(this);
  }
}

interface Services {
  readonly folder: string;
  readonly postgresql: PostgresqlService;
  readonly redis: RedisService;
  readonly simulator: Simulator;
  readonly n8n: N8nInQueueMode;
}

async function startServices(): Promise<Services> {
  const packages = [await tarball('n8n'), SINK_NODE];
  const postgresql = await startPostgresql();
  const redis = await startRedis().catch(async (error: unknown) => {
    await postgresql.stop();
    throw error;
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'accolades-queue-'));
  const simulator = await createSimulator({
    agents: [
      { idCrm: FRONT_DESK, name: 'Front desk' },
      { idCrm: SALES, name: 'Sales' },
    ],
    rest: {},
    accounts: [{ accountNumber: ACCOUNT, password: PASSWORD }],
    phones: [{ deviceId: '27', idCrm: FRONT_DESK }],
  });
  return {
    folder,
    postgresql,
    redis,
    simulator,
    n8n: new N8nInQueueMode({ folder, postgresql, redis, packages, env: settings }),
  };
}

async function stopServices({ n8n, simulator, postgresql, redis, folder }: Services): Promise<void> {
  await n8n.stop();
  await Promise.all([simulator.close(), postgresql.stop(), redis.stop()]);
  await rm(folder, { recursive: true, force: true });
}

let shared: Promise<Cluster> | undefined;

/** How long a test file may wait for the cluster, in milliseconds: the first run installs n8n. */
export const CLUSTER_START_MS = 15 * 60_000;

/** One cluster for all test files of this folder, because it takes half a minute to start. */
export function sharedCluster(): Promise<Cluster> {
  shared ??= Cluster.start();
  return shared;
}

after(async function () {
  this.timeout(120_000);
  const cluster = await shared?.catch(() => undefined);
  await cluster?.stop();
});
