import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../../hosts/deadline.ts';
import { objectFrom, type JsonObject } from '../../../hosts/guards.ts';
import { N8nClient, type N8nWorkflow, type N8nWorkflowInput } from '../../../hosts/n8n/client.ts';
import { startN8n, type N8nHost } from '../../../hosts/n8n/launch.ts';
import { tarball } from '../../hosts/tarballs.ts';
import { OWNER, triggerWorkflow } from '../../hosts/workflows.ts';
import { CallLoad, tally } from './call-load.ts';

const AGENT = '9f3e1c70aa';
const CALL_EVERY_MS = 20;
/** Calls that measure how fast this n8n starts executions when it is otherwise idle. */
const CALIBRATION_CALLS = 150;
/** The delay up to which n8n counts as keeping up with the calls, in milliseconds. */
const KEEPS_UP_MS = 1_000;
/** n8n settings for many executions; none of them affects triggers. */
const FAST = {
  EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
  // A flow without expressions then needs no sandbox.
  N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
  N8N_LOG_LEVEL: 'warn',
};

describe('Re-publishes of a real n8n under load', function () {
  this.timeout(15 * 60_000);
  let simulator: Simulator;
  let host: N8nHost;
  let client: N8nClient;
  let userFolder: string;
  let sink: Sink;
  let workflow: N8nWorkflow;
  let definition: (parameters: JsonObject) => N8nWorkflowInput;
  let series = 1_700_000_100;
  let callEveryMs = CALL_EVERY_MS;

  before(async () => {
    userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-republishes-'));
    simulator = await createSimulator({ agents: [{ idCrm: AGENT, name: 'Front desk' }] });
    sink = new Sink(path.join(userFolder, 'sink.jsonl'));
    host = await startN8n({
      userFolder,
      packages: [await tarball('n8n'), path.join(import.meta.dirname, 'sink-node')],
      env: FAST,
    });
    client = new N8nClient(host.url);
    await client.signIn(OWNER);
    (await client.openPush()).close();
    const credential = await client.createCredential({
      name: 'Agents',
      type: 'accoladesAgentApi',
      data: { idCrm: `Front desk=${AGENT}`, url: simulator.url, allowUnauthorizedCerts: false },
    });
    definition = (parameters) => {
      const base = triggerWorkflow('Calls', credential, parameters);
      return {
        ...base,
        // The sink counts executions; saving each one would only slow n8n down.
        settings: { executionOrder: 'v1', saveDataSuccessExecution: 'none', saveManualExecutions: true },
        nodes: base.nodes.map((node) =>
          node.name === 'End'
            ? {
                ...node,
                type: 'n8n-nodes-sink.sink',
                parameters: { file: sink.file },
              }
            : node,
        ),
      };
    };
    workflow = await client.createWorkflow(definition({}));
    await client.publish(workflow.id);
    await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 10_000 });
    callEveryMs = await calibrate();
  });

  /**
   * A call every 20 ms. Where n8n cannot keep up with that even when idle, the rate leaves it half
   * of its time: an n8n overloaded with executions blocks its editor, which is not tested here.
   */
  const calibrate = async (): Promise<number> => {
    await executed(CALIBRATION_CALLS, 0);
    const steady = await executed(CALIBRATION_CALLS, CALL_EVERY_MS);
    const behindMs = steady.tookMs - CALIBRATION_CALLS * CALL_EVERY_MS;
    const burst = await executed(CALIBRATION_CALLS, 0);
    const perExecutionMs = burst.tookMs / CALIBRATION_CALLS;
    const everyMs =
      behindMs < KEEPS_UP_MS ? CALL_EVERY_MS : Math.max(CALL_EVERY_MS, Math.ceil(2 * perExecutionMs));
    console.log(
      `      this n8n alone: ${perExecutionMs.toFixed(1)} ms for an execution when ${CALIBRATION_CALLS} calls come at once, ` +
        `${Math.max(0, behindMs).toFixed(0)} ms behind after ${CALIBRATION_CALLS} calls every ${CALL_EVERY_MS} ms; ` +
        `out of order ${burst.outOfOrder} and ${steady.outOfOrder}; now a call every ${everyMs} ms`,
    );
    return everyMs;
  };

  /** Places calls, at once or steadily, and waits until each has started its execution. */
  const executed = async (calls: number, everyMs: number) => {
    series++;
    const of = () => sink.production(String(series));
    const load = new CallLoad(simulator, AGENT, series);
    const startedAt = performance.now();
    if (everyMs === 0) for (let i = 0; i < calls; i++) load.place();
    else load.start(everyMs, calls);
    await waitUntil('the calibration', async () => (await of()).length >= calls, {
      deadlineMs: 60_000,
      everyMs: 20,
    });
    const tookMs = performance.now() - startedAt;
    load.stop();
    return { tookMs, outOfOrder: tally(load.placed, await of()).outOfOrder };
  };

  after(async () => {
    await host.stop();
    await simulator.close();
    await rm(userFolder, { recursive: true, force: true });
  });

  /** Runs the steps under load. Every call must start one execution, in order. */
  const underLoad = async (name: string, steps: () => Promise<void>) => {
    series++;
    const connects = simulator.statistics.connects;
    const load = new CallLoad(simulator, AGENT, series);
    load.start(callEveryMs);
    const startedAt = performance.now();
    try {
      await steps();
    } finally {
      load.stop();
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const of = () => sink.production(String(series));
    await waitUntil('all calls', async () => (await of()).length >= load.placed.length, {
      deadlineMs: 60_000,
      everyMs: 200,
    }).catch(() => undefined);
    const result = tally(load.placed, await of());
    console.log(
      `      ${name}: ${seconds.toFixed(1)} s, ${result.placed} calls, lost ${result.lost}, doubled ${result.doubled}, ` +
        `out of order ${result.outOfOrder}, new connections ${simulator.statistics.connects - connects}`,
    );
    expect(load.unheard, 'calls without a session').to.deep.equal([]);
    expect(load.otherSessionCounts, 'times without exactly one session').to.deep.equal([]);
    expect(result).to.deep.include({ received: load.placed.length, lost: 0, doubled: 0 });
    expect(result.outOfOrder, 'calls out of order').to.equal(0);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  };

  it('30 re-publishes with changed trigger parameters', () =>
    underLoad('30 re-publishes', async () => {
      for (let round = 1; round <= 30; round++) {
        await client.updateWorkflow(
          workflow.id,
          definition({
            events: round % 2 === 0 ? ['incomingCall', 'outgoingCall'] : ['incomingCall'],
            options: { numbers: round % 3 === 0 ? '021' : '', country: round % 5 === 0 ? 'DE' : 'RO' },
          }),
        );
        await client.publish(workflow.id);
      }
    }));

  it('10 times deactivated and activated again', () =>
    underLoad('10 × off and on', async () => {
      for (let round = 1; round <= 10; round++) {
        await client.deactivate(workflow.id);
        await client.publish(workflow.id);
      }
    }));

  it('10 saves without a change, and published again', () =>
    underLoad('10 saves', async () => {
      for (let round = 1; round <= 10; round++) {
        await client.updateWorkflow(workflow.id, definition({}));
        await client.publish(workflow.id);
      }
    }));

  it('5 manual tests started and ended meanwhile', () =>
    underLoad('5 manual tests', async () => {
      for (let round = 1; round <= 5; round++) {
        const push = await client.openPush();
        const run = await client.runManual(workflow.id, { trigger: 'Accolades Trigger' });
        await client.waitForExecution(run.executionId ?? '', 20_000);
        push.close();
      }
    }));

  it('deactivated: the session ends after the linger, and nothing is held', async () => {
    series++;
    await client.deactivate(workflow.id);
    const load = new CallLoad(simulator, AGENT, series);
    load.place();
    const startedAt = performance.now();
    await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 10_000 });
    console.log(
      `      released ${((performance.now() - startedAt) / 1000).toFixed(1)} s after the deactivation`,
    );
    await client.publish(workflow.id);
    await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 10_000 });
    load.place();
    await waitUntil('the call', async () => (await sink.production(String(series))).length > 0, {
      deadlineMs: 10_000,
    });
    expect(await sink.production(String(series))).to.deep.equal([`${series}.2`]);
  });

  it('deleted: the session ends after the linger', async () => {
    await client.deleteWorkflow(workflow.id);
    await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 10_000 });
  });
});

/** Reads the records of this folder's sink node: executions and their calls. */
class Sink {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** The calls of one series that started a production execution, in n8n's order of starting. */
  async production(series: string): Promise<string[]> {
    const text = await readFile(this.file, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => objectFrom(JSON.parse(line), 'a line of the sink'))
      .filter(({ mode, id }) => mode === 'trigger' && String(id).startsWith(`${series}.`))
      .sort((a, b) => Number(a['execution']) - Number(b['execution']))
      .map(({ id }) => String(id));
  }
}
