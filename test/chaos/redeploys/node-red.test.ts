import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../../hosts/deadline.ts';
import { NodeRedClient, type DeploymentType } from '../../../hosts/node-red/client.ts';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../../hosts/node-red/launch.ts';
import { tarball } from '../../hosts/tarballs.ts';
import { CallLoad, tally } from './call-load.ts';

const AGENT = '9f3e1c70aa';
const DEPLOYS = 200;
const CALL_EVERY_MS = 5;
const CONNECTION_CHANGES = 50;
/** Node-RED's admin API returns at most 1,000 entries of a list. */
const CHUNK = 500;

/** The change of each deployment, in turn. */
const CHANGES: readonly { name: string; change: (flows: Flows, round: number) => void }[] = [
  { name: 'nothing', change: () => undefined },
  {
    name: "the agent's other fields",
    change: ({ agent }, round) => {
      agent['name'] = `Agents ${round}`;
      agent['country'] = round % 2 === 0 ? 'RO' : 'DE';
    },
  },
  {
    name: 'the node is moved',
    change: ({ calls }, round) => {
      calls['x'] = 100 + round;
      calls['z'] = round % 4 < 2 ? 'tab' : 'other-tab';
    },
  },
  {
    name: 'the node is renamed',
    change: ({ calls }, round) => {
      calls['name'] = `calls ${round}`;
    },
  },
  {
    name: 'its neighbour is disabled or enabled',
    change: ({ neighbour }) => {
      neighbour['d'] = neighbour['d'] !== true;
    },
  },
];

interface Flows {
  readonly agent: FlowNode;
  readonly calls: FlowNode;
  readonly neighbour: FlowNode;
  readonly all: FlowNode[];
}

describe('Redeploys of a real Node-RED under a call every 5 ms', function () {
  this.timeout(10 * 60_000);
  let simulator: Simulator;
  let host: NodeRedHost;
  let client: NodeRedClient;
  let userDir: string;
  let series = 1_700_000_000;

  before(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), 'accolades-redeploys-'));
    simulator = await createSimulator({ agents: [{ idCrm: AGENT, name: 'Front desk' }] });
    host = await startNodeRed({ userDir, packages: [await tarball('node-red')] });
    client = await NodeRedClient.connect(host.url);
  });

  after(async () => {
    client.close();
    await host.stop();
    await simulator.close();
    await rm(userDir, { recursive: true, force: true });
  });

  const received = async (key: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let chunk = 0; ; chunk++) {
      const text = JSON.stringify(await client.get(`/context/global/${key}_${chunk}`));
      const found = [...text.matchAll(/\d{10}\.\d+/g)].map(([id]) => id);
      ids.push(...found);
      if (found.length < CHUNK) return ids;
    }
  };

  for (const type of ['full', 'flows', 'nodes'] satisfies DeploymentType[]) {
    it(`${DEPLOYS} deploys of type “${type}”: none lost, none doubled, in order, one session`, async () => {
      series++;
      const flows = makeFlows(simulator.url, type);
      await client.deploy(flows.all);
      await client.waitForStatus('calls', (status) => status.fill === 'green');
      const connects = simulator.statistics.connects;
      const load = new CallLoad(simulator, AGENT, series);
      load.start(CALL_EVERY_MS);
      const startedAt = performance.now();
      try {
        for (let round = 0; round < DEPLOYS; round++) {
          CHANGES[round % CHANGES.length]?.change(flows, round);
          await client.deploy(flows.all, { type });
        }
      } finally {
        load.stop();
      }
      const seconds = (performance.now() - startedAt) / 1000;
      await waitUntil(
        'all calls',
        async () => (await received(`main_${type}`)).length >= load.placed.length,
        { deadlineMs: 10_000, everyMs: 200 },
      ).catch(() => undefined);
      const main = tally(load.placed, await received(`main_${type}`));
      const neighbour = tally(load.placed, await received(`neighbour_${type}`));
      console.log(
        `      ${type}: ${DEPLOYS} deploys in ${seconds.toFixed(1)} s, ${main.placed} calls, lost ${main.lost}, ` +
          `doubled ${main.doubled}, out of order ${main.outOfOrder}, new connections ` +
          `${simulator.statistics.connects - connects}; the neighbour (off and on) got ${neighbour.received}, ` +
          `doubled ${neighbour.doubled}, out of order ${neighbour.outOfOrder}`,
      );
      expect(load.unheard, 'calls without a session').to.deep.equal([]);
      expect(load.otherSessionCounts, 'times without exactly one session').to.deep.equal([]);
      expect(main).to.deep.equal({
        placed: load.placed.length,
        received: load.placed.length,
        lost: 0,
        doubled: 0,
        outOfOrder: 0,
      });
      expect(neighbour.doubled).to.equal(0);
      expect(neighbour.outOfOrder).to.equal(0);
      expect(neighbour.received).to.be.within(1, main.received - 1);
      expect(simulator.statistics.connects - connects, 'new connections').to.equal(0);
      expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
    });
  }

  for (const type of ['full', 'nodes'] satisfies DeploymentType[]) {
    it(`${CONNECTION_CHANGES} deploys of type “${type}” that change the server's address: what it sent arrives, once, in order`, async () => {
      series++;
      const key = `address_${type}`;
      const flows = makeFlows(simulator.url, key, { withNeighbour: false });
      await client.deploy(flows.all);
      await client.waitForStatus('calls', (status) => status.fill === 'green');
      const refusals = { ...simulator.statistics.refusals };
      const connects = simulator.statistics.connects;
      const load = new CallLoad(simulator, AGENT, series);
      load.start(CALL_EVERY_MS);
      for (let round = 1; round <= CONNECTION_CHANGES; round++) {
        flows.agent['url'] = `${simulator.url}/?deploy=${round}`;
        await client.deploy(flows.all, { type });
      }
      load.stop();
      const heard = load.placed.filter((id) => !load.unheard.includes(id));
      await waitUntil('all calls', async () => (await received(`main_${key}`)).length >= heard.length, {
        deadlineMs: 10_000,
        everyMs: 200,
      }).catch(() => undefined);
      const main = tally(heard, await received(`main_${key}`));
      console.log(
        `      ${type}: ${CONNECTION_CHANGES} deploys, ${load.placed.length} calls, ${load.unheard.length} while the server had no ` +
          `session; of the others lost ${main.lost}, doubled ${main.doubled}, out of order ${main.outOfOrder}; ` +
          `new connections ${simulator.statistics.connects - connects}, refused ${JSON.stringify(simulator.statistics.refusals)}`,
      );
      expect(main).to.deep.equal({
        placed: heard.length,
        received: heard.length,
        lost: 0,
        doubled: 0,
        outOfOrder: 0,
      });
      expect(simulator.statistics.refusals, 'refused connections').to.deep.equal(refusals);
      expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
    });
  }

  it('a disabled or deleted node is released at once, and nothing is held for it', async () => {
    for (const off of ['disabled', 'deleted'] as const) {
      series++;
      const flows = makeFlows(simulator.url, off, { withNeighbour: false });
      await client.deploy(flows.all);
      await client.waitForStatus('calls', (status) => status.fill === 'green');
      await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 5_000 });
      const calls = flows.all.indexOf(flows.calls);
      if (off === 'disabled') flows.calls['d'] = true;
      else flows.all.splice(calls, 1);
      await client.deploy(flows.all, { type: 'nodes' });
      await waitUntil('the session to end', () => simulator.sessions().length === 0, {
        deadlineMs: 1_000,
        everyMs: 10,
      });
      const load = new CallLoad(simulator, AGENT, series);
      load.place();
      if (off === 'disabled') delete flows.calls['d'];
      else flows.all.splice(calls, 0, flows.calls);
      await client.deploy(flows.all, { type: 'nodes' });
      await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 10_000 });
      load.place();
      await waitUntil('the call', async () => (await received(`main_${off}`)).length > 0, {
        deadlineMs: 5_000,
      });
      expect(await received(`main_${off}`)).to.deep.equal([`${series}.2`]);
    }
  });
});

function makeFlows(url: string, key: string, { withNeighbour = true } = {}): Flows {
  const agent: FlowNode = {
    id: 'agent',
    type: 'accolades-agent',
    name: 'Agents',
    url,
    country: 'RO',
    credentials: { idCrm: `Front desk=${AGENT}` },
  };
  const node = (id: string, sink: string): FlowNode => ({
    id,
    type: 'accolades-call',
    z: 'tab',
    name: '',
    agent: 'agent',
    events: ['incomingCall'],
    callSource: 'all',
    numbers: '',
    x: 100,
    y: 100,
    wires: [[sink]],
  });
  // Memory context survives every deployment, so only it can show which calls were lost.
  const sink = (id: string, contextKey: string): FlowNode => ({
    id,
    type: 'function',
    z: 'tab',
    name: `count ${id}`,
    x: 300,
    y: 100,
    func:
      `const count = global.get('${contextKey}_count') || 0;\n` +
      `const chunk = '${contextKey}_' + Math.floor(count / ${CHUNK});\n` +
      `global.set(chunk, [...(global.get(chunk) || []), msg.payload.uniqueId]);\n` +
      `global.set('${contextKey}_count', count + 1);`,
    outputs: 0,
    wires: [],
  });
  const calls = node('calls', 'sink');
  const neighbour = node('neighbour', 'neighbour-sink');
  const all: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'tab' },
    { id: 'other-tab', type: 'tab', label: 'other' },
    agent,
    calls,
    sink('sink', `main_${key}`),
    ...(withNeighbour ? [neighbour, sink('neighbour-sink', `neighbour_${key}`)] : []),
  ];
  return { agent, calls, neighbour, all };
}
