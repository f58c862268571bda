import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { N8nCredentialReference, N8nManualRun } from '../../hosts/n8n/client.ts';
import type { N8nPush } from '../../hosts/n8n/push.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { N8nRig } from './n8n-rig.ts';
import { expectNoSecret } from './secrets.ts';
import { triggerWorkflow } from './workflows.ts';

const FRONT_DESK = '9f3e1c70aa';
const SALES = '5d0c4be912';
const TRIGGER = 'Accolades Trigger';
/** Longer than the shortened limit of a test. */
const WAIT_MS = 60_000;

/**
 * Changes n8n's process in two ways. A database that is slow to read credentials leaves time to
 * stop a test before trigger() has returned. The limit of five minutes for a test passes in 20
 * seconds, so that it can be awaited.
 */
const SLOW_DATABASE_SHORT_TESTS = `
  import Module from 'node:module';
  const start = globalThis.setTimeout;
  const short = (callback, ms, ...more) => start(callback, ms === 300000 ? 20000 : ms, ...more);
  globalThis.setTimeout = Object.defineProperties(short, Object.getOwnPropertyDescriptors(start));
  const load = Module._load;
  let isSlow = false;
  Module._load = function (name, ...more) {
    const loaded = load.call(this, name, ...more);
    if (name !== 'sqlite3' || isSlow) return loaded;
    isSlow = true;
    const { prototype } = loaded.Database;
    const all = prototype.all;
    prototype.all = function (sql, ...rest) {
      if (!/^SELECT.*credentials_entity/s.test(sql)) return all.call(this, sql, ...rest);
      start(() => all.call(this, sql, ...rest), 1000);
      return this;
    };
    return loaded;
  };
`;

describe('A test of the Accolades Trigger in the editor of a real n8n', function () {
  this.timeout(5 * 60_000);
  let simulator: Simulator;
  let rig: N8nRig;
  let workflow: string;
  let push: N8nPush;
  let sales: N8nCredentialReference;

  before(async () => {
    simulator = await createSimulator({
      agents: [FRONT_DESK, SALES].map((idCrm) => ({ idCrm, name: idCrm })),
    });
    const preload = `data:text/javascript,${encodeURIComponent(SLOW_DATABASE_SHORT_TESTS)}`;
    rig = await N8nRig.start({ NODE_OPTIONS: `--import=${preload}` });
    const agent = (idCrm: string) =>
      rig.credential('accoladesAgentApi', { idCrm, url: simulator.url, allowUnauthorizedCerts: false });
    const frontDesk = await agent(FRONT_DESK);
    sales = await agent(SALES);
    ({ id: workflow } = await rig.client.createWorkflow(triggerWorkflow('Test', frontDesk, {})));
    push = await rig.client.openPush();
  });
  after(async () => {
    expectNoSecret('the log of n8n', rig.host.output(), [FRONT_DESK, SALES]);
    push.close();
    await rig.stop();
    await simulator.close();
  });

  const execute = () => rig.client.runManual(workflow, { trigger: TRIGGER });
  const connected = (agents: readonly string[], deadlineMs = WAIT_MS) => {
    const current = () => simulator.sessions().map(({ idCrm }) => idCrm);
    return waitUntil(
      `sessions of ${agents.length} agents`,
      () => JSON.stringify(current()) === JSON.stringify(agents),
      { deadlineMs, everyMs: 10, details: () => `${current().length} sessions` },
    );
  };
  const executionOf = ({ executionId }: N8nManualRun) =>
    rig.client.waitForExecution(executionId ?? '', WAIT_MS);

  /** Executes the step, and stops it while n8n still reads the credential for trigger(). */
  const stopEarly = async (): Promise<void> => {
    const run = await execute();
    await push.waitFor(
      ({ type, data }) => type === 'nodeExecuteBefore' && data['executionId'] === run.executionId,
    );
    const before = simulator.statistics.connections;
    await rig.client.stopManual(run);
    expect((await executionOf(run)).status).to.equal('canceled');
    expect(simulator.statistics.connections, 'n8n had not called the trigger').to.equal(before);
  };

  it('releases the agent by itself when it was stopped before it began to listen', async () => {
    await stopEarly();
    // n8n does not tell the trigger that the test was stopped.
    await connected([FRONT_DESK]);
    await connected([]);
  });

  it('that was stopped so releases the agent when the step is executed again', async () => {
    await stopEarly();
    await connected([FRONT_DESK]);
    await rig.client.updateWorkflow(workflow, triggerWorkflow('Test', sales, {}));
    const run = await execute();
    // Less than the limit, which would end the first test as well.
    await connected([SALES], 15_000);
    simulator.placeCall({ agents: SALES, phoneNumber: '0211234567' });
    const execution = await executionOf(run);
    expect(itemsOf(execution, TRIGGER)[0]).to.deep.include({ phoneNumber: '0211234567' });
    await connected([]);
  });

  it('ends with an error that says so when no call comes within the limit', async () => {
    const run = await execute();
    await connected([SALES]);
    const execution = await executionOf(run);
    expect([execution.status, execution.error?.message]).to.deep.equal([
      'error',
      'No event came within 5 minutes.',
    ]);
    await connected([]);
  });
});
