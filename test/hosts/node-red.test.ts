import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { waitUntil } from '../../hosts/deadline.ts';
import { NodeRedClient } from '../../hosts/node-red/client.ts';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../hosts/node-red/launch.ts';
import { expectNoSecret, expectNoSecretInFiles } from './secrets.ts';
import { tarball } from './tarballs.ts';

const FRONT_DESK = '9f3e1c70aa';
const SALES = '5d0c4be912';
const SECRETS = [FRONT_DESK, SALES];

const tab = (id: string, disabled = false): FlowNode => ({ id, type: 'tab', label: id, disabled });

const agent = (id: string, url: string, idCrm: string, more: Record<string, unknown> = {}): FlowNode => ({
  id,
  type: 'accolades-agent',
  name: 'Agents',
  url,
  country: 'RO',
  ...more,
  credentials: { idCrm },
});

const calls = (z: string, id: string, agentId: string, more: Record<string, unknown> = {}): FlowNode[] => [
  {
    id,
    type: 'accolades-call',
    z,
    name: '',
    agent: agentId,
    events: ['incomingCall', 'outgoingCall'],
    callSource: 'all',
    numbers: '',
    firstRingOnly: false,
    includeConfiguration: false,
    splitOutputs: false,
    x: 100,
    y: 100,
    wires: [[`${id}-debug`]],
    ...more,
  },
  {
    id: `${id}-debug`,
    type: 'debug',
    z,
    name: id,
    active: true,
    tosidebar: true,
    console: false,
    complete: 'true',
    targetType: 'full',
    x: 300,
    y: 100,
    wires: [],
  },
];

describe('The packed palette in a real Node-RED', () => {
  let simulator: Simulator;
  let host: NodeRedHost;
  let client: NodeRedClient;
  let userDir: string;

  before(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), 'accolades-node-red-'));
    simulator = await createSimulator({
      agents: [
        { idCrm: FRONT_DESK, name: 'Front desk' },
        { idCrm: SALES, name: 'Sales' },
      ],
    });
    host = await startNodeRed({ userDir, packages: [await tarball('node-red')] });
    client = await NodeRedClient.connect(host.url);
  });

  after(async () => {
    client.close();
    await host.stop();
    await simulator.close();
    await rm(userDir, { recursive: true, force: true });
  });

  const messagesOf = (id: string): unknown[] =>
    client.debugMessages.filter((message) => message.name === id).map((message) => message.value);

  const waitForMessages = (id: string, count: number): Promise<unknown[]> =>
    waitUntil(`${count} messages of ${id}`, () => messagesOf(id).length >= count && messagesOf(id), {
      deadlineMs: 10_000,
      everyMs: 10,
      details: () => `${messagesOf(id).length} came`,
    });

  const waitForColour = (id: string, fill: string, deadlineMs = 15_000) =>
    client.waitForStatus(id, (status) => status.fill === fill, deadlineMs);

  it('loads without an error', async () => {
    const sets = (await client.nodes()).filter((set) => set.module === '@accolades-flow/node-red-accolades');
    expect(sets.flatMap((set) => set.types)).to.include.members(['accolades-agent', 'accolades-call']);
    expect(sets.map((set) => set.error).filter((error) => error !== undefined)).to.deep.equal([]);
  });

  it('passes every call on, once, with the documented message', async () => {
    await client.deploy([
      tab('a'),
      agent('agent', simulator.url, `Front desk=${FRONT_DESK}`),
      ...calls('a', 'one', 'agent'),
    ]);
    await waitForColour('one', 'green');
    const placed = Array.from({ length: 20 }, (_, i) =>
      simulator.placeCall({
        agents: FRONT_DESK,
        phoneNumber: '0211234567',
        callCenter: i % 2 === 0,
        direction: i % 3 === 0 ? 'outgoing' : 'incoming',
      }),
    );
    const messages = await waitForMessages('one', placed.length);
    expect(messages.map((message) => payloadOf(message)['uniqueId'])).to.deep.equal(
      placed.map((call) => call.uniqueId),
    );
    const [first] = messages;
    expect(first).to.have.property('topic', 'outgoingCall');
    expect(payloadOf(first)).to.deep.include({
      event: 'outgoingCall',
      direction: 'outgoing',
      phoneNumber: '0211234567',
      phone: {
        e164: '+40211234567',
        national: '021 123 4567',
        international: '+40 21 123 4567',
        country: 'RO',
        type: 'FIXED_LINE',
      },
      callCenter: true,
      firstRing: true,
    });
  });

  it('shares one session among two nodes in different flows, and gives each every call once', async () => {
    client.debugMessages.length = 0;
    await client.deploy([
      tab('a'),
      tab('b'),
      agent('agent', simulator.url, `Front desk=${FRONT_DESK}`),
      ...calls('a', 'one', 'agent'),
      ...calls('b', 'two', 'agent'),
    ]);
    await waitForColour('two', 'green');
    for (let i = 0; i < 10; i++) simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0721234567' });
    await waitForMessages('one', 10);
    await waitForMessages('two', 10);
    expect(messagesOf('one')).to.have.lengthOf(10);
    expect(messagesOf('two').map(payloadOf)).to.deep.equal(messagesOf('one').map(payloadOf));
    expect(simulator.sessions()).to.have.lengthOf(1);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });

  it('releases the session of a disabled flow', async () => {
    await client.deploy([
      tab('a', true),
      agent('agent', simulator.url, `Front desk=${FRONT_DESK}`),
      ...calls('a', 'one', 'agent'),
    ]);
    await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 10_000 });
  });

  const healing: readonly { name: string; break: (s: Simulator) => void; mend: (s: Simulator) => void }[] = [
    {
      name: 'ID_NOT_FOUND',
      break: (s) => {
        s.logout(SALES);
      },
      mend: (s) => {
        s.login(SALES);
      },
    },
    ...['IP_MISSMATCH', 'CONNECTION_EXISTS', 'SOMETHING_NEW'].map((reason) => ({
      name: reason,
      break: (s: Simulator) => {
        s.faults.set(SALES, { refuseWith: reason });
      },
      mend: (s: Simulator) => {
        s.faults.set(SALES, { refuseWith: '' });
      },
    })),
  ];
  for (const { name, break: breakIt, mend } of healing) {
    it(`shows the refusal ${name} and recovers without help`, async () => {
      await client.deploy([tab('a')]);
      await waitUntil('no session', () => simulator.sessions().length === 0, { deadlineMs: 10_000 });
      breakIt(simulator);
      await client.deploy([
        tab('a'),
        agent('sales-agent', simulator.url, SALES),
        ...calls('a', 'sales', 'sales-agent'),
      ]);
      const { text } = await waitForColour('sales', 'red');
      expect(text, 'status').to.be.a('string').and.have.length.within(3, 20);
      await waitUntil(
        'the advice in the log',
        () => /\[(warn|error)\] \[accolades-call:/.test(host.output()),
        {
          deadlineMs: 5_000,
        },
      );
      mend(simulator);
      await waitForColour('sales', 'green', 40_000);
    });
  }

  it('explains a wrong address, a TLS failure, a server that never answers and a bad idCrm', async () => {
    const pems = await generate([{ name: 'commonName', value: 'localhost' }]);
    const encrypted = await createSimulator({
      tls: { key: pems.private, cert: pems.cert },
      agents: [{ idCrm: SALES, name: 'Sales' }],
    });
    const silent = await listen(createServer(() => undefined));
    try {
      await client.deploy([
        tab('a'),
        agent('refused', 'ws://127.0.0.1:9', SALES),
        agent('tls', encrypted.url, SALES),
        agent('silent', `ws://127.0.0.1:${silent.port}`, SALES),
        agent('no-scheme', 'client.voipit.ro', SALES),
        agent('empty', simulator.url, ''),
        agent('malformed', simulator.url, 'two words'),
        ...['refused', 'tls', 'no-scheme', 'empty', 'malformed', 'silent'].flatMap((id) =>
          calls('a', `c-${id}`, id),
        ),
      ]);
      const texts: Record<string, string | undefined> = {};
      for (const id of ['refused', 'tls', 'no-scheme', 'empty', 'malformed']) {
        texts[id] = (await waitForColour(`c-${id}`, 'red')).text;
      }
      expect((await waitForColour('c-silent', 'yellow')).text).to.be.a('string');
      texts['silent'] = (await waitForColour('c-silent', 'red', 25_000)).text;
      console.log(`      statuses: ${JSON.stringify(texts)}`);
      expect(new Set(Object.values(texts)).size, 'different texts').to.be.at.least(5);
    } finally {
      silent.server.close();
      await encrypted.close();
    }
  });

  it('keeps every secret out of its output, statuses, messages and files', async () => {
    expectNoSecret('the output', host.output(), SECRETS);
    expectNoSecret('statuses', JSON.stringify(client.statusChanges), SECRETS);
    expectNoSecret('debug messages', JSON.stringify(client.debugMessages), SECRETS);
    expectNoSecret('exported flows', JSON.stringify(await client.getFlows()), SECRETS);
    const read = await expectNoSecretInFiles(userDir, SECRETS, (file) => /flows_cred/.test(file));
    expect(read).to.be.greaterThan(2);
  });
});

function payloadOf(message: unknown): Record<string, unknown> {
  if (typeof message === 'object' && message !== null && 'payload' in message) {
    if (typeof message.payload === 'object' && message.payload !== null) return { ...message.payload };
  }
  throw new Error('A message has no payload.');
}

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}
