import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { CallLedger } from './call-ledger.ts';
import { publishCallWorkflow } from './call-workflow.ts';
import { CONCURRENCY, FRONT_DESK, CLUSTER_START_MS, sharedCluster, type Cluster } from './cluster.ts';
import { queueIsEmpty, unfinishedExecutions } from './unfinished-executions.ts';

/** Milliseconds between two calls, which leaves the workers idle at times. */
const CALL_EVERY_MS = 200;
/** Calls placed at once just before a worker ends, so that it holds some. */
const BURST = 40;
/** Calls placed just before the main process ends: a busy n8n saves only a few per second. */
const LAST_CALLS = 20;

describe('Processes of n8n that go', function () {
  this.timeout(5 * 60_000);
  let cluster: Cluster;
  let unpublish: () => Promise<void>;
  /** Distinguishes the calls of each attempt; never reused. */
  let series = 1_700_000_002;

  before(async function () {
    this.timeout(CLUSTER_START_MS);
    cluster = await sharedCluster();
    unpublish = await publishCallWorkflow(cluster, 'Calls during faults');
  });

  after(() => unpublish());

  it('a stopped main process passes on all calls that it received', async () => {
    const { simulator, recorded } = cluster;
    const ledger = new CallLedger(simulator, FRONT_DESK, series++);
    for (let i = 0; i < LAST_CALLS; i++) expect(ledger.place()).to.equal(true);
    // By then the others have also been read from the connection and are being saved.
    await waitUntil('the first', async () => ledger.tally(await recorded.read()).executed > 0, {
      deadlineMs: 30_000,
      everyMs: 1,
    });
    // The PBX sends these without a receipt, possibly while the connection closes.
    const closing = new CallLedger(simulator, FRONT_DESK, series++);
    const session = simulator.sessions()[0]?.connection;
    const stoppedAt = performance.now();
    const stopped = cluster.main.stop();
    while (simulator.sessions()[0]?.connection === session) {
      closing.place();
      await delay(5);
    }
    const openMs = performance.now() - stoppedAt;
    await stopped;
    await cluster.restartMain();
    await cluster.sessionIsUp(FRONT_DESK);
    await drained(ledger);
    const [before, meanwhile] = [ledger, closing].map((calls) => calls.tally(recorded.all));
    console.log(
      `      ${before?.delivered} calls before the signal: ${before?.executed} executed, ${before?.doubled.length} doubled; ` +
        `${meanwhile?.delivered} in the ${Math.round(openMs)} ms until the connection ended: ${meanwhile?.executed} executed`,
    );
    expect(before?.missing).to.deep.equal([]);
    expect([...(before?.doubled ?? []), ...(meanwhile?.doubled ?? [])]).to.deep.equal([]);
    // An ending process must not keep the subscription, which would take five seconds from the
    // signal.
    expect(openMs).to.be.lessThan(5_000);
  });

  it('a killed worker loses at most its current executions; none is doubled after main restarts', async () => {
    const { simulator, recorded, postgresql } = cluster;
    const ledgerSeries = series++;
    const ledger = new CallLedger(simulator, FRONT_DESK, ledgerSeries);
    // These may be lost, but none may be executed twice.
    const meanwhile = new CallLedger(simulator, FRONT_DESK, series++);
    let current = ledger;
    const steady = setInterval(() => current.place(), CALL_EVERY_MS);
    try {
      await waitUntil('some calls', () => ledger.delivered.length >= 10, { deadlineMs: 20_000 });
      await killAtWork(ledger);
      current = meanwhile;
      await cluster.restartMain();
      await cluster.sessionIsUp(FRONT_DESK);
      current = ledger;
      await cluster.replaceWorker(0);
      const before = ledger.delivered.length;
      await waitUntil('more calls', () => ledger.delivered.length >= before + 10, { deadlineMs: 20_000 });
    } finally {
      clearInterval(steady);
    }
    await drained(ledger);
    const tally = ledger.tally(await recorded.read());
    const held = await unfinishedExecutions(postgresql, ledgerSeries);
    console.log(
      `      ${tally.delivered} calls reached the session: ${tally.executed} executed, ${tally.doubled.length} doubled. ` +
        `${meanwhile.unheard.length + meanwhile.delivered.length} more came while the main process restarted. The killed worker held ${held.length}:`,
    );
    for (const { id, status, call } of held) {
      const how = tally.missing.includes(call) ? 'its last node was not reached' : 'its last node had run';
      console.log(`        execution ${id}, call ${call}: ${status}; ${how}`);
    }
    expect([...tally.doubled, ...meanwhile.tally(recorded.all).doubled]).to.deep.equal([]);
    expect(held.map(({ call }) => call)).to.include.members([...tally.missing]);
    expect(held.length).to.be.at.most(CONCURRENCY);
  });

  /** Kills a worker in the middle of a burst of calls. */
  const killAtWork = async (ledger: CallLedger) => {
    for (let i = 0; i < BURST; i++) ledger.place();
    const enough = ledger.delivered.length - BURST / 2;
    await waitUntil(
      'half of the burst',
      async () => ledger.tally(await cluster.recorded.read()).executed >= enough,
      { deadlineMs: 30_000, everyMs: 1 },
    );
    await cluster.workers[0]?.kill();
  };

  /** Waits until n8n has executed every call or reported it as failed. */
  const drained = async (ledger: CallLedger) => {
    let missing: readonly string[] = [];
    await waitUntil(
      'all calls',
      async () => {
        ({ missing } = ledger.tally(await cluster.recorded.read()));
        return queueIsEmpty(cluster.redis);
      },
      { deadlineMs: 90_000, everyMs: 200, details: () => `Missing: ${missing.join(' ')}` },
    );
    // Live workers save the end of their last executions after the job has left the queue.
    await delay(1_000);
  };
});
