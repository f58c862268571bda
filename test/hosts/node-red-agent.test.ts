import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { arrayFrom, objectFrom, type JsonObject } from '../../hosts/guards.ts';
import { startNodeRed, type FlowNode } from '../../hosts/node-red/launch.ts';
import { agentNode, debug, flowNode, tab } from './flow-nodes.ts';
import { NodeRedRig } from './node-red-rig.ts';
import { expectNoSecret } from './secrets.ts';
import { tarball } from './tarballs.ts';

const FRONT_DESK = '9f3e1c70aa';
const SALES = '5d0c4be912';
const UNKNOWN = '0000deadbeef';

/** The test button in an agent's dialog. */
describe('An agent in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    rig = await NodeRedRig.start({ TEST_IDCRM: FRONT_DESK, TEST_NAME: 'Reception' });
  });

  after(() => rig.stop());

  beforeEach(async () => {
    simulator = await createSimulator({
      agents: [
        {
          idCrm: FRONT_DESK,
          name: 'Front desk',
          account: { id: '15', data: 'the account’s text' },
          phone: { id: '27', data: '' },
          agent: { id: '321', data: '' },
        },
        { idCrm: SALES, name: 'Sales' },
      ],
    });
  });

  afterEach(async () => {
    await rig.deploy([tab('a')]);
    await simulator.close();
  });

  const typed = (more: JsonObject = {}): JsonObject => ({
    name: 'Reception',
    url: simulator.url,
    country: 'RO',
    tls: '',
    ...more,
  });

  const test = async (body: JsonObject, id = 'agent'): Promise<JsonObject> =>
    objectFrom(await rig.client.post(`/accolades-agent/${id}/test`, body), 'the result');

  /** The agent alone; it does not connect on its own. */
  const unused = (): FlowNode[] => [
    tab('a'),
    agentNode('agent', simulator.url, FRONT_DESK, { name: 'Reception' }),
  ];

  /** The agent with a node that uses it, connected. */
  const deployUsed = async (more: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    await rig.deploy([
      tab('a'),
      agentNode('agent', simulator.url, FRONT_DESK, { name: 'Reception', ...more }),
      flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [['out']]),
      debug('a', 'out'),
    ]);
    await waitUntil('a session', () => simulator.sessions().length === 1, { deadlineMs: 10_000, everyMs: 5 });
  };

  const untilFree = (): Promise<unknown> =>
    waitUntil('the session to end', () => simulator.sessions().length === 0, {
      deadlineMs: 5_000,
      everyMs: 5,
    });

  it('is tested with the stored idCrm, and its connection ends with the test', async () => {
    await rig.deploy(unused());
    expect(await test(typed())).to.deep.equal({
      ok: true,
      message: 'Connected as Reception: agent 321, phone 27, account 15.',
      code: null,
    });
    await untilFree();
    expect(simulator.statistics.connects).to.equal(1);
  });

  it('is tested with the typed values, before a deployment, and with variables', async () => {
    await rig.deploy([tab('a')]);
    expect((await test(typed({ idCrm: `Desk=${FRONT_DESK}` }), 'new'))['message']).to.match(
      /^Connected as Desk: agent 321/,
    );
    const variables = { idCrm: '${TEST_IDCRM}', name: '${TEST_NAME}' };
    expect((await test(typed(variables), 'new'))['message']).to.match(/^Connected as Reception:/);
    expect(await test(typed({ idCrm: '${NOT_THERE}' }), 'new')).to.deep.equal({
      ok: false,
      code: 'INVALID_CREDENTIAL',
      message: 'The environment variable NOT_THERE is not set. Correct the field idCrm.',
    });
    for (const [wrong, says] of [
      [{}, /No idCrm is given|Type it again/],
      [{ idCrm: `${FRONT_DESK} ${SALES}` }, /has a space inside. Separate agents by commas/],
      [{ idCrm: FRONT_DESK, url: 'https://127.0.0.1' }, /must start with wss:/],
      [{ idCrm: FRONT_DESK, url: 'wss://127.0.0.1:9', tls: 'gone' }, /TLS configuration is missing/],
    ] as const) {
      const result = await test(typed(wrong), 'new');
      expect(result).to.include({ ok: false });
      expect(result['message']).to.match(says);
    }
    expect(simulator.statistics.connects).to.equal(2);
  });

  it('shares the session that this Node-RED has, and leaves it alone', async () => {
    await deployUsed();
    expect(await test(typed())).to.deep.equal({
      ok: true,
      message:
        'This Node-RED is already connected as Reception, and shares that connection: agent 321, phone 27, account 15.',
      code: null,
    });
    expect(simulator.statistics).to.include({ connects: 1, maxSessionsPerAgent: 1 });
    const call = await rig.next('out', () => {
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
      return Promise.resolve();
    });
    expect(call['payload']).to.include({ phoneNumber: '0211234567' });
  });

  it('reports whether this Node-RED or another program holds the connection', async () => {
    await deployUsed();
    const alias = simulator.url.replace('127.0.0.1', 'localhost');
    const here = await test(typed({ url: alias, idCrm: FRONT_DESK }));
    expect(here).to.include({ ok: false, code: 'HELD_HERE' });
    expect(here['message']).to.match(/This very Node-RED holds .* configuration node “Reception”/);
    expect(simulator.sessions()).to.have.lengthOf(1);
    await rig.deploy(unused());
    await untilFree();
    simulator.faults.set(FRONT_DESK, { refuseWith: 'CONNECTION_EXISTS' });
    const other = await test(typed({ url: alias, idCrm: FRONT_DESK }));
    expect(other).to.include({ ok: false, code: 'CONNECTION_EXISTS' });
    expect(other['message']).to.match(/^Another program already holds/);
  });

  it('reports why it cannot be connected', async () => {
    await rig.deploy(unused());
    for (const [fields, code, says] of [
      [{ idCrm: UNKNOWN }, 'ID_NOT_FOUND', /compare the idCrm/],
      [
        { idCrm: FRONT_DESK, url: 'ws://127.0.0.1:9' },
        'CONNECTION_REFUSED',
        /Nothing answers at this address/,
      ],
      [{ idCrm: FRONT_DESK, url: 'ws://nowhere.invalid' }, 'HOST_NOT_FOUND', /cannot be resolved/],
    ] as const) {
      const result = await test(typed(fields));
      expect(result).to.include({ ok: false, code });
      expect(result['message']).to.match(says);
    }
    simulator.faults.set(SALES, { refuseWith: 'IP_MISSMATCH' });
    const several = await test(typed({ idCrm: `A=${FRONT_DESK}, B=${SALES}, C=${UNKNOWN}` }));
    expect(several['message']).to.match(
      /^2 of 3 agents cannot be connected\. B: Accolades accepts .* C: Accolades knows no/,
    );
    await untilFree();
    simulator.faults.clear();
    expect((await test(typed({ idCrm: `A=${FRONT_DESK}, B=${SALES}` })))['message']).to.equal(
      'All 2 agents are connected: A, B.',
    );
  });

  it('gives up after some seconds where the server is silent', async () => {
    await rig.deploy(unused());
    simulator.faults.set(FRONT_DESK, { noAuthAnswer: true });
    const before = process.hrtime.bigint();
    expect(await test(typed())).to.include({ ok: false, code: 'AUTH_TIMEOUT' });
    expect(Number(process.hrtime.bigint() - before) / 1e9).to.be.below(13);
    await untilFree();
  });

  it('sends the stored idCrm to no other server', async () => {
    await rig.deploy(unused());
    const other = await createSimulator({ agents: [{ idCrm: FRONT_DESK, name: 'Front desk' }] });
    try {
      const refused = await test(typed({ url: other.url }));
      expect(refused).to.include({ ok: false, code: 'INVALID_CREDENTIAL' });
      expect(refused['message']).to.match(/Type it again/);
      expect(other.statistics.connections).to.equal(0);
      expect(await test(typed({ url: other.url, idCrm: FRONT_DESK }))).to.include({ ok: true });
    } finally {
      await other.close();
    }
  });

  it('refuses tests from other pages’ forms', async () => {
    await rig.deploy(unused());
    for (const body of [new URLSearchParams({ url: simulator.url }), JSON.stringify(typed())]) {
      const response = await fetch(`${rig.host.url}/accolades-agent/agent/test`, { method: 'POST', body });
      expect(response.status).to.equal(400);
    }
    expect(simulator.statistics.connections).to.equal(0);
  });

  it('refuses tests without the permission to deploy', async () => {
    const userDir = await mkdtemp(path.join(tmpdir(), 'accolades-node-red-'));
    const host = await startNodeRed({
      userDir,
      packages: [await tarball('node-red')],
      settings: { adminAuth: { type: 'credentials', users: [], default: { permissions: 'read' } } },
    });
    try {
      const response = await fetch(`${host.url}/accolades-agent/agent/test`, {
        method: 'POST',
        body: JSON.stringify(typed({ idCrm: FRONT_DESK })),
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).to.equal(401);
      expect(simulator.statistics.connections).to.equal(0);
      // This user may read it, like the flows themselves.
      expect((await fetch(`${host.url}/accolades-agent/agent/agents`)).status).to.equal(404);
    } finally {
      await host.stop();
      await rm(userDir, { recursive: true, force: true });
    }
  });

  it('shows connected agents in the dialog, and why others are not connected', async () => {
    simulator.faults.set(SALES, { refuseWith: 'IP_MISSMATCH' });
    const idCrm = `Desk=${FRONT_DESK}, Sales=${SALES}, Nobody=${UNKNOWN}`;
    const flow = (disabled: boolean): FlowNode[] => [
      tab('a', { disabled }),
      agentNode('agent', simulator.url, idCrm),
      flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [[]]),
    ];
    await rig.deploy(flow(false));
    const states = async (): Promise<JsonObject> =>
      objectFrom(await rig.client.get('/accolades-agent/agent/agents'), 'the states');
    const told = await waitUntil(
      'all outcomes',
      async () => {
        const answer = await states();
        return JSON.stringify(answer).split('"waiting"').length === 3 && answer;
      },
      { deadlineMs: 10_000 },
    );
    expect(told).to.include({ connected: 1, total: 3 });
    const agents = arrayFrom(told['agents'], 'the agents').map((agent) => objectFrom(agent, 'an agent'));
    const shown = agents.map(({ label, state, code }) => [label, state, code]);
    expect(shown).to.deep.equal([
      ['Desk', 'connected', null],
      ['Sales', 'waiting', 'IP_MISSMATCH'],
      ['Nobody', 'waiting', 'ID_NOT_FOUND'],
    ]);
    expect(agents[1]?.['reason']).to.match(/public IP address/);
    expectNoSecret('the states', JSON.stringify(told), [FRONT_DESK, SALES, UNKNOWN]);
    // Viewing the states must not connect anything.
    await rig.deploy(flow(true));
    await untilFree();
    const { connects } = simulator.statistics;
    const unused = await states();
    expect(unused).to.include({ connected: 0, total: 3 });
    expect(JSON.stringify(unused).split('"notHere"')).to.have.lengthOf(4);
    expect(simulator.statistics.connects).to.equal(connects);
    expect((await fetch(`${rig.host.url}/accolades-agent/gone/agents`)).status).to.equal(404);
  });

  it('shows no states without the permission to read flows', async () => {
    const userDir = await mkdtemp(path.join(tmpdir(), 'accolades-node-red-'));
    const host = await startNodeRed({
      userDir,
      packages: [await tarball('node-red')],
      settings: { adminAuth: { type: 'credentials', users: [] } },
    });
    try {
      const response = await fetch(`${host.url}/accolades-agent/agent/agents`);
      expect(response.status).to.equal(401);
    } finally {
      await host.stop();
      await rm(userDir, { recursive: true, force: true });
    }
  });

  it('keeps every idCrm out of everything', async () => {
    const secrets = [FRONT_DESK, SALES, UNKNOWN];
    await rig.deploy(unused());
    await rig.expectNoSecret(secrets);
    const answers = await Promise.all([
      test(typed()),
      test(typed({ idCrm: UNKNOWN })),
      test(typed({ idCrm: `${SALES};${UNKNOWN}` })),
    ]);
    expectNoSecret('the answers', JSON.stringify(answers), secrets);
  });

  it('reports 300 logged-out agents as logged out, without advice about the firewall', async () => {
    await rig.deploy(unused());
    const idCrm = Array.from({ length: 300 }, (_, at) => `Agent ${at}=logged-out-${at}`).join('\n');
    const { ok, code, message } = await test({ ...typed(), idCrm });
    expect({ ok, code }).to.deep.equal({ ok: false, code: 'ID_NOT_FOUND' });
    expect(message).to.be.a('string').that.contains('Accolades knows no').and.not.contain('firewall');
  }).timeout(60_000);
});
