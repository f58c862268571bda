import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { expectNoSecret } from '../hosts/secrets.ts';
import { FRONT_DESK, SALES, SECRETS, simulate, untilSessions } from './agents.ts';
import { N8nRuntime, shownError } from './runtime.ts';

const EVENTS = ['incomingCall', 'agentConnected', 'agentDisconnected'];

describe('The Accolades Trigger with several agents, nodes and tests', () => {
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
  const both = () => ({ ...frontDesk(), idCrm: `Front desk=${FRONT_DESK}, Sales=${SALES}` });
  const call = (phoneNumber: string, agents = FRONT_DESK) => simulator.placeCall({ agents, phoneNumber });

  it('starts one execution for the agents that connect or disconnect at about the same time', async () => {
    const trigger = await runtime.startTrigger({ credentials: both(), parameters: { events: EVENTS } });
    await trigger.waitForItems(2);
    expect(trigger.emissions.map((outputs) => outputs[0]?.map(({ json }) => json['event']))).to.deep.equal([
      ['agentConnected', 'agentConnected'],
    ]);
    simulator.logout(FRONT_DESK);
    simulator.logout(SALES);
    await trigger.waitForItems(4);
    expect(trigger.emissions).to.have.lengthOf(2);
  });

  it('starts an execution for each call, after its agent’s connection event', async () => {
    const trigger = await runtime.startTrigger({ credentials: both(), parameters: { events: EVENTS } });
    await trigger.waitForItems(2);
    simulator.logout(FRONT_DESK);
    await untilSessions(simulator, 1);
    simulator.login(FRONT_DESK);
    await untilSessions(simulator, 2, 20_000);
    call('1');
    call('2');
    const items = await trigger.waitForItems(6);
    const ofAgent = items.slice(2).map(({ event }) => event);
    expect(ofAgent).to.deep.equal(['agentDisconnected', 'agentConnected', 'incomingCall', 'incomingCall']);
    expect(trigger.emissions.at(-1)?.[0]).to.have.lengthOf(1);
  });

  it('puts the connection events of one execution on the outputs that they belong to', async () => {
    const trigger = await runtime.startTrigger({
      credentials: both(),
      parameters: { events: EVENTS, options: { splitOutputs: true } },
    });
    await trigger.waitForItems(2);
    expect(trigger.emissions.map((outputs) => outputs.map((items) => items.length))).to.deep.equal([
      [0, 2, 0],
    ]);
  });

  it('delivers calls to two nodes with one ID in a workflow, and reports the duplicate', async () => {
    const same = { nodeId: 'same', credentials: frontDesk() };
    const [first, second] = await runtime.startTwo(
      'twins',
      { ...same, name: 'First' },
      { ...same, name: 'Second' },
    );
    call('1');
    expect((await first.waitForItems(1)).at(0)).to.include({ phoneNumber: '1' });
    expect((await second.waitForItems(1)).at(0)).to.include({ phoneNumber: '1' });
    expect(
      runtime.lines('warn').some((line) => /“First” and “Second”.*the same internal ID/.test(line)),
    ).to.equal(true);
  });

  it('ends a test that n8n forgot to stop when the same node is tested again', async () => {
    const node = { workflowId: 'tested', nodeId: 'twice', credentials: frontDesk() };
    const forgotten = await runtime.startTrigger({ ...node, mode: 'manual' });
    await untilSessions(simulator, 1);
    const again = await runtime.startTrigger({ ...node, mode: 'manual' });
    const run = await forgotten.finished;
    expect(shownError(run)?.message).to.include('executed again');
    await untilSessions(simulator, 1);
    call('1');
    await again.finished;
    expect(again.items).to.have.lengthOf(1);
    await untilSessions(simulator, 0);
  });
});
