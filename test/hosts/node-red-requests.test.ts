import type { Simulator } from '@accolades-flow/simulator';
import { processHub } from '@accolades-flow/core/node';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { isObject } from '../../hosts/guards.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { agentNode, catchAll, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { errorOf, NodeRedRig, payloadOf } from './node-red-rig.ts';
import { IDCRM, startTelephony } from './telephony.ts';

describe('Requests over the live session in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    rig = await NodeRedRig.start();
  });

  after(() => rig.stop());

  beforeEach(async () => {
    simulator = await startTelephony();
  });

  afterEach(async () => {
    await rig.deploy([tab('a')]);
    await simulator.close();
  });

  const flow = (request: Readonly<Record<string, unknown>>, more: FlowNode[] = []): FlowNode[] => [
    tab('a'),
    agentNode('agent', simulator.url, `Front desk=${IDCRM}`),
    inject('a', 'go', [['ask']]),
    flowNode('a', 'ask', 'accolades-request', { agent: 'agent', request: 'configuration', ...request }, [
      ['out'],
    ]),
    debug('a', 'out'),
    ...catchAll('a'),
    ...more,
  ];

  const calls = (fields: Readonly<Record<string, unknown>> = {}): FlowNode[] => [
    flowNode('a', 'calls', 'accolades-call', { agent: 'agent', ...fields }, [['called']]),
    debug('a', 'called'),
  ];

  const ask = (payload = {}) => rig.next('out', () => rig.client.inject('go', payload));
  const askInVain = (payload = {}) => rig.next('a-caught', () => rig.client.inject('go', payload));

  it('gives the texts, as they are and read, and the version, over the session of the call node', async () => {
    await rig.deploy(flow({}, calls()));
    await rig.client.waitForStatus('calls', ({ fill }) => fill === 'green');
    const texts = payloadOf(await ask());
    expect(texts).to.deep.equal({
      account: { id: '15', data: '{"company":"Example"}' },
      phone: { id: '27', data: 'room,floor\nLobby,0' },
      agent: { id: '321', data: '<agent><team>reception</team></agent>' },
    });
    await rig.deploy(flow({ parse: 'auto' }, calls()));
    expect(payloadOf(await ask())).to.deep.equal({
      account: {
        id: '15',
        data: '{"company":"Example"}',
        parsed: { format: 'json', data: { company: 'Example' }, problem: null },
      },
      phone: {
        id: '27',
        data: 'room,floor\nLobby,0',
        parsed: { format: 'csv', data: [{ room: 'Lobby', floor: '0' }], problem: null },
      },
      agent: {
        id: '321',
        data: '<agent><team>reception</team></agent>',
        parsed: { format: 'xml', data: { agent: { team: 'reception' } }, problem: null },
      },
    });
    await rig.deploy(flow({ request: 'version' }, calls()));
    expect(payloadOf(await ask())).to.deep.equal({ version: '1.1.0', known: true });
    // There is still one connection, and each call still arrives once.
    simulator.placeCall({ agents: IDCRM, phoneNumber: '0211234567' });
    await rig.waitForMessages('called', 1);
    expect(simulator.statistics.connects).to.equal(1);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });

  it('warns in the status about an unknown server version', async () => {
    simulator.configure({ version: '7.0.1' });
    await rig.deploy(flow({ request: 'version' }));
    expect(payloadOf(await ask())).to.deep.equal({ version: '7.0.1', known: false });
    expect(rig.client.statusOf('ask')).to.deep.include({ fill: 'yellow', text: 'unknown version' });
    expect(rig.host.output()).to.match(/\[warn\] \[accolades-request:ask\].*version 7\.0\.1/);
  });

  it('occupies the agent only while it asks', async () => {
    await rig.deploy(flow({}));
    expect(simulator.sessions()).to.deep.equal([]);
    await ask();
    await waitUntil('the end of the session', () => simulator.sessions().length === 0, {
      deadlineMs: 12_000,
    });
  });

  it('advises a working remedy when another process holds the connection', async () => {
    const elsewhere = processHub().subscribe({
      owner: 'another program',
      agents: [{ label: 'Front desk', idCrm: IDCRM }],
      server: { url: simulator.url },
    });
    try {
      await waitUntil('the session elsewhere', () => simulator.sessions().length === 1, {
        deadlineMs: 5_000,
      });
      await rig.deploy(flow({}));
      const error = errorOf(await askInVain());
      expect(error).to.include({ code: 'CONNECTION_EXISTS' });
      expect(error['message']).to.match(/includeConfiguration/);
      expect(rig.client.statusOf('ask')).to.deep.include({ fill: 'red', text: 'in use elsewhere' });
    } finally {
      elsewhere.unsubscribe({ removed: true });
    }
    await waitUntil('the end of it', () => simulator.sessions().length === 0, { deadlineMs: 5_000 });
    await rig.deploy([
      tab('a'),
      agentNode('agent', simulator.url, `Front desk=${IDCRM}`),
      ...calls({ includeConfiguration: true }),
    ]);
    await rig.client.waitForStatus('calls', ({ fill }) => fill === 'green');
    const [message] = await waitUntil(
      'a call with the texts',
      () => {
        simulator.placeCall({ agents: IDCRM, phoneNumber: '0211234567' });
        const told = rig
          .messagesOf('called')
          .filter((called) => isObject(payloadOf(called)['configuration']));
        return told.length > 0 && told;
      },
      { deadlineMs: 5_000, everyMs: 100 },
    );
    expect(payloadOf(message)['configuration']).to.deep.include({
      account: { id: '15', data: '{"company":"Example"}' },
    });
  });

  it('gives Catch nodes why it cannot ask: logged out, no such agent, settings that make no sense', async () => {
    await rig.deploy(flow({ agentLabel: 'payload.who', agentLabelType: 'msg' }));
    const unknown = errorOf(await askInVain({ who: 'Nobody' }));
    expect(unknown).to.include({ code: 'INVALID_PARAMETER' });
    expect(unknown['message']).to.match(/Front desk/);
    simulator.logout(IDCRM);
    expect(errorOf(await askInVain({ who: 'Front desk' }))).to.include({ code: 'ID_NOT_FOUND' });
    expect(rig.client.statusOf('ask')).to.deep.include({ fill: 'red', text: 'agent offline' });
    simulator.login(IDCRM);
    expect(payloadOf(await ask({ who: 'Front desk' }))).to.have.property('agent');
    for (const fields of [{ agent: '' }, { request: 'everything' }, { parse: 'yaml' }]) {
      await rig.deploy(flow(fields));
      expect(errorOf(await askInVain()), JSON.stringify(fields)).to.include({ code: 'INVALID_PARAMETER' });
      expect(rig.client.statusOf('ask')).to.deep.include({ fill: 'red', text: 'wrong settings' });
    }
  });

  it('keeps the idCrm out of everything', () => rig.expectNoSecret([IDCRM]));
});
