import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { arrayFrom, objectFrom, parseJson, stringFrom, type JsonObject } from '../../hosts/guards.ts';
import { NodeRedClient, type DeploymentType } from '../../hosts/node-red/client.ts';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../hosts/node-red/launch.ts';
import { repositoryRoot } from '../../hosts/paths.ts';
import { expectNoSecret } from '../hosts/secrets.ts';
import { tarball } from '../hosts/tarballs.ts';

/** Coordinates: a node without them is treated as a configuration node. */
const PLACE = { z: 'tab', x: 100, y: 100 };

/** The newest of each major version; Node-RED 3.1 runs on Node 20, the others on Node 24. */
const VERSIONS = ['3.1.15', '4.1.15', '5.0.7'];

const ID_CRM = '9f3e1c70aa';
const ACCOUNT = { accountNumber: '1001', password: 'api-P4ss!word' };

const debug = (id: string): FlowNode => ({
  id,
  type: 'debug',
  ...PLACE,
  name: id,
  active: true,
  tosidebar: true,
  console: false,
  complete: 'payload',
  targetType: 'msg',
  wires: [],
});

const inject = (id: string, to: string): FlowNode => ({
  id,
  type: 'inject',
  ...PLACE,
  name: id,
  props: [],
  repeat: '',
  crontab: '',
  once: false,
  onceDelay: 0.1,
  topic: '',
  wires: [[to]],
});

for (const version of VERSIONS) {
  describe(`The packed palette in Node-RED ${version}`, () => {
    let simulator: Simulator;
    let host: NodeRedHost;
    let client: NodeRedClient;
    let userDir: string;

    before(async function () {
      // The first run installs Node-RED.
      this.timeout(10 * 60_000);
      userDir = await mkdtemp(path.join(tmpdir(), 'accolades-matrix-'));
      simulator = await createSimulator({
        agents: [{ idCrm: ID_CRM, name: 'Front desk' }],
        rest: {},
        accounts: [ACCOUNT],
        phones: [{ deviceId: '27' }],
      });
      host = await startNodeRed({ version, userDir, packages: [await tarball('node-red')] });
      client = await NodeRedClient.connect(host.url);
    });

    after(async () => {
      client.close();
      await host.stop();
      await simulator.close();
      await rm(userDir, { recursive: true, force: true });
    });

    const flows = (more: JsonObject = {}): FlowNode[] => [
      { id: 'tab', type: 'tab', label: 'Matrix' },
      {
        id: 'agent',
        type: 'accolades-agent',
        name: 'Agents',
        url: simulator.url,
        country: 'RO',
        credentials: { idCrm: `Front desk=${ID_CRM}` },
      },
      {
        id: 'account',
        type: 'accolades-account',
        name: 'Account',
        url: simulator.restUrl,
        accountNumber: ACCOUNT.accountNumber,
        credentials: { password: ACCOUNT.password },
      },
      {
        id: 'calls',
        type: 'accolades-call',
        ...PLACE,
        agent: 'agent',
        events: ['incomingCall', 'outgoingCall'],
        callSource: 'all',
        wires: [['seen']],
        ...more,
      },
      debug('seen'),
      inject('ask', 'request'),
      {
        id: 'request',
        type: 'accolades-request',
        ...PLACE,
        agent: 'agent',
        request: 'configuration',
        wires: [['told']],
      },
      debug('told'),
      inject('press', 'dial'),
      {
        id: 'dial',
        type: 'accolades-command',
        ...PLACE,
        account: 'account',
        command: 'dial',
        deviceId: '27',
        deviceIdType: 'str',
        phoneNumber: '0211 234 567',
        phoneNumberType: 'str',
        wires: [['dialled']],
      },
      debug('dialled'),
    ];

    /** Node-RED answers a deploy before it has started the nodes, so this waits for the start. */
    const deploy = async (nodes: FlowNode[], type: DeploymentType = 'full') => {
      const starts = () => host.output().split(' Started ').length;
      const before = starts();
      await client.deploy(nodes, { type });
      await waitUntil('the flows to start', () => starts() > before, { deadlineMs: 15_000, everyMs: 10 });
    };

    const valuesOf = (name: string): unknown[] =>
      client.debugMessages.filter((message) => message.name === name).map((message) => message.value);

    const valuesFrom = (name: string, count: number): Promise<unknown[]> =>
      waitUntil(`${count} messages of ${name}`, () => valuesOf(name).length >= count && valuesOf(name), {
        deadlineMs: 15_000,
        everyMs: 10,
        details: () => `${valuesOf(name).length} came; the log:\n${host.output().slice(-2_000)}`,
      });

    const place = (count: number, from: number) => {
      for (let i = from; i < from + count; i++) {
        simulator.placeCall({
          agents: ID_CRM,
          phoneNumber: '0211234567',
          uniqueId: `1608743891.${1000 + i}`,
        });
      }
    };

    it('loads every node', async () => {
      const sets = (await client.nodes()).filter(
        (set) => set.module === '@accolades-flow/node-red-accolades',
      );
      expect(sets.map((set) => set.error).filter((error) => error !== undefined)).to.deep.equal([]);
      expect(sets.flatMap((set) => set.types)).to.have.members([
        'accolades-account',
        'accolades-agent',
        'accolades-call',
        'accolades-command',
        'accolades-contact',
        'accolades-reply',
        'accolades-request',
        'accolades-webhook',
      ]);
    });

    it('passes every call on, once, over deploys of each kind', async () => {
      await deploy(flows());
      await client.waitForStatus('calls', (status) => status.fill === 'green', 15_000);
      let placed = 0;
      for (const [round, kind] of (['full', 'flows', 'nodes', 'full', 'flows', 'nodes'] as const).entries()) {
        place(3, placed);
        const deployed = deploy(flows({ name: `Calls ${round}` }), kind);
        place(3, placed + 3);
        placed += 6;
        await deployed;
      }
      const ids = (await valuesFrom('seen', placed)).map(
        (value) => objectFrom(value, 'a message')['uniqueId'],
      );
      expect(ids).to.deep.equal(Array.from({ length: placed }, (_, i) => `1608743891.${1000 + i}`));
      expect(simulator.sessions()).to.have.lengthOf(1);
    });

    it('asks over the session, and dials', async () => {
      await client.inject('ask');
      const [told] = await valuesFrom('told', 1);
      expect(told).to.have.property('agent');
      await client.inject('press');
      await valuesFrom('dialled', 1);
    });

    it('runs the example of an IVR', async () => {
      const file = path.join(repositoryRoot, 'packages/node-red/examples/Order status by IVR.json');
      const nodes = arrayFrom(parseJson(await readFile(file, 'utf8'), file), file).map((entry): FlowNode => {
        const node = objectFrom(entry, file);
        return { ...node, id: stringFrom(node['id'], file), type: stringFrom(node['type'], file) };
      });
      const secret = 'k3yB7-wq9ZpT2_xL5mNd';
      await deploy(
        nodes.map((node) =>
          node.type === 'accolades-webhook' ? { ...node, credentials: { secret } } : node,
        ),
      );
      const answer = await fetch(
        `${host.url}/accolades/orders?secret=${secret}&orderNumber=417&_callerId=0721234567`,
      );
      expect([answer.status, await answer.text()]).to.deep.equal([200, '{"status":"shipped"}']);
      await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 15_000 });
      expectNoSecret("Node-RED's output", host.output(), [ID_CRM, ACCOUNT.password, secret]);
    });
  });
}
