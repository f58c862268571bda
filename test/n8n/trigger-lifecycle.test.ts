import { ACKNOWLEDGE_MS } from '@accolades-flow/core';
import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { waitUntil } from '../../hosts/deadline.ts';
import { expectNoSecret } from '../hosts/secrets.ts';
import { FRONT_DESK, SALES, SECRETS, simulate, untilSessions } from './agents.ts';
import { N8nRuntime, shownError, type StartOptions } from './runtime.ts';

describe('The life of the Accolades Trigger', () => {
  let runtime: N8nRuntime;
  let simulator: Simulator;

  before(async () => {
    runtime = await N8nRuntime.load();
  });
  beforeEach(async () => {
    simulator = await simulate();
  });
  afterEach(async () => {
    await runtime.closeAll();
    await simulator.close();
  });
  after(() => {
    expectNoSecret('what the trigger gave n8n', runtime.everything(), SECRETS);
  });

  const frontDesk = () => ({ idCrm: `Front desk=${FRONT_DESK}`, url: simulator.url });
  const call = (phoneNumber: string, agents = FRONT_DESK) => simulator.placeCall({ agents, phoneNumber });
  const numbers = (items: readonly Readonly<Record<string, unknown>>[]) =>
    items.map((item) => item['phoneNumber']);

  const connectedLines = () =>
    runtime.lines('info').filter((line) => line.includes(': connected to Accolades.')).length;

  /**
   * Starts a test in the editor and waits until the log says that it listens, also with an existing
   * session.
   */
  const test = async (
    parameters: INodeParameters = {},
    node: Pick<StartOptions, 'workflowId' | 'nodeId'> = {},
  ) => {
    const before = connectedLines();
    const trigger = await runtime.startTrigger({
      ...node,
      mode: 'manual',
      parameters,
      credentials: frontDesk(),
    });
    await waitUntil('the test to listen', () => connectedLines() > before, { deadlineMs: 5_000, everyMs: 5 });
    return trigger;
  };

  for (const authSuccessType of ['authSucces', 'authSuccess'] as const) {
    it(`understands a server that answers ${authSuccessType}`, async () => {
      simulator.configure({ authSuccessType });
      const trigger = await runtime.startTrigger({ credentials: frontDesk() });
      call('1');
      expect(numbers(await trigger.waitForItems(1))).to.deep.equal(['1']);
    });
  }

  it('calls an agent that is alone and has no name as its credential is called', async () => {
    const trigger = await runtime.startTrigger({ credentials: { idCrm: FRONT_DESK, url: simulator.url } });
    call('1');
    const [item] = await trigger.waitForItems(1);
    expect(item?.['agent']).to.include({ label: 'Agents' });
    expect(runtime.lines('info').at(-1)).to.include('Agent “Agents”: connected to Accolades.');
  });

  it('connects before the activation ends, and logs it', async () => {
    await runtime.startTrigger({ credentials: frontDesk() });
    expect(simulator.sessions()).to.have.lengthOf(1);
    expect(runtime.lines('info').at(-1)).to.include('Agent “Front desk”: connected to Accolades.');
  });

  it('manual: takes one event and releases the agent', async () => {
    const trigger = await test();
    call('1');
    call('2');
    const run = await trigger.finished;
    expect(run.status).to.equal('success');
    expect(numbers(trigger.items)).to.deep.equal(['1']);
    await untilSessions(simulator, 0, 1_000);
  });

  it('manual: reports an agent that was connected before, after the start', async () => {
    await runtime.startTrigger({ credentials: frontDesk() });
    const trigger = await test({ events: ['agentConnected'] });
    await trigger.finished;
    expect(trigger.items.map(({ event }) => event)).to.deep.equal(['agentConnected']);
    expect(runtime.lines('error')).to.deep.equal([]);
  });

  it('manual: cancelled, it releases the agent at once', async () => {
    const trigger = await test();
    await trigger.close();
    await untilSessions(simulator, 0, 1_000);
  });

  it('manual: an event of a split output comes out of its own', async () => {
    const trigger = await test({ options: { splitOutputs: true } });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1', direction: 'outgoing' });
    await trigger.finished;
    expect(trigger.emissions[0]?.map((items) => items.length)).to.deep.equal([0, 1]);
  });

  it('shares one session among triggers and tests, and gives each every call once', async () => {
    const first = await runtime.startTrigger({ credentials: frontDesk() });
    const second = await runtime.startTrigger({
      credentials: { ...frontDesk(), idCrm: FRONT_DESK },
      nodeId: 'other',
    });
    const manual = await test();
    const sameWorkflow = await test();
    for (let i = 0; i < 5; i++) call(String(i));
    const all = ['0', '1', '2', '3', '4'];
    expect(numbers(await first.waitForItems(5))).to.deep.equal(all);
    expect(numbers(await second.waitForItems(5))).to.deep.equal(all);
    await Promise.all([manual.finished, sameWorkflow.finished]);
    expect([numbers(manual.items), numbers(sameWorkflow.items)]).to.deep.equal([['0'], ['0']]);
    call('5');
    expect(numbers(await first.waitForItems(6))).to.deep.equal([...all, '5']);
    expect(simulator.statistics).to.include({ connects: 1, maxConnectionsPerAgent: 1 });
    expect(simulator.statistics.refusals).to.deep.equal({});
  });

  it('lets a call wait until n8n has written the one before of the same agent, or of the same call', async () => {
    const trigger = await runtime.startTrigger({
      credentials: { ...frontDesk(), idCrm: `Front desk=${FRONT_DESK}, Sales=${SALES}` },
      writesAtOnce: false,
    });
    const write = (...written: readonly string[]) => {
      for (const outputs of trigger.emissions) {
        if (written.some((phoneNumber) => outputs[0]?.[0]?.json['phoneNumber'] === phoneNumber))
          JSON.stringify(outputs);
      }
    };
    // Shorter than the wait for an n8n that does not save.
    const items = (count: number) => trigger.waitForItems(count, ACKNOWLEDGE_MS - 100);
    call('1');
    call('2');
    call('3', SALES);
    expect(numbers(await items(2))).to.have.members(['1', '3']);
    write('1');
    expect(numbers(await items(3)).at(2)).to.equal('2');
    write('2', '3');
    simulator.placeCall({ agents: [FRONT_DESK, SALES], phoneNumber: '4' });
    call('5');
    expect((await items(4))[3]).to.include({ phoneNumber: '4', firstRing: true });
    write('4');
    expect((await items(5)).find(({ firstRing }) => firstRing === false)).to.include({ phoneNumber: '4' });
    write('4');
    expect(numbers(await items(6))).to.include('5');
  });

  it('a test of the very node that is active does not disturb it', async () => {
    const node = { workflowId: 'same', nodeId: 'node' };
    const active = await runtime.startTrigger({ ...node, credentials: frontDesk() });
    const manual = await test({}, node);
    call('1');
    await manual.finished;
    call('2');
    expect(numbers(await active.waitForItems(2))).to.deep.equal(['1', '2']);
    expect(simulator.statistics.connects).to.equal(1);
  });

  it('published again within the linger time, it gets the calls that came meanwhile', async () => {
    const workflowId = 'republished';
    const witness = await runtime.startTrigger({ credentials: frontDesk() });
    const before = await runtime.startTrigger({ credentials: frontDesk(), workflowId });
    call('1');
    await before.waitForItems(1);
    await before.close();
    await before.close();
    call('2');
    call('3');
    await witness.waitForItems(3);
    const after = await runtime.startTrigger({ credentials: frontDesk(), workflowId, activation: 'update' });
    call('4');
    expect(numbers(await after.waitForItems(3))).to.deep.equal(['2', '3', '4']);
    expect(numbers(before.items)).to.deep.equal(['1']);
    expect(simulator.statistics.connects).to.equal(1);
  });

  it('published again with another agent, it releases the first one at once', async () => {
    const workflowId = 'other agent';
    const before = await runtime.startTrigger({ credentials: frontDesk(), workflowId });
    await before.close();
    const after = await runtime.startTrigger({
      credentials: { ...frontDesk(), idCrm: SALES },
      workflowId,
    });
    await untilSessions(simulator, 1);
    expect(simulator.sessions().map(({ idCrm }) => idCrm)).to.deep.equal([SALES]);
    call('1', SALES);
    expect(numbers(await after.waitForItems(1))).to.deep.equal(['1']);
  });

  it('an agent that logs out and in again is followed, with a line in the log for each', async () => {
    const trigger = await runtime.startTrigger({
      credentials: frontDesk(),
      parameters: { events: ['incomingCall', 'agentConnected', 'agentDisconnected'] },
    });
    simulator.logout(FRONT_DESK);
    await trigger.waitForItems(2);
    simulator.login(FRONT_DESK);
    await trigger.waitForItems(3, 20_000);
    call('1');
    const items = await trigger.waitForItems(4);
    expect(items.map(({ event }) => event)).to.deep.equal([
      'agentConnected',
      'agentDisconnected',
      'agentConnected',
      'incomingCall',
    ]);
    expect(
      runtime.lines('info').some((line) => line.includes('“Front desk”: disconnected. Accolades ended')),
    ).to.equal(true);
    expect(trigger.errors).to.deep.equal([]);
  });

  it('a flood of messages that cannot be read is one line in the log', async () => {
    const trigger = await runtime.startTrigger({ credentials: frontDesk() });
    const warnings = runtime.lines('warn').length;
    for (let i = 0; i < 200; i++) simulator.sendRaw(FRONT_DESK, 'hello');
    for (let i = 0; i < 200; i++) simulator.sendRaw(FRONT_DESK, '{"type":"presence"}');
    call('1');
    await trigger.waitForItems(1);
    const lines = runtime.lines('warn').slice(warnings);
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]).to.match(/“Front desk”: .*cannot be read/);
    expect(lines[1]).to.include('presence');
  });

  it('without a credential n8n says so', async () => {
    const trigger = await runtime.startTrigger({ credentials: null, mode: 'manual' });
    expect(shownError(await trigger.finished)?.message).to.match(/credentials/);
  });
});
