import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { CallLedger } from './call-ledger.ts';
import { publishCallWorkflow } from './call-workflow.ts';
import { FRONT_DESK, CLUSTER_START_MS, sharedCluster, type Cluster } from './cluster.ts';

/** `QUEUE_CALLS=5000` measures the guide's figures; n8n needs a few minutes for them. */
const CALLS = Number(process.env['QUEUE_CALLS'] ?? '1000');
/**
 * The maximum number of calls in flight, so that calls arrive only as fast as n8n executes them.
 */
const UNDER_WAY = 100;

describe('Calls in an n8n of one main process and two workers', function () {
  this.timeout(20 * 60_000);
  let cluster: Cluster;
  let unpublish: () => Promise<void>;

  before(async function () {
    this.timeout(CLUSTER_START_MS);
    cluster = await sharedCluster();
    unpublish = await publishCallWorkflow(cluster, 'Many calls');
  });

  after(() => unpublish());

  it(`executes each of ${CALLS} calls once, spread over the workers`, async () => {
    const { simulator, recorded, workers } = cluster;
    const ledger = new CallLedger(simulator, FRONT_DESK, 1_700_000_001);
    const executed = async () => ledger.tally(await recorded.read()).executed;
    const startedAt = performance.now();
    while (ledger.delivered.length < CALLS) {
      const free = UNDER_WAY - (ledger.delivered.length - (await executed()));
      for (let i = 0; i < free && ledger.delivered.length < CALLS; i++) expect(ledger.place()).to.equal(true);
      await delay(20);
    }
    await waitUntil('all calls', async () => (await executed()) >= CALLS, { deadlineMs: 60_000 });
    const seconds = (performance.now() - startedAt) / 1000;
    const tally = ledger.tally(await recorded.read());
    const spread = workers.map(({ pid }) => tally.byProcess.get(pid) ?? 0);
    console.log(
      `      ${CALLS} calls in ${seconds.toFixed(1)} s, ${(CALLS / seconds).toFixed(1)} a second: ` +
        `worker 1 executed ${spread[0]}, worker 2 executed ${spread[1]}`,
    );
    expect(tally.missing).to.deep.equal([]);
    expect(tally.doubled).to.deep.equal([]);
    // Only the workers executed calls, each some of them: a free worker takes the next job.
    expect([...tally.byProcess.keys()]).to.have.members(workers.map(({ pid }) => pid));
    expect(Math.min(...spread)).to.be.greaterThan(CALLS / 4);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });
});
