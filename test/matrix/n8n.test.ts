import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { JsonObject } from '../../hosts/guards.ts';
import {
  N8nClient,
  type N8nCredentialReference,
  type N8nWorkflowInput,
  type N8nWorkflowNode,
} from '../../hosts/n8n/client.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { defaultN8nVersion } from '../../hosts/n8n/install.ts';
import { startN8n, type N8nHost } from '../../hosts/n8n/launch.ts';
import { expectNoSecret } from '../hosts/secrets.ts';
import { tarball } from '../hosts/tarballs.ts';
import { OWNER, triggerWorkflow } from '../hosts/workflows.ts';

/** The last n8n 1, a middle version of n8n 2, and the version used for development. */
const VERSIONS = ['1.123.81', '2.20.12', defaultN8nVersion];

const ID_CRM = '9f3e1c70aa';
const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const ACCOUNT = { accountNumber: '1001', password: 'api-P4ss!word' };

/** Two triggers with one ID, as pasting nodes into an exported workflow can make them. */
function twinWorkflow(credential: N8nCredentialReference): N8nWorkflowInput {
  const { nodes } = triggerWorkflow('Twins', credential, { events: ['incomingCall'] });
  const [trigger, end] = nodes;
  if (trigger === undefined || end === undefined) throw new Error('The workflow has no trigger');
  const toEnd = { main: [[{ node: end.name, type: 'main', index: 0 }]] };
  return {
    name: 'Twins',
    nodes: [{ ...trigger, name: 'First' }, { ...trigger, name: 'Second' }, end],
    connections: { First: toEnd, Second: toEnd },
  };
}

for (const version of VERSIONS) {
  describe(`The packed nodes in n8n ${version}`, () => {
    let simulator: Simulator;
    let host: N8nHost;
    let client: N8nClient;
    let userFolder: string;

    before(async function () {
      // The first run installs n8n.
      this.timeout(15 * 60_000);
      userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-matrix-'));
      simulator = await createSimulator({
        agents: [{ idCrm: ID_CRM, name: 'Front desk' }],
        rest: {},
        accounts: [ACCOUNT],
        phones: [{ deviceId: '27' }],
      });
      host = await startN8n({
        version,
        userFolder,
        packages: [await tarball('n8n')],
        onProgress: (line) => {
          console.log(`    ${line}`);
        },
      });
      client = new N8nClient(host.url);
      await client.signIn(OWNER);
    });

    after(async () => {
      await host.stop();
      await simulator.close();
      await rm(userFolder, { recursive: true, force: true });
    });

    const agents = () =>
      client.createCredential({
        name: 'Agents',
        type: 'accoladesAgentApi',
        data: { idCrm: `Front desk=${ID_CRM}`, url: simulator.url, allowUnauthorizedCerts: false },
      });

    const account = (): JsonObject => ({ ...ACCOUNT, url: simulator.restUrl });

    it('loads the nodes and the credentials', async () => {
      const nodes = (await client.nodeTypes()).map((type) => type.name);
      expect(nodes).to.include.members([
        'n8n-nodes-accolades.accolades',
        'n8n-nodes-accolades.accoladesTool',
        'n8n-nodes-accolades.accoladesTrigger',
        'n8n-nodes-accolades.accoladesWebhookTrigger',
        'n8n-nodes-accolades.accoladesCallEndedTrigger',
      ]);
      const credentials = (await client.credentialTypes()).map((type) => type.name);
      expect(credentials).to.include.members([
        'accoladesAccountApi',
        'accoladesAgentApi',
        'accoladesWebhookApi',
      ]);
    });

    it('tests credentials', async () => {
      const test = async (type: string, data: JsonObject) => {
        const { id, name } = await client.createCredential({ name: 'Tested', type, data });
        return client.testCredential({ id, name, type });
      };
      const agent = (idCrm: string) =>
        test('accoladesAgentApi', { idCrm, url: simulator.url, allowUnauthorizedCerts: false });
      expect(await agent(ID_CRM)).to.include({ status: 'OK' });
      const refused = await agent('0000deadbeef');
      expect(refused.status).to.equal('Error');
      expect(refused.message).to.match(/log in|logged/i);
      expect(await test('accoladesAccountApi', account())).to.include({ status: 'OK' });
    });

    it('starts the workflow with every call, over a re-publish, and lets the agent go in the end', async () => {
      const credential = await agents();
      const draft = triggerWorkflow('Calls', credential, { callSource: 'all' });
      const { id } = await client.createWorkflow(draft);
      await client.publish(id);
      const place = (count: number, from: number) => {
        for (let i = from; i < from + count; i++) {
          simulator.placeCall({
            agents: ID_CRM,
            phoneNumber: '0211234567',
            uniqueId: `1608743891.${1000 + i}`,
          });
        }
      };
      await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 15_000 });
      place(5, 0);
      await client.waitForExecutions(id, 5);
      await client.updateWorkflow(
        id,
        triggerWorkflow('Calls', credential, { callSource: 'all', options: { country: 'RO' } }),
      );
      const publication = client.publish(id);
      place(5, 5);
      await publication;
      const executions = await client.waitForExecutions(id, 10, 30_000);
      const items = await Promise.all(
        executions.map(async (one) => itemsOf(await client.getExecution(one.id), 'Accolades Trigger')[0]),
      );
      const ids = items.map((item) => item?.['uniqueId']);
      expect(new Set(ids)).to.have.property('size', 10);
      expect(ids).to.have.lengthOf(10);
      expect(items[0]?.['phone']).to.include({ e164: '+40211234567' });
      await client.deactivate(id);
      await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 15_000 });
      expectNoSecret("n8n's output", host.output(), [ID_CRM]);
    });

    // n8n 2.41 gives one of them a new ID when it publishes.
    if (version !== defaultN8nVersion) {
      it('starts both of two triggers with one node ID, over a re-publish, and warns', async () => {
        const credential = await agents();
        const draft = twinWorkflow(credential);
        const { id } = await client.createWorkflow(draft);
        const itemsOfTwins = async (count: number) => {
          const finished = await client.waitForExecutions(id, count, 30_000);
          const executions = await Promise.all(finished.map((one) => client.getExecution(one.id)));
          const ids = (node: string) =>
            executions.flatMap((one) => itemsOf(one, node)).map((item) => item['uniqueId']);
          return { first: ids('First').sort(), second: ids('Second').sort() };
        };
        const placed: string[] = [];
        const place = () => {
          for (let n = 0; n < 3; n++) {
            const uniqueId = `1608743999.${placed.length}`;
            simulator.placeCall({ agents: ID_CRM, phoneNumber: '0211234567', uniqueId });
            placed.push(uniqueId);
          }
        };
        for (const round of [1, 2]) {
          await client.publish(id);
          await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 15_000 });
          place();
          const both = await itemsOfTwins(6 * round);
          expect(both).to.deep.equal({ first: placed, second: placed });
          await client.updateWorkflow(id, { ...draft, name: 'Published again' });
        }
        expect(host.output()).to.match(/“First” and “Second” .*have the same internal ID/);
        await client.deactivate(id);
        await waitUntil('the session to end', () => simulator.sessions().length === 0, {
          deadlineMs: 15_000,
        });
      });
    }

    it('listens for a test event', async () => {
      const { id } = await client.createWorkflow(
        triggerWorkflow('Test', await agents(), { callSource: 'all' }),
      );
      const push = await client.openPush();
      const run = await client.runManual(id, { trigger: 'Accolades Trigger' });
      await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 15_000 });
      simulator.placeCall({ agents: ID_CRM, phoneNumber: '0211234567' });
      const execution = await client.waitForExecution(run.executionId ?? '');
      expect(itemsOf(execution, 'Accolades Trigger')).to.have.lengthOf(1);
      push.close();
      await waitUntil('the session to end', () => simulator.sessions().length === 0, { deadlineMs: 15_000 });
    });

    it('takes notifications, answers an IVR and dials', async () => {
      const secret = await client.createCredential({
        name: 'Secret',
        type: 'accoladesWebhookApi',
        data: { secret: SECRET },
      });
      const accountCredential = await client.createCredential({
        name: 'Account',
        type: 'accoladesAccountApi',
        data: account(),
      });
      const node = (name: string, type: string, parameters: JsonObject): N8nWorkflowNode => ({
        id: name,
        name,
        type: `n8n-nodes-accolades.${type}`,
        typeVersion: 1,
        position: [0, 0],
        parameters,
        credentials: {
          accoladesWebhookApi: { id: secret.id, name: secret.name },
          accoladesAccountApi: { id: accountCredential.id, name: accountCredential.name },
        },
      });
      const publish = async (
        path: string,
        parameters: JsonObject,
        next: N8nWorkflowNode,
      ): Promise<string> => {
        const trigger = {
          ...node('Hook', 'accoladesWebhookTrigger', { path, ...parameters }),
          webhookId: `hook-${path}`,
        };
        const { id } = await client.createWorkflow({
          name: path,
          nodes: [trigger, next],
          connections: { Hook: { main: [[{ node: next.name, type: 'main', index: 0 }]] } },
        });
        await client.publish(id);
        return id;
      };
      const id = await publish(
        'pbx',
        { events: ['hangup'], options: { splitOutputs: true } },
        node('Call back', 'accolades', {
          resource: 'call',
          operation: 'dial',
          deviceId: '27',
          phoneNumber: '={{ $json.phoneNumber }}',
        }),
      );
      await publish(
        'ivr',
        { receives: 'ivr' },
        node('Status', 'accolades', {
          resource: 'reply',
          operation: 'ivr',
          variables: { values: [{ name: 'status', value: 'sent' }] },
        }),
      );
      const url = `${host.url}/webhook/hook-pbx/pbx/${SECRET}`;
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const ivr = await fetch(`${host.url}/webhook/hook-ivr/ivr/${SECRET}?order=42&_callerId=0721234567`);
      expect([ivr.status, await ivr.text()]).to.deep.equal([200, '{"status":"sent"}']);
      const body =
        'apiName=callNotification&event=hangup&callId=1608743891.1344&userId=27&userType=user&phoneNumber=0211234567';
      const posted = await fetch(url, { method: 'POST', body, headers: form });
      expect([posted.status, await posted.text()]).to.deep.equal([200, 'OK']);
      const executions = await client.waitForExecutions(id, 1);
      const last = await client.getExecution(executions.at(-1)?.id ?? '');
      expect(last.status, last.error?.message).to.equal('success');
      expect(itemsOf(last, 'Call back')).to.have.lengthOf(1);
      expectNoSecret("n8n's output", host.output(), [SECRET, ACCOUNT.password]);
    });
  });
}
