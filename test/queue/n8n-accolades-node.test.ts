import { expect } from 'chai';
import type { JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference, N8nWorkflowNode } from '../../hosts/n8n/client.ts';
import { itemsOf, type N8nExecution } from '../../hosts/n8n/execution.ts';
import { publishCallWorkflow } from './call-workflow.ts';
import {
  ACCOUNT,
  FRONT_DESK,
  PASSWORD,
  SALES,
  CLUSTER_START_MS,
  sharedCluster,
  type Cluster,
} from './cluster.ts';
import { ACCOLADES, ACCOLADES_WEBHOOK, chain, node } from './nodes.ts';

describe('The node Accolades on a worker of n8n', function () {
  this.timeout(3 * 60_000);
  let cluster: Cluster;
  let account: Record<string, N8nCredentialReference>;
  let series = 0;

  before(async function () {
    this.timeout(CLUSTER_START_MS);
    cluster = await sharedCluster();
    account = await credential('accoladesAccountApi', {
      accountNumber: ACCOUNT,
      password: PASSWORD,
      url: cluster.simulator.restUrl,
    });
  });

  const credential = async (type: string, data: JsonObject) => {
    const { id, name } = await cluster.client.createCredential({ name: type, type, data });
    return { [type]: { id, name } };
  };
  const agent = (idCrm: string) =>
    credential('accoladesAgentApi', { idCrm, url: cluster.simulator.url, allowUnauthorizedCerts: false });

  /** Runs the node after a notification, so that n8n uses a worker. */
  const run = async (accolades: N8nWorkflowNode): Promise<N8nExecution> => {
    const { client, webhook } = cluster;
    series++;
    const path = `node-${series}`;
    const trigger = node('Trigger', ACCOLADES_WEBHOOK, { path, secretPlace: 'none', events: ['hangup'] });
    const workflow = await client.createWorkflow(
      chain(path, [{ ...trigger, webhookId: path }, accolades], { saveDataSuccessExecution: 'all' }),
    );
    await client.publish(workflow.id);
    const body = 'apiName=callNotification&event=hangup&callId=1608743891.1344&userId=27';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${webhook.url}/webhook/${path}`, { method: 'POST', body, headers });
    expect(answer.status).to.equal(200);
    const [execution] = await client.waitForExecutions(workflow.id, 1, 60_000);
    await client.deactivate(workflow.id);
    const id = execution?.id ?? '';
    const ranOn = cluster.workers.filter((worker) =>
      worker.output().includes(`Worker started execution ${id} `),
    );
    expect(ranOn, 'workers that ran it').to.have.lengthOf(1);
    return client.getExecution(id);
  };

  it('dials and pings over the REST API', async () => {
    const dialled = await run(
      node('Dial', ACCOLADES, { deviceId: '27', phoneNumber: '+40 21 123 4567' }, account),
    );
    expect(itemsOf(dialled, 'Dial')[0]).to.deep.include({
      command: 'dial',
      ok: true,
      phoneNumber: '0211234567',
    });
    const pinged = await run(node('Ping', ACCOLADES, { resource: 'account', operation: 'ping' }, account));
    expect(pinged.status).to.equal('success');
    expect(
      cluster.simulator.telephony.accountLog(ACCOUNT).map(({ command, status }) => [command, status]),
    ).to.deep.equal([
      ['dial', 200],
      ['ping', 200],
    ]);
  });

  it('connects to an agent when no other process holds its connection', async () => {
    const version = { resource: 'agent', operation: 'getVersion' };
    const execution = await run(node('Version', ACCOLADES, version, await agent(SALES)));
    expect(itemsOf(execution, 'Version')).to.deep.equal([{ version: '1.1.0', known: true }]);
    expect(cluster.simulator.sessions().filter(({ idCrm }) => idCrm === SALES)).to.deep.equal([]);
  });

  it('names the trigger that holds the connection in the main process, with advice', async () => {
    const unpublish = await publishCallWorkflow(cluster, 'Holds the connection');
    try {
      const [before] = cluster.simulator.sessions();
      const configuration = { resource: 'agent', operation: 'getConfiguration' };
      const execution = await run(node('Ask', ACCOLADES, configuration, await agent(FRONT_DESK)));
      expect(execution.status).to.equal('error');
      console.log(`      ${execution.error?.message ?? ''} ${execution.error?.description ?? ''}`);
      expect(execution.error?.message).to.match(/Another program already holds the one connection/);
      expect(execution.error?.description)
        .to.match(/worker, in queue mode/)
        .and.match(/includeConfiguration/);
      // The trigger's own connection stayed untouched.
      expect(cluster.simulator.sessions()).to.deep.equal([before]);
    } finally {
      await unpublish();
    }
  });
});
