import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { waitUntil } from '../../hosts/deadline.ts';
import { N8nClient, N8nPublicationError } from '../../hosts/n8n/client.ts';
import { isFinished, itemsOf } from '../../hosts/n8n/execution.ts';
import { startN8n, type N8nHost } from '../../hosts/n8n/launch.ts';
import { NodeRedClient } from '../../hosts/node-red/client.ts';
import { startNodeRed } from '../../hosts/node-red/launch.ts';
import { withoutTimes } from './messages.ts';
import { expectNoSecret, expectNoSecretInFiles } from './secrets.ts';
import { tarball } from './tarballs.ts';
import { OWNER, triggerWorkflow } from './workflows.ts';

const FRONT_DESK = '9f3e1c70aa';
const SALES = '5d0c4be912';
const WRONG = '0000deadbeef';
const SECRETS = [FRONT_DESK, SALES, WRONG];

describe('The packed nodes in a real n8n', () => {
  let simulator: Simulator;
  let host: N8nHost;
  let client: N8nClient;
  let userFolder: string;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-n8n-'));
    simulator = await createSimulator({
      agents: [
        { idCrm: FRONT_DESK, name: 'Front desk' },
        { idCrm: SALES, name: 'Sales' },
      ],
    });
    host = await startN8n({
      userFolder,
      packages: [await tarball('n8n')],
      onProgress: (line) => {
        console.log(`    ${line}`);
      },
    });
    client = new N8nClient(host.url);
    await client.signIn(OWNER);
    (await client.openPush()).close();
  });

  after(async () => {
    await host.stop();
    await simulator.close();
    await rm(userFolder, { recursive: true, force: true });
  });

  const credential = (idCrm: string, url = simulator.url, name = 'Agents') =>
    client.createCredential({
      name,
      type: 'accoladesAgentApi',
      data: { idCrm, url, allowUnauthorizedCerts: false },
    });

  const test = (idCrm: string, url = simulator.url) =>
    client.testCredential({
      type: 'accoladesAgentApi',
      data: { idCrm, url, allowUnauthorizedCerts: false },
    });

  const itemsOfAll = async (workflowId: string, count: number) => {
    const executions = await client.waitForExecutions(workflowId, count, 30_000);
    const items = await Promise.all(
      executions.map(async ({ id }) => itemsOf(await client.getExecution(id), 'Accolades Trigger')),
    );
    return items.flat();
  };

  it('loads the node and the credential', async () => {
    const names = (await client.nodeTypes()).map((type) => type.name);
    expect(names).to.include('n8n-nodes-accolades.accoladesTrigger');
    expect((await client.credentialTypes()).map((type) => type.name)).to.include('accoladesAgentApi');
  });

  it('tests a credential: yes, or a human reason for each refusal', async () => {
    expect(await test(`Front desk=${FRONT_DESK}`)).to.include({ status: 'OK' });
    const answers: Record<string, string> = {};
    const expectError = async (name: string, idCrm: string, url?: string) => {
      const { status, message } = await test(idCrm, url);
      expect(status, name).to.equal('Error');
      answers[name] = message;
    };
    await expectError('unknown agent', WRONG);
    await expectError('empty', ' ');
    await expectError('malformed', 'two words');
    await expectError('wrong scheme', FRONT_DESK, 'https://client.voipit.ro');
    await expectError('nothing there', FRONT_DESK, 'ws://127.0.0.1:9');
    for (const reason of ['IP_MISSMATCH', 'CONNECTION_EXISTS', 'SOMETHING_NEW']) {
      simulator.faults.set(FRONT_DESK, { refuseWith: reason });
      await expectError(reason, FRONT_DESK);
    }
    simulator.faults.clear();
    const pems = await generate([{ name: 'commonName', value: 'localhost' }]);
    const encrypted = await createSimulator({ tls: { key: pems.private, cert: pems.cert } });
    await expectError('untrusted certificate', FRONT_DESK, encrypted.url);
    await encrypted.close();
    const silent = await listen(createServer(() => undefined));
    await expectError('never answers', FRONT_DESK, `ws://127.0.0.1:${silent.port}`);
    silent.server.close();
    for (const [name, message] of Object.entries(answers)) console.log(`      ${name}: ${message}`);
    expect(answers['unknown agent']).to.match(/log in|logged/i);
    expect(answers['IP_MISSMATCH']).to.match(/IP address/);
    expect(answers['CONNECTION_EXISTS']).to.match(/another/i);
    expect(answers['SOMETHING_NEW']).to.include('SOMETHING_NEW');
    expect(answers['untrusted certificate']).to.match(/certificate/);
    expect(new Set(Object.values(answers)).size).to.equal(Object.keys(answers).length);
  });

  it('starts one execution for each call, with the same message that Node-RED gives', async () => {
    const workflow = await client.createWorkflow(
      triggerWorkflow('Calls', await credential(`Front desk=${FRONT_DESK}`), { callSource: 'all' }),
    );
    await client.publish(workflow.id);
    const place = () => {
      for (let i = 0; i < 12; i++) {
        simulator.placeCall({
          agents: FRONT_DESK,
          phoneNumber: i % 2 === 0 ? '0211234567' : '101',
          callCenter: i % 3 === 0,
          direction: i % 4 === 0 ? 'outgoing' : 'incoming',
          uniqueId: `1608743891.${1000 + i}`,
        });
      }
    };
    place();
    const items = await itemsOfAll(workflow.id, 12);
    expect(items).to.have.lengthOf(12);
    await client.deactivate(workflow.id);
    await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 15_000 });

    const userDir = await mkdtemp(path.join(tmpdir(), 'accolades-node-red-'));
    const nodeRed = await startNodeRed({
      userDir,
      packages: [await tarball('node-red')],
      flows: [
        { id: 'tab', type: 'tab', label: 'tab' },
        { id: 'agent', type: 'accolades-agent', name: '', url: simulator.url, country: 'RO' },
        {
          id: 'calls',
          type: 'accolades-call',
          z: 'tab',
          agent: 'agent',
          events: ['incomingCall', 'outgoingCall'],
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
      credentials: { agent: { idCrm: `Front desk=${FRONT_DESK}` } },
    });
    const nodeRedClient = await NodeRedClient.connect(nodeRed.url);
    try {
      await nodeRedClient.waitForStatus('calls', (status) => status.fill === 'green');
      place();
      const messages = await waitUntil(
        '12 messages',
        () => nodeRedClient.debugMessages.length >= 12 && nodeRedClient.debugMessages,
        { deadlineMs: 10_000 },
      );
      const byId = (a: unknown, b: unknown) => JSON.stringify(a).localeCompare(JSON.stringify(b));
      expect(items.map(withoutTimes).sort(byId)).to.deep.equal(
        messages.map((message) => withoutTimes(message.value)).sort(byId),
      );
    } finally {
      nodeRedClient.close();
      await nodeRed.stop();
      await rm(userDir, { recursive: true, force: true });
    }
  });

  it('shares one session among two workflows and a manual test, and gives each every call once', async () => {
    const agents = await credential(`Front desk=${FRONT_DESK}`);
    const [first, second, manual] = await Promise.all(
      ['First', 'Second', 'Manual'].map((name) => client.createWorkflow(triggerWorkflow(name, agents, {}))),
    );
    if (!first || !second || !manual) throw new Error('no workflow');
    await client.publish(first.id);
    await client.publish(second.id);
    const connects = simulator.statistics.connects;
    const run = await client.runManual(manual.id, { trigger: 'Accolades Trigger' });
    const again = await client.runManual(first.id, { trigger: 'Accolades Trigger' });
    await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 5_000 });
    for (let i = 0; i < 5; i++) {
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0721234567', uniqueId: `1608743892.${i}` });
    }
    for (const workflow of [first, second]) {
      const items = (await itemsOfAll(workflow.id, 5)).map((item) => item['uniqueId']);
      expect(items).to.include.members([0, 1, 2, 3, 4].map((i) => `1608743892.${i}`));
    }
    for (const { executionId } of [run, again]) {
      // The start of a manual test is not visible from outside, so calls continue until one
      // arrives.
      const execution = await waitUntil(
        'the manual test to end',
        async () => {
          simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0721234567' });
          const now = await client.getExecution(executionId ?? '');
          return isFinished(now.status) && now;
        },
        { deadlineMs: 20_000, everyMs: 200 },
      );
      expect(itemsOf(execution, 'Accolades Trigger'), 'items of the manual test').to.have.lengthOf(1);
    }
    expect(simulator.statistics.connects - connects, 'new connections').to.equal(0);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
    await client.deactivate(first.id);
    await client.deactivate(second.id);
  });

  it('publishes although the agent is logged out, and begins when it logs in', async () => {
    simulator.logout(SALES);
    const workflow = await client.createWorkflow(
      triggerWorkflow('Sales', await credential(`Sales=${SALES}`), {
        events: ['incomingCall', 'agentConnected', 'agentDisconnected'],
      }),
    );
    await client.publish(workflow.id);
    const [disconnected] = await itemsOfAll(workflow.id, 1);
    expect(disconnected).to.deep.include({ event: 'agentDisconnected', reason: 'ID_NOT_FOUND' });
    simulator.login(SALES);
    await waitUntil('the session', () => simulator.sessions().some((session) => session.idCrm === SALES), {
      deadlineMs: 70_000,
    });
    simulator.placeCall({ agents: SALES, phoneNumber: '0211234567' });
    const events = (await itemsOfAll(workflow.id, 3)).map((item) => item['event']);
    expect(events).to.have.members(['agentDisconnected', 'agentConnected', 'incomingCall']);
    await client.deactivate(workflow.id);
  });

  it('refuses to publish with a malformed idCrm or number filter, and says why', async () => {
    for (const [name, idCrm, parameters, says] of [
      ['malformed idCrm', 'two words', {}, /space/],
      ['bad filter', FRONT_DESK, { options: { numbers: '/[/' } }, /regular expression/],
    ] as const) {
      const workflow = await client.createWorkflow(
        triggerWorkflow(name, await credential(idCrm), parameters),
      );
      const error: unknown = await client.publish(workflow.id).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof N8nPublicationError)) throw new Error(`${name}: it was published`);
      console.log(`      ${name}: ${error.message}`);
      expect(error.message).to.match(says);
      await client.deleteWorkflow(workflow.id);
    }
  });

  it('keeps every secret out of its output and its files', async () => {
    expectNoSecret('the output', host.output(), SECRETS);
    const read = await expectNoSecretInFiles(userFolder, SECRETS, () => false);
    expect(read).to.be.greaterThan(2);
  });
});

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}
