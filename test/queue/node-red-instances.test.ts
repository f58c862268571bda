import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { isObject } from '../../hosts/guards.ts';
import { NodeRedClient } from '../../hosts/node-red/client.ts';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../hosts/node-red/launch.ts';
import { expectNoSecret } from '../hosts/secrets.ts';
import { tarball } from '../hosts/tarballs.ts';

const FRONT_DESK = '9f3e1c70aa';
const SALES = '5d0c4be912';
const CALLS = 200;

/** A running Node-RED with the flows of its agents. */
interface Instance {
  readonly host: NodeRedHost;
  readonly client: NodeRedClient;
}

describe('Agents divided over two Node-REDs', function () {
  this.timeout(120_000);
  let folder: string;
  let simulator: Simulator;
  let north: Instance;
  let south: Instance;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'accolades-two-node-reds-'));
    simulator = await createSimulator({
      agents: [
        { idCrm: FRONT_DESK, name: 'Front desk' },
        { idCrm: SALES, name: 'Sales' },
      ],
    });
    const packages = [await tarball('node-red')];
    const start = async (name: string): Promise<Instance> => {
      const host = await startNodeRed({ userDir: path.join(folder, name), packages });
      return { host, client: await NodeRedClient.connect(host.url) };
    };
    [north, south] = await Promise.all([start('north'), start('south')]);
  });

  after(async () => {
    for (const { client } of [north, south]) client.close();
    await Promise.all([north.host.stop(), south.host.stop()]);
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  const deploy = async ({ client }: Instance, agents: Record<string, string>) => {
    await client.deploy([
      { id: 'tab', type: 'tab', label: 'Calls' },
      ...Object.entries(agents).flatMap(([id, idCrm]) => callFlow(id, idCrm, simulator.url)),
    ]);
  };

  const connected = ({ client }: Instance, id: string, deadlineMs = 15_000) =>
    client.waitForStatus(id, ({ fill }) => fill === 'green', deadlineMs);

  const idsOf = ({ client }: Instance): string[] =>
    client.debugMessages.map(({ value }) => {
      const payload = isObject(value) ? value['payload'] : undefined;
      return isObject(payload) ? String(payload['uniqueId']) : '';
    });

  const sessionOf = (idCrm: string) => simulator.sessions().find((session) => session.idCrm === idCrm);

  it('each get the calls of their own agents, once', async () => {
    await Promise.all([deploy(north, { front: FRONT_DESK }), deploy(south, { sales: SALES })]);
    await Promise.all([connected(north, 'front'), connected(south, 'sales')]);
    const place = (agents: string) => simulator.placeCall({ agents, phoneNumber: '0211234567' }).uniqueId;
    const placed = Array.from({ length: CALLS }, () => ({ north: place(FRONT_DESK), south: place(SALES) }));
    for (const [name, instance] of [
      ['north', north],
      ['south', south],
    ] as const) {
      await waitUntil(`the calls of ${name}`, () => idsOf(instance).length >= CALLS, { deadlineMs: 20_000 });
      expect(idsOf(instance), name).to.deep.equal(placed.map((ids) => ids[name]));
    }
  });

  it('show the refusal when both hold an agent, and the first keeps it', async () => {
    const before = sessionOf(FRONT_DESK);
    await deploy(south, { sales: SALES, front: FRONT_DESK });
    const status = await south.client.waitForStatus('front', ({ fill }) => fill === 'red', 15_000);
    console.log(`      the second instance shows: ${status.text}`);
    expect(status).to.deep.include({ fill: 'red', shape: 'ring', text: 'in use elsewhere' });
    const line = /^.*\[warn\] \[accolades-call:front\].*$/m;
    await waitUntil('the line in the log', () => line.test(south.host.output()), { deadlineMs: 5_000 });
    const [logged = ''] = line.exec(south.host.output()) ?? [];
    console.log(`      and logs: ${logged}`);
    expect(logged).to.match(/Another program already holds the one connection.*second n8n or Node-RED/);
    expectNoSecret('the logs', north.host.output() + south.host.output(), [FRONT_DESK, SALES]);
    const heard = idsOf(south).length;
    const { uniqueId } = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    await waitUntil('the call', () => idsOf(north).includes(uniqueId), { deadlineMs: 10_000 });
    expect(idsOf(south)).to.have.lengthOf(heard);
    expect(sessionOf(FRONT_DESK)).to.deep.equal(before);
    // The agent that only the second instance has keeps working.
    const own = simulator.placeCall({ agents: SALES, phoneNumber: '0211234567' }).uniqueId;
    await waitUntil('the other call', () => idsOf(south).includes(own), { deadlineMs: 10_000 });
  });

  it('take over from each other: the second has the agent when the first has gone', async () => {
    const startedAt = performance.now();
    await north.host.stop();
    await connected(south, 'front', 60_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(`      the second had the agent ${seconds.toFixed(1)} s after the first was stopped`);
    const { uniqueId, delivered } = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    expect(delivered).to.deep.equal([FRONT_DESK]);
    await waitUntil('the call', () => idsOf(south).includes(uniqueId), { deadlineMs: 10_000 });
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });
});

function callFlow(id: string, idCrm: string, url: string): FlowNode[] {
  const settings = { callSource: 'all', numbers: '', firstRingOnly: false };
  return [
    {
      id: `${id}-agent`,
      type: 'accolades-agent',
      name: id,
      url,
      country: 'RO',
      credentials: { idCrm: `${id}=${idCrm}` },
    },
    {
      id,
      type: 'accolades-call',
      z: 'tab',
      name: '',
      agent: `${id}-agent`,
      events: ['incomingCall', 'outgoingCall'],
      ...settings,
      includeConfiguration: false,
      splitOutputs: false,
      x: 100,
      y: 100,
      wires: [[`${id}-debug`]],
    },
    {
      id: `${id}-debug`,
      type: 'debug',
      z: 'tab',
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
}
