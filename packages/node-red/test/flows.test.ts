import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Simulator } from '@accolades-flow/simulator';
import { expectNoSecretSeen, FRONT_DESK, SALES, startSimulator } from './fixtures.ts';
import { callFlow, runtimeEvents, TestRuntime, type FlowNode } from './runtime.ts';
import { waitFor } from './wait.ts';
import { at } from './values.ts';

const credentials = { agent: { idCrm: `Front desk=${FRONT_DESK}` } };

describe('accolades-call in flows', () => {
  let simulator: Simulator;
  let runtime: TestRuntime | undefined;

  beforeEach(async () => {
    simulator = await startSimulator();
  });

  afterEach(async () => {
    await runtime?.stop();
    runtime = undefined;
    await simulator.close();
    expectNoSecretSeen();
  });

  async function start(flow: readonly FlowNode[]): Promise<TestRuntime> {
    runtime = await TestRuntime.start(flow, credentials);
    return runtime;
  }

  function flow(call: Readonly<Record<string, unknown>> = {}): FlowNode[] {
    return callFlow({ call, agent: { url: simulator.url } });
  }

  const call = (phoneNumber: string): void => {
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber });
  };

  it('of two tabs share one session, and each gets every call once', async () => {
    const running = await start([
      ...flow(),
      { id: 'tab2', type: 'tab', label: 'Another' },
      { id: 'call2', type: 'accolades-call', z: 'tab2', agent: 'agent', wires: [['out2']] },
      { id: 'out2', type: 'collector', z: 'tab2', wires: [] },
    ]);
    await running.waitForStatus('call', 'connected');
    await running.waitForStatus('call2', 'connected');
    for (let i = 10; i < 30; i++) call(`02112345${i}`);
    await running.waitForMessages('out', 20);
    await running.waitForMessages('out2', 20);
    expect(numbersOf(running, 'out')).to.deep.equal(numbersOf(running, 'out2'));
    expect(new Set(numbersOf(running, 'out')).size).to.equal(20);
    expect(running.received).to.have.lengthOf(40);
    expect(simulator.statistics.connections).to.equal(1);
    expect(simulator.statistics.refusals).to.deep.equal({});
  });

  it('of two agent nodes with the same idCrm share one session too', async () => {
    runtime = await TestRuntime.start(
      [
        ...flow(),
        { id: 'agent2', type: 'accolades-agent', url: simulator.url },
        { id: 'call2', type: 'accolades-call', z: 'tab', agent: 'agent2', wires: [['out']] },
      ],
      { ...credentials, agent2: { idCrm: FRONT_DESK } },
    );
    await runtime.waitForStatus('call', 'connected');
    await runtime.waitForStatus('call2', 'connected');
    call('0211234567');
    await runtime.waitForMessages('out', 2);
    expect(simulator.statistics.connections).to.equal(1);
  });

  it('keep their messages apart: a flow that changes one does not change the other', async () => {
    const running = await start([
      ...flow(),
      { id: 'call2', type: 'accolades-call', z: 'tab', agent: 'agent', wires: [['out2']] },
      { id: 'out2', type: 'collector', z: 'tab', wires: [] },
    ]);
    await running.waitForStatus('call2', 'connected');
    call('0211234567');
    const [first] = await running.waitForMessages('out', 1);
    const [second] = await running.waitForMessages('out2', 1);
    change(at(first, 'payload', 'raw'), 'type');
    change(at(first, 'payload', 'agent'), 'label');
    expect(second).to.have.nested.property('payload.raw.type', 'incomingCall');
    expect(second).to.have.nested.property('payload.agent.label', 'Front desk');
  });

  it('never connect an unused agent', async () => {
    const running = await start([
      { id: 'agent', type: 'accolades-agent', url: simulator.url },
      { id: 'tab', type: 'tab', label: 'Test' },
      { id: 'call', type: 'accolades-call', z: 'tab', agent: 'agent', wires: [[]], d: true },
      { id: 'off', type: 'tab', label: 'Off', disabled: true },
      { id: 'call2', type: 'accolades-call', z: 'off', agent: 'agent', wires: [[]] },
    ]);
    await running.deploy(
      [
        { id: 'agent', type: 'accolades-agent', url: simulator.url, name: 'Changed' },
        { id: 'tab', type: 'tab', label: 'Test' },
        { id: 'call', type: 'accolades-call', z: 'tab', agent: 'agent', wires: [[]], d: true },
      ],
      'nodes',
      credentials,
    );
    expect(running.node('agent')).not.to.equal(null);
    expect(simulator.statistics.connections).to.equal(0);
  });

  for (const type of ['full', 'flows', 'nodes'] as const) {
    it(`receive each event during a “${type}” deployment once, in order, after the start`, async () => {
      const slow = (name: string): FlowNode => ({ id: 'slow', type: 'slow', name, z: 'tab', wires: [] });
      const running = await start([slow('a'), ...flow()]);
      await running.waitForStatus('call', 'connected');
      call('0211234500');
      await running.waitForMessages('out', 1);
      const deployed = running.deploy(
        [slow('b'), ...flow({ name: type === 'nodes' ? 'b' : '' })],
        type,
        credentials,
      );
      await waitFor('The gap', () => running.held);
      for (let i = 1; i <= 5; i++) call(`021123450${i}`);
      await waitFor('The calls to arrive', () => simulator.statistics.calls === 6);
      await roundTrip(simulator);
      expect(running.messagesOf('out')).to.have.lengthOf(1);
      running.letGo();
      await deployed;
      call('0211234506');
      await running.waitForMessages('out', 7);
      expect(numbersOf(running, 'out')).to.deep.equal(
        ['00', '01', '02', '03', '04', '05', '06'].map((end) => `02112345${end}`),
      );
      expect(simulator.statistics.connections).to.equal(1);
      await running.waitForStatus('call', /^↙/);
    });
  }

  it('hold their messages while a neighbour is exchanged', async () => {
    const slow = (name: string): FlowNode => ({ id: 'slow', type: 'slow', name, z: 'tab', wires: [] });
    const running = await start([slow('a'), ...flow()]);
    await running.waitForStatus('call', 'connected');
    const before = running.node('call');
    const deployed = running.deploy([slow('b'), ...flow()], 'nodes', credentials);
    await waitFor('The gap', () => running.held);
    call('0211234567');
    await roundTrip(simulator);
    expect(running.messagesOf('out')).to.have.lengthOf(0);
    running.letGo();
    await deployed;
    await running.waitForMessages('out', 1);
    expect(running.node('call')).to.equal(before);
  });

  it('that are removed release the agent at once', async () => {
    const running = await start(flow());
    await running.waitForStatus('call', 'connected');
    await running.deploy(
      flow().filter(({ id }) => id !== 'call'),
      'nodes',
      credentials,
    );
    await waitFor('The release', () => simulator.sessions().length === 0, 1_000);
  });

  it('that move to another agent release the first at once', async () => {
    const running = await start(flow());
    await running.waitForStatus('call', 'connected');
    await running.deploy(flow(), 'nodes', { agent: { idCrm: SALES } });
    await running.deploy(flow({ name: 'changed' }), 'full', { agent: { idCrm: SALES } });
    await waitFor(
      'The exchange',
      () =>
        simulator
          .sessions()
          .map(({ idCrm }) => idCrm)
          .join() === SALES,
      2_000,
    );
  });

  for (const [what, disable] of [
    [
      'disabled',
      (nodes: FlowNode[]) => nodes.map((node) => (node.id === 'call' ? { ...node, d: true } : node)),
    ],
    [
      'in a disabled flow',
      (nodes: FlowNode[]) => nodes.map((node) => (node.id === 'tab' ? { ...node, disabled: true } : node)),
    ],
  ] as const) {
    it(`that are ${what} release the agent`, async function () {
      this.timeout(15_000);
      const running = await start(flow());
      await running.waitForStatus('call', 'connected');
      await running.deploy(disable(flow()), 'full', credentials);
      // The agent is released after the linger time at the latest.
      await waitFor('The release', () => simulator.sessions().length === 0, 8_000);
      expect(running.statusOf('call')).to.deep.include({ text: undefined });
    });
  }

  it('report invalid settings to Catch nodes, once', async () => {
    runtime = await TestRuntime.start(
      [...flow(), { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['out']] }],
      { agent: { idCrm: '' } },
    );
    const [caught] = await runtime.waitForMessages('out', 1);
    expect(caught).to.have.nested.property('error.source.id', 'call');
    expect(caught)
      .to.have.nested.property('error.message')
      .that.matches(/No idCrm is given.*“Test agent”/);
    expect(runtime.logOf('call', 'error')).to.deep.equal([]);
    await runtime.deploy(
      [
        ...flow(),
        { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['out']] },
        { id: 'new', type: 'collector', z: 'tab', wires: [] },
      ],
      'nodes',
    );
    expect(runtime.messagesOf('out')).to.have.lengthOf(1);
  });

  for (const value of ['', ' ', '\u200B', ' , ']) {
    it(`do not take a variable of numbers that is set to ${JSON.stringify(value)} for every number`, async () => {
      process.env['TEST_NUMBERS'] = value;
      try {
        const running = await start(flow({ numbers: '${TEST_NUMBERS}' }));
        await running.waitForStatus('call', 'wrong settings');
        const said = running.logOf('call', 'error').join();
        expect(said).to.match(/Set the environment variable TEST_NUMBERS|Write at least one number/);
        expect(said).to.match(/or clear the field to take all numbers/);
        expect(simulator.statistics.connections).to.equal(0);
      } finally {
        delete process.env['TEST_NUMBERS'];
      }
    });
  }

  it('show no idCrm when a config node is inspected or written as JSON', async () => {
    const running = await start(flow());
    await running.waitForStatus('call', 'connected');
    const node: unknown = running.node('agent');
    expect(inspect(node, { depth: 10 }))
      .to.include('agent')
      .and.not.include(FRONT_DESK);
    expect(JSON.stringify(node)).not.to.include(FRONT_DESK);
  });

  it('report each state to Status nodes, including the first', async () => {
    const running = await start([
      ...flow({ wires: [[]] }),
      { id: 'status', type: 'status', z: 'tab', scope: null, wires: [['out']] },
    ]);
    await waitFor('The statuses', () => statusTexts(running).at(-1) === 'connected');
    expect(statusTexts(running)[0]).to.equal('connecting');
    simulator.logout(FRONT_DESK);
    await waitFor('The loss', () => statusTexts(running).includes('closed by server'));
  });

  it('report a server error to Catch nodes', async () => {
    const running = await start([
      ...flow({ wires: [[]] }),
      { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['out']] },
    ]);
    await running.waitForStatus('call', 'connected');
    simulator.sendRaw(FRONT_DESK, '{"type":"error","message":"out of lines"}');
    const [caught] = await running.waitForMessages('out', 1);
    expect(caught)
      .to.have.nested.property('error.message')
      .that.matches(/^Front desk: The server reported an error.*out of lines/);
  });

  it('work in subflows, each instance for itself, and keep their place over deployments', async () => {
    const subflow = (label: string): FlowNode[] => [
      { id: 'tab', type: 'tab', label },
      { id: 'agent', type: 'accolades-agent', name: 'Test agent', url: simulator.url },
      {
        id: 'sub',
        type: 'subflow',
        name: 'Calls',
        in: [],
        out: [{ wires: [{ id: 'inner', port: 0 }] }],
      },
      { id: 'inner', type: 'accolades-call', z: 'sub', agent: 'agent', wires: [[]] },
      { id: 'one', type: 'subflow:sub', z: 'tab', wires: [['out']] },
      { id: 'two', type: 'subflow:sub', z: 'tab', wires: [['out']] },
      { id: 'out', type: 'collector', z: 'tab', wires: [] },
      { id: 'slow', type: 'slow', z: 'tab', name: label, wires: [] },
    ];
    const running = await start(subflow('a'));
    await running.waitForStatus('one-inner', 'connected');
    await running.waitForStatus('two-inner', 'connected');
    call('0211234501');
    await running.waitForMessages('out', 2);
    const deployed = running.deploy(subflow('b'), 'full', credentials);
    await waitFor('The gap', () => running.held);
    call('0211234502');
    await roundTrip(simulator);
    running.letGo();
    await deployed;
    await running.waitForMessages('out', 4);
    expect(numbersOf(running, 'out').sort()).to.deep.equal([
      '0211234501',
      '0211234501',
      '0211234502',
      '0211234502',
    ]);
    expect(simulator.statistics.connections).to.equal(1);
  });

  it('in a subflow do not take a variable of numbers that is empty for every number', async () => {
    const instance = (id: string, value: string): FlowNode => ({
      id,
      type: 'subflow:sub',
      z: 'tab',
      env: [{ name: 'NUMBERS', type: 'str', value }],
      wires: [],
    });
    const running = await start([
      { id: 'tab', type: 'tab', label: 'Test' },
      { id: 'agent', type: 'accolades-agent', name: 'Test agent', url: simulator.url },
      { id: 'sub', type: 'subflow', name: 'Calls', in: [], out: [] },
      { id: 'inner', type: 'accolades-call', z: 'sub', agent: 'agent', numbers: '${NUMBERS}', wires: [[]] },
      instance('one', ''),
      instance('two', '0721'),
    ]);
    await running.waitForStatus('one-inner', 'wrong settings');
    await running.waitForStatus('two-inner', 'connected');
  });

  it('leave no listener and no timer behind', async () => {
    const count = (): number => runtimeEvents().listenerCount('flows:started');
    const running = await start(flow());
    const during = count();
    await running.deploy(flow({ name: 'again' }), 'full', credentials);
    expect(count()).to.equal(during);
    await running.stop();
    expect(count()).to.equal(during - 1);
  });
});

/**
 * Waits until this process has read everything that the simulator sent before: the answer comes
 * last.
 */
async function roundTrip(simulator: Simulator): Promise<void> {
  const frames = simulator.statistics.framesIn;
  simulator.sendRaw(FRONT_DESK, '{"type":"roundTrip"}');
  await new Promise((resolve) => setImmediate(resolve));
  await waitFor('A moment', () => simulator.statistics.framesIn >= frames);
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
}

function numbersOf(runtime: TestRuntime, node: string): unknown[] {
  return runtime.messagesOf(node).map((message) => at(message, 'payload', 'phoneNumber'));
}

function statusTexts(runtime: TestRuntime): unknown[] {
  return runtime.messagesOf('out').map((message) => at(message, 'status', 'text'));
}

function change(target: unknown, key: string): void {
  if (typeof target !== 'object' || target === null) throw new Error('nothing to change');
  Reflect.set(target, key, 'changed');
}
