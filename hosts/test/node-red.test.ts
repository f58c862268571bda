import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { NodeRedClient } from '../node-red/client.ts';
import { hasPackage, startNodeRed } from '../node-red/launch.ts';
import type { FlowNode, NodeRedHost } from '../node-red/launch.ts';
import { isObject } from '../guards.ts';
import { writeDummyNodeRedPackage } from './dummy-node-red-package.ts';

const tab: FlowNode = { id: 'tab1', type: 'tab', label: 'Dummy' };

function flowsWith(wire: string[], credentials?: Record<string, string>): FlowNode[] {
  return [
    tab,
    {
      id: 'inject1',
      type: 'inject',
      z: 'tab1',
      props: [{ p: 'payload' }],
      payload: 'one',
      payloadType: 'str',
      wires: [wire],
    },
    {
      id: 'ticker1',
      type: 'dummy-ticker',
      z: 'tab1',
      wires: [['debug1']],
      ...(credentials ? { credentials } : {}),
    },
    { id: 'debug1', type: 'debug', z: 'tab1', active: true, tosidebar: true, complete: 'payload', wires: [] },
  ];
}

describe('Node-RED host', function () {
  this.timeout(60_000);
  let folder: string;
  let host: NodeRedHost;
  /** Cleanup steps, run even when the setup failed. */
  const ends: (() => void | Promise<void>)[] = [];
  let client: NodeRedClient;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'host-node-red-'));
    const dummy = await writeDummyNodeRedPackage(folder);
    host = await startNodeRed({
      userDir: path.join(folder, 'user'),
      packages: [dummy],
      flows: flowsWith(['ticker1']),
      credentials: { ticker1: { secret: 's3cret', user: 'ann' } },
    });
    ends.push(() => host.stop());
    client = await NodeRedClient.connect(host.url);
    ends.push(() => {
      client.close();
    });
  });

  after(async () => {
    for (const end of ends.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  });

  it('installs the package as it would be published', async () => {
    expect(await hasPackage(host.userDir, '@dummy/node-red-dummy')).to.equal(true);
    const set = (await client.nodes()).find((entry) => entry.types.includes('dummy-ticker'));
    expect(set).to.include({
      module: '@dummy/node-red-dummy',
      version: '1.0.0',
      enabled: true,
      error: undefined,
    });
  });

  it('starts with the given flows and credentials, and sees the present statuses', async () => {
    const status = await client.waitForStatus('ticker1', (now) => now.text === 'has secret');
    expect(status).to.deep.equal({ fill: 'green', shape: 'dot', text: 'has secret' });
    expect(await client.credentialsOf('dummy-ticker', 'ticker1')).to.deep.equal({
      user: 'ann',
      has_secret: true,
    });
  });

  it('sees debug messages whole and the status that changes with them', async () => {
    await client.inject('inject1');
    const message = await client.waitForDebug((debug) => debug.id === 'debug1');
    expect(isObject(message.value) && message.value['saw']).to.equal('one');
    expect(isObject(message.value) && message.value['long']).to.have.lengthOf(2000);
    expect(await client.waitForStatus('ticker1', (now) => now.fill === 'blue')).to.include({
      text: 'saw one',
    });
  });

  it('deploys flows with credentials inside the nodes, and keeps them when deployed without', async () => {
    const withoutSecret = flowsWith(['ticker1'], { secret: '', user: 'bob' });
    await client.deploy(withoutSecret);
    await client.waitForStatus('ticker1', (now) => now.text === 'no secret');
    const rev = await client.deploy(flowsWith([]), { type: 'nodes' });
    const flows = await client.getFlows();
    expect(flows.rev).to.equal(rev);
    expect(flows.flows.find((node) => node.id === 'ticker1')).to.not.have.property('credentials');
    expect(await client.credentialsOf('dummy-ticker', 'ticker1')).to.include({ user: 'bob' });
  });

  it('adds a tab beside the others', async () => {
    const id = await client.addFlow({ label: 'Second', nodes: [{ id: 'c1', type: 'comment', wires: [] }] });
    const { flows } = await client.getFlows();
    expect(flows.find((node) => node.id === id)).to.include({ label: 'Second' });
    await client.deleteFlow(id);
  });

  it('does not answer while it is suspended, and answers when resumed', async () => {
    host.suspend();
    const early = await Promise.race([
      fetch(`${host.url}/flows`, { signal: AbortSignal.timeout(500) }).then(
        () => 'answered',
        () => 'silent',
      ),
    ]);
    host.resume();
    expect(early).to.equal('silent');
    expect((await client.getFlows()).flows).to.not.have.lengthOf(0);
  });

  it('stops once however often it is told, and says why a start failed', async () => {
    const second = await startNodeRed({ userDir: path.join(folder, 'second') });
    await second.kill();
    expect(second.process.exit).to.deep.equal({ code: null, signal: 'SIGKILL' });
    await second.stop();
    const third = await startNodeRed({ userDir: path.join(folder, 'second') });
    await Promise.all([third.stop(), third.stop()]);
    expect(third.output()).to.include('Stopped flows');
    const failure = await startNodeRed({ userDir: path.join(folder, 'fourth'), port: host.port }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error);
    expect(String(failure)).to.match(/in use/i);
  });
});
