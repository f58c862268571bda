import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { CallLoad, tally } from '../chaos/redeploys/call-load.ts';
import { triggerWorkflow } from '../hosts/workflows.ts';
import { CLUSTER_START_MS, FRONT_DESK, SALES, sharedCluster, type Cluster } from './cluster.ts';

const STALL_MS = 30_000;
const CALL_EVERY_MS = 1_000;

describe('An n8n whose PostgreSQL does not answer for 30 s', function () {
  this.timeout(15 * 60_000);
  let cluster: Cluster;
  let workflow: string;

  before(async function () {
    this.timeout(CLUSTER_START_MS);
    cluster = await sharedCluster();
    const credential = await cluster.client.createCredential({
      name: 'Two agents',
      type: 'accoladesAgentApi',
      data: {
        idCrm: `Front desk=${FRONT_DESK}, Sales=${SALES}`,
        url: cluster.simulator.url,
        allowUnauthorizedCerts: false,
      },
    });
    const draft = triggerWorkflow('Stalled', credential, { events: ['incomingCall'] });
    ({ id: workflow } = await cluster.client.createWorkflow({
      ...draft,
      settings: { executionOrder: 'v1', saveDataSuccessExecution: 'all' },
    }));
    await cluster.client.publish(workflow);
    for (const idCrm of [FRONT_DESK, SALES]) await cluster.sessionIsUp(idCrm);
  });
  after(() => cluster.client.deactivate(workflow));

  /** Freezes all processes of PostgreSQL. @returns a function that continues them */
  const freeze = async (): Promise<() => void> => {
    const { postgresql } = cluster;
    const rows = await postgresql.sql('select pid from pg_stat_activity');
    // The server first, so that it starts no process for a new connection.
    const pids = [postgresql.process.pid, ...rows.trim().split('\n').map(Number)];
    const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
      for (const pid of pids) {
        try {
          process.kill(pid, name);
        } catch {
          // The process of this very query has ended.
        }
      }
    };
    signal('SIGSTOP');
    return () => {
      signal('SIGCONT');
    };
  };

  it('loses no call, keeps the order of each agent, and says so', async () => {
    const loads = [FRONT_DESK, SALES].map(
      (idCrm, index) => new CallLoad(cluster.simulator, idCrm, 1_700_000_800 + index),
    );
    for (const load of loads) load.place();
    await cluster.client.waitForExecutions(workflow, loads.length, 60_000);
    const before = cluster.main.output().length;
    const proceed = await freeze();
    try {
      for (const load of loads) load.start(CALL_EVERY_MS);
      const stalledAt = performance.now();
      await waitUntil('the stall to have lasted', () => performance.now() - stalledAt >= STALL_MS, {
        deadlineMs: STALL_MS + 10_000,
      });
    } finally {
      proceed();
    }
    await waitUntil('some more calls', () => loads.every(({ placed }) => placed.length > 35), {
      deadlineMs: 30_000,
    });
    for (const load of loads) load.stop();

    const placed = loads.flatMap((load) => load.placed);
    // The comparison below explains missing executions better.
    await cluster.client.waitForExecutions(workflow, placed.length, 120_000).catch(() => undefined);
    const summaries = await cluster.client.waitForExecutions(workflow, 1);
    const executions = await Promise.all(summaries.map(({ id }) => cluster.client.getExecution(id)));
    const received = executions
      .sort((a, b) => Number(a.id) - Number(b.id))
      .flatMap((execution) =>
        itemsOf(execution, 'Accolades Trigger').map(({ uniqueId }) => String(uniqueId)),
      );
    for (const load of loads) {
      const own = received.filter((id) => load.placed.includes(id));
      expect(tally(load.placed, own)).to.include({ lost: 0, doubled: 0, outOfOrder: 0 });
    }
    const log = cluster.main.output().slice(before);
    expect(log).to.match(/n8n starts no executions at the moment/);
    expect(log).to.match(/n8n starts executions again after \d+ s/);
  });
});
