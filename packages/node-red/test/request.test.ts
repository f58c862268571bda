import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { expectNoSecretSeen, FRONT_DESK, SALES } from './fixtures.ts';
import { TestRuntime, type FlowNode, type Message } from './runtime.ts';
import { at } from './values.ts';
import { waitFor } from './wait.ts';
import { HANGUP, post } from './webhook-rig.ts';

describe('accolades-request', () => {
  let simulator: Simulator;
  let runtime: TestRuntime | undefined;

  beforeEach(async () => {
    simulator = await createSimulator({
      agents: [
        {
          idCrm: FRONT_DESK,
          name: 'Front desk',
          account: { id: '15', data: '{"company":"Example"}' },
          phone: { id: '27', data: 'room,floor\nLobby,0' },
          agent: { id: '321', data: '<a><team>reception</team></a>' },
        },
        { idCrm: SALES, name: 'Sales', agent: { id: '322', data: 'plain' } },
      ],
    });
  });

  afterEach(async () => {
    await runtime?.stop();
    runtime = undefined;
    await simulator.close();
    expectNoSecretSeen();
  });

  async function start(
    config: Readonly<Record<string, unknown>> = {},
    idCrm = FRONT_DESK,
    more: readonly FlowNode[] = [],
  ): Promise<TestRuntime> {
    runtime = await TestRuntime.start(
      [
        { id: 'tab', type: 'tab', label: 'Test' },
        { id: 'agent', type: 'accolades-agent', name: 'Test agent', url: simulator.url },
        { id: 'ask', type: 'accolades-request', z: 'tab', agent: 'agent', wires: [['out']], ...config },
        { id: 'out', type: 'collector', z: 'tab', wires: [] },
        { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
        { id: 'caught', type: 'collector', z: 'tab', wires: [] },
        ...more,
      ],
      { agent: { idCrm } },
    );
    return runtime;
  }

  async function ask(running: TestRuntime, message: Message = {}): Promise<Message | undefined> {
    const before = running.messagesOf('out').length;
    running.inject('ask', message);
    return (await running.waitForMessages('out', before + 1))[before];
  }

  async function fail(running: TestRuntime, message: Message = {}): Promise<Message | undefined> {
    running.inject('ask', message);
    return (await running.waitForMessages('caught', 1))[0];
  }

  it('gives the configuration with its texts as they are, and keeps the rest of the message', async () => {
    const running = await start();
    const answer = await ask(running, { _msgid: 'm1', payload: 1, mine: 'kept' });
    expect(answer).to.deep.include({ topic: 'configuration', mine: 'kept', _msgid: 'm1' });
    expect(answer?.['payload']).to.deep.equal({
      account: { id: '15', data: '{"company":"Example"}' },
      phone: { id: '27', data: 'room,floor\nLobby,0' },
      agent: { id: '321', data: '<a><team>reception</team></a>' },
    });
    expect(running.statusOf('ask')).to.deep.include({ fill: 'green', text: 'answered' });
  });

  it('reads the texts when asked, and keeps the originals', async () => {
    const payload = (await ask(await start({ parse: 'auto' })))?.['payload'];
    expect(at(payload, 'account', 'data')).to.equal('{"company":"Example"}');
    expect(at(payload, 'account', 'parsed')).to.deep.equal({
      format: 'json',
      data: { company: 'Example' },
      problem: null,
    });
    expect(at(payload, 'phone', 'parsed', 'data')).to.deep.equal([{ room: 'Lobby', floor: '0' }]);
    expect(at(payload, 'agent', 'parsed', 'data')).to.deep.equal({ a: { team: 'reception' } });
  });

  it('gives the version', async () => {
    const running = await start({ request: 'version' });
    expect(await ask(running)).to.deep.include({
      topic: 'version',
      payload: { version: '1.1.0', known: true },
    });
    expect(running.logOf('ask', 'warn')).to.deep.equal([]);
  });

  it('warns in status and log when the version is none that it knows', async () => {
    simulator.configure({ version: '2.0.0' });
    const running = await start({ request: 'version' });
    expect((await ask(running))?.['payload']).to.deep.equal({ version: '2.0.0', known: false });
    expect(running.statusOf('ask')).to.deep.include({ fill: 'yellow', text: 'unknown version' });
    expect(running.logOf('ask', 'warn').join()).to.match(/version 2\.0\.0.*made for version 1/);
  });

  it('shares the connection of a call node', async () => {
    const running = await start({}, FRONT_DESK, [
      { id: 'call', type: 'accolades-call', z: 'tab', agent: 'agent', wires: [[]] },
    ]);
    await running.waitForStatus('call', 'connected');
    await Promise.all([ask(running), ask(running)]);
    expect(simulator.statistics.connects).to.equal(1);
    expect(simulator.sessions()).to.have.lengthOf(1);
  });

  it('does not hold the connection between requests, and releases it with the node', async () => {
    const running = await start();
    expect(simulator.statistics.connects).to.equal(0);
    await ask(running);
    expect(simulator.sessions()).to.have.lengthOf(1);
    await running.deploy([]);
    await waitFor('the end of the session', () => simulator.sessions().length === 0, 1_000);
  });

  it('asks the agent that the message names, and connects no other', async () => {
    const running = await start({}, `Front desk=${FRONT_DESK}, Sales=${SALES}`);
    const answer = await ask(running, { payload: { agent: { label: 'Sales' } } });
    expect(at(answer?.['payload'], 'agent', 'data')).to.equal('plain');
    expect(simulator.statistics.connects).to.equal(1);
  });

  it('takes a name that a message gives as a number', async () => {
    const running = await start({}, `101=${FRONT_DESK}, 102=${SALES}`);
    const answer = await ask(running, { payload: { agent: { label: 102 } } });
    expect(at(answer?.['payload'], 'agent', 'data')).to.equal('plain');
    expect(simulator.statistics.connects).to.equal(1);
  });

  it('says which agents there are when it does not know whom to ask', async () => {
    const running = await start({}, `Front desk=${FRONT_DESK}, Sales=${SALES}`);
    const caught = await fail(running, { payload: 17 });
    expect(at(caught, 'error', 'code')).to.equal('INVALID_PARAMETER');
    expect(at(caught, 'error', 'message')).to.match(/^There are several agents: Front desk, Sales/);
    expect(simulator.statistics.connects).to.equal(0);
  });

  it('gives Catch nodes the reason when the agent is not logged in, and tries no further', async () => {
    simulator.logout(FRONT_DESK);
    const running = await start();
    const caught = await fail(running, { payload: 1 });
    expect(at(caught, 'error', 'code')).to.equal('ID_NOT_FOUND');
    expect(at(caught, 'error', 'cause')).to.deep.equal({
      code: 'ID_NOT_FOUND',
      retryable: true,
      until: null,
      httpStatus: null,
    });
    expect(running.statusOf('ask')).to.deep.include({ fill: 'red', text: 'agent offline' });
    const attempts = simulator.statistics.connections;
    simulator.login(FRONT_DESK);
    await ask(running);
    expect(simulator.statistics.connections).to.equal(attempts + 1);
  });

  it('advises what to do when another program holds the connection', async () => {
    const other = new WebSocket(simulator.url);
    await new Promise<void>((resolve) => {
      other.addEventListener('open', () => {
        other.send(JSON.stringify({ type: 'authRequest', idCrm: FRONT_DESK }));
      });
      other.addEventListener('message', () => {
        resolve();
      });
    });
    try {
      const caught = await fail(await start());
      expect(at(caught, 'error', 'code')).to.equal('CONNECTION_EXISTS');
      expect(at(caught, 'error', 'message')).to.match(/includeConfiguration/);
    } finally {
      other.close();
    }
  });

  it('names the missing setting when no agent is chosen', async () => {
    const running = await start({ agent: '' });
    expect(running.statusOf('ask')).to.deep.include({ fill: 'red', text: 'wrong settings' });
    expect(at(await fail(running), 'error', 'code')).to.equal('INVALID_PARAMETER');
  });

  describe('for the status', () => {
    const calls = (more: Readonly<Record<string, unknown>> = {}): FlowNode => ({
      id: 'calls',
      type: 'accolades-call',
      z: 'tab',
      agent: 'agent',
      wires: [[]],
      ...more,
    });

    it('says who is connected, why others are not, and when the last call came', async () => {
      const idCrm = `Front desk=${FRONT_DESK}, Gone=0a0b0c0d0e`;
      const running = await start({ request: 'status' }, idCrm, [calls()]);
      await running.waitForStatus('calls', '1/2 connected');
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
      await running.waitForStatus('calls', /0211234567/);
      const message = await ask(running, { other: 1 });
      expect(message).to.deep.include({ topic: 'status', other: 1 });
      const payload = message?.['payload'];
      expect(payload).to.deep.include({ connected: 1, total: 2, endpoints: [] });
      expect(at(payload, 'agents', '0')).to.deep.include({
        agent: { label: 'Front desk', id: '321', phoneId: '27' },
        state: 'connected',
        reason: null,
      });
      for (const name of ['since', 'lastCallAt'])
        expect(at(payload, 'agents', '0', name)).to.match(/^20.*Z$/);
      expect(at(payload, 'agents', '1')).to.deep.include({ state: 'waiting', reason: 'ID_NOT_FOUND' });
      expect(at(payload, 'agents', '1', 'nextAttemptAt')).to.match(/^20.*Z$/);
      expect(running.statusOf('ask')).to.deep.include({ fill: 'yellow', text: '1/2 connected' });
    });

    it('opens no session', async () => {
      const running = await start({ request: 'status' });
      const message = await ask(running);
      expect(at(message?.['payload'], 'agents', '0')).to.deep.include({ state: 'notHere', lastCallAt: null });
      expect(simulator.sessions()).to.deep.equal([]);
      expect(running.statusOf('ask')).to.deep.include({ fill: 'red', text: '0/1 connected' });
    });

    it('says what the notifications of webhook nodes show', async () => {
      const hook: FlowNode = {
        id: 'hook',
        type: 'accolades-webhook',
        z: 'tab',
        name: 'Reception',
        path: '/calls',
        events: ['callEnded'],
        wires: [[]],
      };
      const running = await start({ request: 'status' }, FRONT_DESK, [hook]);
      await post(`${await running.serve()}/calls`, { ...HANGUP, userId: '27' });
      const message = await ask(running);
      expect(at(message?.['payload'], 'endpoints', '0')).to.deep.include({
        path: '/calls',
        name: 'Reception',
        calls: 1,
        reportingPhones: ['27'],
      });
    });
  });
});
