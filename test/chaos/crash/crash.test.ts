import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../../hosts/deadline.ts';
import { N8nClient } from '../../../hosts/n8n/client.ts';
import { itemsOf } from '../../../hosts/n8n/execution.ts';
import { startN8n, type N8nHost } from '../../../hosts/n8n/launch.ts';
import { NodeRedClient } from '../../../hosts/node-red/client.ts';
import { startNodeRed, type NodeRedHost } from '../../../hosts/node-red/launch.ts';
import { tarball } from '../../hosts/tarballs.ts';
import { OWNER, triggerWorkflow } from '../../hosts/workflows.ts';

const AGENT = '9f3e1c70aa';
/** How long the PBX holds a dead session that it has not detected, in milliseconds. */
const HELD_MS = 20_000;

/**
 * The host dies by SIGKILL, and the PBX does not notice. In a real network the host's machine is
 * gone and cannot close the connection. On one machine the kernel would close it, so the simulator
 * is instructed to hold the session.
 */
describe('A crash of the host while the PBX still holds the old session', function () {
  this.timeout(5 * 60_000);
  let simulator: Simulator;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'accolades-crash-'));
    simulator = await createSimulator({
      agents: [{ idCrm: AGENT, name: 'Front desk' }],
      sessionTimeoutMs: HELD_MS,
    });
  });

  afterEach(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('Node-RED recovers without help, with a status that explains the wait', async () => {
    const options = { userDir: folder, packages: [await tarball('node-red')] };
    let host: NodeRedHost = await startNodeRed({
      ...options,
      flows: [
        { id: 'tab', type: 'tab', label: 'tab' },
        { id: 'agent', type: 'accolades-agent', name: '', url: simulator.url, country: 'RO' },
        {
          id: 'calls',
          type: 'accolades-call',
          z: 'tab',
          agent: 'agent',
          events: ['incomingCall'],
          callSource: 'all',
          numbers: '',
          x: 100,
          y: 100,
          wires: [['debug']],
        },
        {
          id: 'debug',
          type: 'debug',
          z: 'tab',
          active: true,
          tosidebar: true,
          complete: 'payload',
          targetType: 'msg',
          x: 300,
          y: 100,
          wires: [],
        },
      ],
      credentials: { agent: { idCrm: AGENT } },
    });
    await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 15_000 });
    simulator.dropSession(AGENT, 'halfOpen');
    const killedAt = performance.now();
    await host.kill();
    host = await startNodeRed(options);
    const client = await NodeRedClient.connect(host.url);
    try {
      const waiting = await client.waitForStatus('calls', (status) => status.fill === 'red', 15_000);
      await client.waitForStatus('calls', (status) => status.fill === 'green', HELD_MS + 60_000);
      const seconds = (performance.now() - killedAt) / 1000;
      console.log(
        `      Node-RED: “${waiting.text ?? ''}”, ready again ${seconds.toFixed(1)} s after the kill`,
      );
      expect(simulator.statistics.refusals['CONNECTION_EXISTS']).to.be.greaterThan(0);
      simulator.placeCall({ agents: AGENT, phoneNumber: '0211234567' });
      await client.waitForDebug(() => true);
    } finally {
      client.close();
      await host.stop();
    }
  });

  it('n8n recovers without help and logs why it waits', async () => {
    const options = { userFolder: folder, packages: [await tarball('n8n')] };
    let host: N8nHost = await startN8n(options);
    let client = new N8nClient(host.url);
    await client.signIn(OWNER);
    const credential = await client.createCredential({
      name: 'Agents',
      type: 'accoladesAgentApi',
      data: { idCrm: AGENT, url: simulator.url, allowUnauthorizedCerts: false },
    });
    const workflow = await client.createWorkflow(triggerWorkflow('Calls', credential, {}));
    await client.publish(workflow.id);
    await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 15_000 });
    simulator.dropSession(AGENT, 'halfOpen');
    const killedAt = performance.now();
    await host.kill();
    host = await startN8n(options);
    try {
      client = new N8nClient(host.url);
      await client.signIn(OWNER);
      await waitUntil('the reason in the log', () => /Another program already holds/.test(host.output()), {
        deadlineMs: 15_000,
      });
      await waitUntil(
        'the session',
        () => simulator.placeCall({ agents: AGENT, phoneNumber: '0211234567' }).delivered.length > 0,
        { deadlineMs: HELD_MS + 60_000, everyMs: 500 },
      );
      console.log(
        `      n8n: ready again ${((performance.now() - killedAt) / 1000).toFixed(1)} s after the kill`,
      );
      const [execution] = await client.waitForExecutions(workflow.id, 1);
      expect(itemsOf(await client.getExecution(execution?.id ?? ''), 'Accolades Trigger')).to.have.lengthOf(
        1,
      );
    } finally {
      await host.stop();
    }
  });
});
