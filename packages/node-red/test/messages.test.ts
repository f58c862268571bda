import { expect } from 'chai';
import type { Simulator } from '@accolades-flow/simulator';
import { expectNoSecretSeen, FRONT_DESK, SALES, startSimulator } from './fixtures.ts';
import { callFlow, startCallNode, TestRuntime, type RunningCallNode } from './runtime.ts';
import { at } from './values.ts';

describe('The messages of accolades-call', () => {
  let simulator: Simulator;
  let node: RunningCallNode | undefined;

  beforeEach(async () => {
    simulator = await startSimulator();
  });

  afterEach(async () => {
    await node?.close();
    node = undefined;
    await simulator.close();
    expectNoSecretSeen();
  });

  async function start(
    config: Record<string, unknown> = {},
    idCrm = `Front desk=${FRONT_DESK}`,
  ): Promise<RunningCallNode> {
    node = await startCallNode({ idCrm, url: simulator.url, config });
    await node.waitForStatus(/^(connected|2\/2 connected)$/);
    return node;
  }

  it('are the event and its name, and nothing else', async () => {
    const { waitForMessages, messages } = await start();
    expect(messages).to.deep.equal([]);
    const { uniqueId } = simulator.placeCall({
      agents: FRONT_DESK,
      phoneNumber: '0211234567',
      callCenter: true,
    });
    const [message] = await waitForMessages(1);
    expect(Object.keys(message!).sort()).to.deep.equal(['_msgid', 'payload', 'topic']);
    expect(message!['topic']).to.equal('incomingCall');
    expect(message!['payload']).to.deep.include({
      event: 'incomingCall',
      direction: 'incoming',
      phoneNumber: '0211234567',
      phone: {
        e164: '+40211234567',
        national: '021 123 4567',
        international: '+40 21 123 4567',
        country: 'RO',
        type: 'FIXED_LINE',
      },
      uniqueId,
      callCenter: true,
      firstRing: true,
      raw: { type: 'incomingCall', phoneNumber: '0211234567', uniqueId, callCenter: 'yes' },
    });
  });

  for (const [what, idCrm, name, labels] of [
    ['as its configuration node, when it is alone', FRONT_DESK, 'Reception', ['Reception']],
    ['as the list says', `Front desk=${FRONT_DESK}`, 'Reception', ['Front desk']],
    ['by its place, when nothing else names it', FRONT_DESK, '', ['agent 1']],
    ['by its place, when there are several', `${FRONT_DESK}, ${SALES}`, 'Reception', ['agent 1', 'agent 2']],
  ] as const) {
    it(`call an agent ${what}`, async () => {
      node = await startCallNode({ idCrm, url: simulator.url, agent: { name } });
      await node.waitForStatus(/^(connected|2\/2 connected)$/);
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
      if (labels.length > 1) simulator.placeCall({ agents: SALES, phoneNumber: '2' });
      const messages = await node.waitForMessages(labels.length);
      // Two sessions have no common order.
      expect(messages.map(({ payload }) => at(payload, 'agent', 'label'))).to.have.members(labels);
    });
  }

  for (const authSuccessType of ['authSucces', 'authSuccess'] as const) {
    it(`come after ${authSuccessType}`, async () => {
      simulator.configure({ authSuccessType });
      const { waitForMessages } = await start();
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '101', direction: 'outgoing' });
      const [message] = await waitForMessages(1);
      expect(message!['payload']).to.deep.include({ event: 'outgoingCall', phoneNumber: '101', phone: null });
    });
  }

  it("survive the comma mistakes of the vendor's samples", async () => {
    const { waitForMessages, runtime } = await start();
    simulator.sendSeedSample(FRONT_DESK, 'incomingCall');
    const [message] = await waitForMessages(1);
    expect(message!['payload']).to.deep.include({
      uniqueId: '1608743891.1344',
      startedAt: '2020-12-23T17:18:11.000Z',
    });
    expect(runtime.logOf('call', 'warn').join()).to.match(/not valid JSON; it was repaired/);
  });

  it('are only those of the chosen events', async () => {
    const running = await start({ events: ['outgoingCall'] });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211111111' });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0212222222', direction: 'outgoing' });
    await running.waitForMessages(1);
    expect(running.messages.map(({ topic }) => topic)).to.deep.equal(['outgoingCall']);
  });

  it('report the agent’s connection when selected', async () => {
    const { waitForMessages } = await start({ events: ['agentConnected', 'agentDisconnected'] });
    await waitForMessages(1);
    simulator.logout(FRONT_DESK);
    const [connected, disconnected] = await waitForMessages(2);
    expect(connected!['topic']).to.equal('agentConnected');
    expect(connected!['payload']).to.deep.include({ event: 'agentConnected', reason: null });
    expect(disconnected!['payload']).to.deep.include({
      event: 'agentDisconnected',
      reason: 'CONNECTION_CLOSED',
    });
  });

  for (const [callSource, expected] of [
    ['all', ['0211111111', '0212222222']],
    ['callCenter', ['0211111111']],
    ['direct', ['0212222222']],
  ] as const) {
    it(`are those of the source “${callSource}”`, async () => {
      const running = await start({ callSource, events: ['incomingCall'] });
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211111111', callCenter: true });
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0212222222', callCenter: false });
      await running.waitForMessages(expected.length);
      expect(numbersOf(running.messages)).to.deep.equal(expected);
    });
  }

  it('are those of the chosen numbers', async () => {
    const running = await start({ numbers: '+4072, /^1\\d\\d$/' });
    for (const phoneNumber of ['0211234567', '0721234567', '1234', '101']) {
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber });
    }
    await running.waitForMessages(2);
    expect(numbersOf(running.messages)).to.deep.equal(['0721234567', '101']);
  });

  it('are one per queue call when only the first ring is wanted', async () => {
    const agents = [FRONT_DESK, SALES];
    const running = await start({ firstRingOnly: true }, `A=${FRONT_DESK}, B=${SALES}`);
    simulator.placeCall({ agents, phoneNumber: '0211111111' });
    simulator.placeCall({ agents, phoneNumber: '0212222222' });
    await running.waitForMessages(2);
    expect(numbersOf(running.messages)).to.deep.equal(['0211111111', '0212222222']);
  });

  it('are one per agent otherwise, with the later rings marked', async () => {
    const { waitForMessages } = await start({}, `A=${FRONT_DESK}\nB=${SALES}`);
    simulator.placeCall({ agents: [FRONT_DESK, SALES], phoneNumber: '0211111111' });
    const messages = await waitForMessages(2);
    expect(messages.map((message) => at(message, 'payload', 'firstRing')).sort()).to.deep.equal([
      false,
      true,
    ]);
  });

  it("carry the agent's texts when asked for, and its ids always", async () => {
    simulator.setText(FRONT_DESK, 'agent', '{"extension":101}');
    const { waitForMessages } = await start({ includeConfiguration: true });
    const { agent } = simulator.agent(FRONT_DESK);
    // The first call may overtake the configuration texts.
    let payload: unknown;
    for (let calls = 1; ; calls++) {
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
      payload = at((await waitForMessages(calls))[calls - 1], 'payload');
      if (at(payload, 'configuration') !== null) break;
    }
    expect(payload)
      .to.have.nested.property('configuration.agent.data')
      .that.satisfies((data: unknown) => JSON.stringify(data).includes('extension'));
    expect(payload).to.have.nested.property('agent.id', agent.id);
    expect(payload).to.have.nested.property('agent.label', 'Front desk');
  });

  it('leave the texts out otherwise', async () => {
    const { waitForMessages } = await start();
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    const [message] = await waitForMessages(1);
    expect(message!['payload']).not.to.have.property('configuration');
  });

  it("read numbers as those of the agent's country", async () => {
    node = await startCallNode({ idCrm: FRONT_DESK, url: simulator.url, agent: { country: 'de' } });
    await node.waitForStatus('connected');
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '030 1234567' });
    const [message] = await node.waitForMessages(1);
    expect(message!['payload']).to.have.nested.property('phone.country', 'DE');
  });

  it('take the server and the idCrm from environment variables', async () => {
    process.env['TEST_ACCOLADES_URL'] = simulator.url;
    process.env['TEST_ACCOLADES_ID'] = FRONT_DESK;
    try {
      node = await startCallNode({ idCrm: '${TEST_ACCOLADES_ID}', url: '${TEST_ACCOLADES_URL}' });
      await node.waitForStatus('connected');
    } finally {
      delete process.env['TEST_ACCOLADES_URL'];
      delete process.env['TEST_ACCOLADES_ID'];
    }
  });

  it('that cannot be read are logged once and counted, without losing others', async () => {
    const { waitForMessages, runtime } = await start();
    for (let i = 0; i < 20; i++) simulator.sendGarbage(FRONT_DESK, 'text');
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    await waitForMessages(1);
    expect(runtime.logOf('call', 'warn').filter((line) => /cannot be read/.test(line))).to.have.lengthOf(1);
  });
});

describe('The outputs of accolades-call', () => {
  let simulator: Simulator;
  let node: RunningCallNode | undefined;

  beforeEach(async () => {
    simulator = await startSimulator();
  });

  afterEach(async () => {
    await node?.close();
    await simulator.close();
    expectNoSecretSeen();
  });

  it('are one per chosen event, in the order of the events', async () => {
    const collectors = ['in', 'gone'].map((id) => ({ id, type: 'collector', z: 'tab', wires: [] }));
    const runtime = await TestRuntime.start(
      [
        ...callFlow({
          call: {
            events: ['agentDisconnected', 'incomingCall', 'outgoingCall'],
            splitOutputs: true,
            outputs: 3,
            wires: [['in'], ['out'], ['gone']],
          },
          agent: { url: simulator.url },
        }),
        ...collectors,
      ],
      { agent: { idCrm: FRONT_DESK } },
    );
    try {
      await runtime.waitForStatus('call', 'connected');
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211111111' });
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0212222222', direction: 'outgoing' });
      await runtime.waitForMessages('out', 1);
      simulator.logout(FRONT_DESK);
      await runtime.waitForMessages('gone', 1);
      const topics = ['in', 'out', 'gone'].map((id) => runtime.messagesOf(id).map(({ topic }) => topic));
      expect(topics).to.deep.equal([['incomingCall'], ['outgoingCall'], ['agentDisconnected']]);
    } finally {
      await runtime.stop();
    }
  });

  it('are one for all otherwise', async () => {
    node = await startCallNode({
      idCrm: FRONT_DESK,
      url: simulator.url,
      config: { events: ['incomingCall', 'outgoingCall', 'agentConnected'] },
    });
    await node.waitForMessages(1);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211111111' });
    const messages = await node.waitForMessages(2);
    expect(messages.map(({ topic }) => topic)).to.deep.equal(['agentConnected', 'incomingCall']);
  });
});

function numbersOf(messages: readonly Record<string, unknown>[]): unknown[] {
  return messages.map((message) => at(message, 'payload', 'phoneNumber'));
}
