import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { N8nClient } from '../../hosts/n8n/client.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { startN8n } from '../../hosts/n8n/launch.ts';
import { NodeRedClient } from '../../hosts/node-red/client.ts';
import { startNodeRed } from '../../hosts/node-red/launch.ts';
import { startTinyproxy, type TinyproxyService } from '../../hosts/services/tinyproxy.ts';
import { selfSigned } from '../chaos/support/tls-material.ts';
import { expectNoSecret } from './secrets.ts';
import { tarball } from './tarballs.ts';
import { OWNER, triggerWorkflow } from './workflows.ts';

const ID_CRM = '9f3e1c70aa';
const PROXY_USER = { name: 'flow', password: 'pass-word-of-the-proxy' };

describe('Behind a company’s proxy, to a server with a certificate of its own', () => {
  let folder: string;
  let proxy: TinyproxyService;
  let simulator: Simulator;
  /** A host name that NO_PROXY does not list. */
  let url: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'accolades-proxy-'));
    const tls = await selfSigned();
    const authority = path.join(folder, 'authority.pem');
    await writeFile(authority, tls.cert);
    proxy = await startTinyproxy({ user: PROXY_USER });
    simulator = await createSimulator({ agents: [{ idCrm: ID_CRM, name: 'Front desk' }], tls });
    url = simulator.url.replace('127.0.0.1', 'localhost');
    env = {
      HTTPS_PROXY: proxy.url.replace('://', `://${PROXY_USER.name}:${PROXY_USER.password}@`),
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: authority,
    };
  });

  afterEach(async () => {
    await simulator.close();
    await proxy.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const expectTunnel = (): void => {
    expect(proxy.tunnels()).to.include(new URL(url).host);
  };

  it('Node-RED gets its calls', async () => {
    const host = await startNodeRed({ userDir: folder, packages: [await tarball('node-red')], env });
    try {
      const client = await NodeRedClient.connect(host.url);
      await client.deploy([
        { id: 'tab', type: 'tab', label: 'Calls' },
        {
          id: 'agent',
          type: 'accolades-agent',
          name: 'Agents',
          url,
          country: 'RO',
          credentials: { idCrm: ID_CRM },
        },
        { id: 'calls', type: 'accolades-call', z: 'tab', agent: 'agent', x: 100, y: 100, wires: [['shown']] },
        {
          id: 'shown',
          type: 'debug',
          z: 'tab',
          name: 'shown',
          active: true,
          tosidebar: true,
          x: 300,
          y: 100,
          wires: [],
        },
      ]);
      await client.waitForStatus('calls', ({ text }) => text === 'connected', 15_000);
      expectTunnel();
      simulator.placeCall({ agents: ID_CRM, phoneNumber: '0211234567' });
      await client.waitForStatus('calls', ({ text }) => text === '↙ 0211234567', 10_000);
      client.close();
      expectNoSecret('the log', host.output(), [ID_CRM, PROXY_USER.password]);
    } finally {
      await host.stop();
    }
  });

  it('n8n gets its calls, and its credential test goes the same way', async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    const host = await startN8n({ userFolder: folder, packages: [await tarball('n8n')], env });
    try {
      const client = new N8nClient(host.url);
      await client.signIn(OWNER);
      const data = { idCrm: ID_CRM, url, allowUnauthorizedCerts: false };
      const tested = await client.testCredential({ type: 'accoladesAgentApi', data });
      expect(tested.status, tested.message).to.equal('OK');
      expectTunnel();
      const credential = await client.createCredential({ name: 'Agents', type: 'accoladesAgentApi', data });
      const workflow = await client.createWorkflow(triggerWorkflow('Calls', credential, {}));
      await client.publish(workflow.id);
      simulator.placeCall({ agents: ID_CRM, phoneNumber: '0211234567' });
      const [execution] = await client.waitForExecutions(workflow.id, 1, 30_000);
      const items = itemsOf(await client.getExecution(execution?.id ?? ''), 'Accolades Trigger');
      expect(items[0]).to.include({ event: 'incomingCall', phoneNumber: '0211234567' });
      expectNoSecret('the log', host.output(), [ID_CRM, PROXY_USER.password]);
    } finally {
      await host.stop();
    }
  });
});
