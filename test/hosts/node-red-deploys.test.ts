import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { DeploymentType } from '../../hosts/node-red/client.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { CallLoad } from '../chaos/redeploys/call-load.ts';
import { agentNode, flowNode, tab } from './flow-nodes.ts';
import { NodeRedRig } from './node-red-rig.ts';

const AGENT = '9f3e1c70aa';

/** A function that writes each message to Node-RED's log, which survives the process. */
const said = (z: string): FlowNode =>
  flowNode(z, 'said', 'function', { func: `node.warn('got ' + msg.payload.uniqueId);`, outputs: 0 }, []);
/** A function that never stops on its own: Node-RED waits 15 s for it. */
const stuck = (z: string, name: string): FlowNode =>
  flowNode(
    z,
    'stuck',
    'function',
    { name, func: 'return msg;', initialize: `__node__.on('close', (done) => {});`, outputs: 1 },
    [[]],
  );

describe('Deployments and the end of a real Node-RED', function () {
  this.timeout(180_000);
  let simulator: Simulator;
  let rig: NodeRedRig;
  let series = 1_700_000_000;

  beforeEach(async () => {
    series++;
    simulator = await createSimulator({ agents: [{ idCrm: AGENT, name: 'Front desk' }] });
    rig = await NodeRedRig.start();
  });

  afterEach(async () => {
    await rig.stop();
    await simulator.close();
  });

  const flows = (...more: FlowNode[]): FlowNode[] => [
    tab('a'),
    tab('b'),
    agentNode('agent', simulator.url, AGENT),
    flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [['said']]),
    said('a'),
    flowNode('a', 'hook', 'accolades-webhook', { path: '/hook', events: ['hangup'] }, [['hooked']]),
    flowNode('a', 'hooked', 'function', { func: `node.warn('got ' + msg.payload.callId);` }, []),
    ...more,
  ];
  /** Deploys like the editor: a node sent with credentials would count as changed. */
  const again = (...more: FlowNode[]): FlowNode[] =>
    flows(...more).map((node) => {
      const { id, type } = node;
      return { ...node, id, type, ...('credentials' in node ? { credentials: undefined } : {}) };
    });
  const deploy = async (all: readonly FlowNode[]): Promise<void> => {
    await rig.deploy(all);
    await rig.client.waitForStatus('calls', ({ fill }) => fill === 'green');
  };
  const got = (): string[] => [...rig.host.output().matchAll(/got (\d+\.\d+)/g)].map(([, id = '']) => id);
  const waitForCalls = (count: number): Promise<unknown> =>
    waitUntil(`${count} calls`, () => got().length >= count, {
      deadlineMs: 10_000,
      details: () => rig.host.output().slice(-2_000),
    });
  const place = (count: number): string[] => {
    const load = new CallLoad(simulator, AGENT, series);
    for (let n = 0; n < count; n++) load.place();
    expect(load.unheard).to.deep.equal([]);
    return load.placed;
  };
  /** @param from a length of the output; earlier lines do not count */
  const logged = (text: RegExp, from = 0): Promise<unknown> =>
    waitUntil(`the line ${text.source}`, () => text.test(rig.host.output().slice(from)), {
      deadlineMs: 10_000,
      details: () => rig.host.output().slice(-2_000),
    });
  const notify = (callId: string): Promise<Response> =>
    fetch(`${rig.host.url}/hook`, {
      method: 'POST',
      body: new URLSearchParams({
        apiName: 'callNotification',
        event: 'hangup',
        callId,
        callerId: '0211234567',
      }),
    });

  for (const type of ['nodes', 'flows'] satisfies DeploymentType[]) {
    it(`a deployment of modified ${type} that waits for a missing node type leaves the others running`, async () => {
      await deploy(flows());
      await rig.client.deploy(again(flowNode('b', 'missing', 'not-installed', {}, [])), { type });
      await logged(/Waiting for missing types/);
      const calls = place(5);
      expect((await notify('1608743891.1')).status).to.equal(200);
      await waitForCalls(6);
      expect(got().sort()).to.deep.equal([...calls, '1608743891.1'].sort());
      expect(rig.client.statusOf('calls')?.fill).to.be.oneOf(['green', 'blue']);
    });
  }

  it('a deployment of 15 s loses no call of a recreated node', async () => {
    await deploy(flows(stuck('b', 'one')));
    const from = rig.host.output().length;
    const deployed = rig.client.deploy(again(stuck('b', 'two')));
    await logged(/Stopping flows/, from);
    const [calls, startedAt] = [place(5), performance.now()];
    await notify('1608743891.1');
    expect(got(), 'calls that came before the nodes were stopped').to.deep.equal([]);
    await deployed;
    expect(performance.now() - startedAt, 'ms that the deployment took').to.be.greaterThan(14_000);
    await waitForCalls(6);
    expect(got().filter((id) => calls.includes(id))).to.deep.equal(calls);
    expect(got()).to.include('1608743891.1');
  });

  it('a node that waits more than 10 s for a deployment says so, once, and loses no call', async () => {
    await deploy(flows(stuck('b', 'one')));
    const deployed = rig.client.deploy(again(stuck('b', 'two')), { type: 'nodes' });
    await logged(/Stopping modified nodes/);
    const calls = place(5);
    const notice = await rig.client.waitForStatus('calls', ({ text }) => text === '5 waiting', 14_000);
    expect(notice).to.deep.include({ fill: 'yellow', shape: 'ring' });
    expect(rig.host.output().match(/Messages held: 5\. A deployment has been waiting/g)).to.have.length(1);
    await deployed;
    await waitForCalls(5);
    expect(got()).to.deep.equal(calls);
    await rig.client.waitForStatus('calls', ({ fill }) => fill === 'green');
  });

  it('logs the number of dropped calls when the flows are stopped', async () => {
    await deploy(flows());
    await rig.client.post('/flows/state', { state: 'stop' });
    place(3);
    await notify('1608743891.1');
    await waitUntil('the release', () => simulator.sessions().length === 0, { deadlineMs: 25_000 });
    await logged(/Dropped events: 3\. They arrived while this node was stopped/);
    await logged(/hook: its node did not come back\. Dropped messages: 1/);
    expect(got()).to.deep.equal([]);
  });

  it('an agent whose tabs are all disabled is released at once', async () => {
    await deploy(flows());
    const off = flows().map((node) => (node.type === 'tab' ? { ...node, disabled: true } : node));
    await rig.client.deploy(off);
    await waitUntil('the release', () => simulator.sessions().length === 0, {
      deadlineMs: 2_000,
      everyMs: 10,
    });
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
    it(`${signal}: every call that the server sent is in the flow, and the agent is free at once`, async () => {
      await deploy(flows(stuck('b', 'one')));
      const load = new CallLoad(simulator, AGENT, series);
      load.start(5);
      await waitForCalls(20);
      const from = rig.host.output().length;
      process.kill(rig.host.pid, signal);
      await waitUntil('the release', () => simulator.sessions().length === 0, {
        deadlineMs: 3_000,
        everyMs: 5,
      });
      load.stop();
      expect(rig.host.process.exit, 'still stopping').to.equal(undefined);
      await logged(/Stopping flows/, from);
      const sent = load.placed.filter((id) => !load.unheard.includes(id));
      expect(got()).to.deep.equal(sent);
      await rig.host.kill();
    });
  }

  it('logs the number of held calls when the process ends', async () => {
    await deploy(flows());
    await rig.client.post('/flows/state', { state: 'stop' });
    place(2);
    await notify('1608743891.1');
    process.kill(rig.host.pid, 'SIGTERM');
    await rig.host.process.exited;
    expect(rig.host.output()).to.match(/Dropped events: 2\. They arrived while this node was stopped/);
    expect(rig.host.output()).to.match(/hook: its node did not come back\. Dropped messages: 1/);
  });
});
