import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference, N8nWorkflowNode } from '../../hosts/n8n/client.ts';
import { CLUSTER_START_MS, sharedCluster, type Cluster } from './cluster.ts';
import { ACCOLADES, ACCOLADES_WEBHOOK, chain, node } from './nodes.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';

describe('IVR requests and hang-up confirmations in an n8n of several processes', function () {
  this.timeout(3 * 60_000);
  let cluster: Cluster;
  let secret: N8nCredentialReference;
  /** The addresses of the processes that accept requests. */
  let doors: Record<string, string>;
  let series = 0;

  before(async function () {
    this.timeout(CLUSTER_START_MS);
    cluster = await sharedCluster();
    secret = await cluster.client.createCredential({
      name: 'Secret',
      type: 'accoladesWebhookApi',
      data: { secret: SECRET },
    });
    doors = { 'the webhook process': cluster.webhook.url, 'the main process': cluster.main.url };
  });

  /** @returns the path of the published endpoint */
  const publish = async (parameters: JsonObject, nodes: N8nWorkflowNode[]): Promise<string> => {
    series++;
    const trigger = node(
      'Accolades Webhook Trigger',
      ACCOLADES_WEBHOOK,
      { path: `calls-${series}`, ...parameters },
      { accoladesWebhookApi: { id: secret.id, name: secret.name } },
    );
    const webhookId = `hook-${series}`;
    const workflow = await cluster.client.createWorkflow(
      chain(`Endpoint ${series}`, [{ ...trigger, webhookId }, ...nodes]),
    );
    await cluster.client.publish(workflow.id);
    return `/webhook/${webhookId}/calls-${series}/${SECRET}`;
  };

  it('are answered by a flow that runs on a worker, with the node Accolades', async () => {
    const ivr = await publish({ receives: 'ivr' }, [replyIvr]);
    const hangup = await publish({ events: ['confirmHangup'] }, [
      node('Extend', ACCOLADES, {
        resource: 'reply',
        operation: 'confirmHangup',
        decision: 'extend',
        seconds: 120,
      }),
    ]);
    for (const [name, url] of Object.entries(doors)) {
      const before = executedByWorkers(cluster);
      const asked = await post(url + ivr, 'order=42');
      expect([asked.status, asked.text], name).to.deep.equal([200, '{"status":"order 42"}']);
      const got = await fetch(`${url}${ivr}?order=43`);
      expect([got.status, await got.text()], name).to.deep.equal([200, '{"status":"order 43"}']);
      const confirmed = await post(url + hangup, CONFIRM_HANGUP);
      expect([confirmed.status, confirmed.text], name).to.deep.equal([
        200,
        '{"action":"extend","duration":120}',
      ]);
      await waitUntil('the workers to say so', () => executedByWorkers(cluster) - before === 3, {
        deadlineMs: 10_000,
        details: () => `${executedByWorkers(cluster) - before} executions on workers`,
      });
      console.log(`      ${name}: an IVR request was answered after ${Math.round(asked.ms)} ms`);
    }
  });

  it('are answered by the last node of a flow that runs on a worker', async () => {
    const ivr = await publish({ receives: 'ivr', respond: 'lastNode' }, [
      node(
        'Answer',
        'n8n-nodes-base.code',
        { jsCode: 'return [{ json: { status: "shipped", days: 2 } }]' },
        undefined,
        2,
      ),
    ]);
    const failing = await publish(
      { receives: 'ivr', respond: 'lastNode', options: { ivrFallback: '{"found":"no"}' } },
      [node('Answer', 'n8n-nodes-base.code', { jsCode: 'throw new Error("broken")' }, undefined, 2)],
    );
    for (const [name, url] of Object.entries(doors)) {
      const { text } = await post(url + ivr, 'order=42');
      expect(text, name).to.equal('{"status":"shipped","days":"2"}');
      expect((await post(url + failing, 'order=42')).text, name).to.equal('{"found":"no"}');
    }
  });

  it('get the fallback at once when the flow ends without an answer', async () => {
    const options = { replyLimit: 60, ivrFallback: '{"found":"no"}' };
    const ivr = await publish({ receives: 'ivr', options }, [node('End', 'n8n-nodes-base.noOp', {})]);
    for (const [name, url] of Object.entries(doors)) {
      const { text, ms } = await post(url + ivr, 'order=42');
      expect(text, name).to.equal('{"found":"no"}');
      expect(ms, name).to.be.lessThan(30_000);
    }
  });

  it('get the fallback in time when no worker runs, and the late flow harms nothing', async () => {
    const ivr = await publish(
      { receives: 'ivr', options: { replyLimit: 1, ivrFallback: '{"found":"no"}' } },
      [replyIvr],
    );
    for (const worker of cluster.workers) worker.suspend();
    try {
      for (const [name, url] of Object.entries(doors)) {
        const { status, text, ms } = await post(url + ivr, 'order=42');
        expect([status, text], name).to.deep.equal([200, '{"found":"no"}']);
        expect(ms, name).to.be.within(950, 5_000);
        console.log(`      ${name}: the fallback was sent after ${Math.round(ms)} ms`);
      }
    } finally {
      for (const worker of cluster.workers) worker.resume();
    }
    for (const [name, url] of Object.entries(doors)) {
      const patient = await publish({ receives: 'ivr', options: { replyLimit: 30 } }, [replyIvr]);
      expect((await post(url + patient, 'order=44')).text, name).to.equal('{"status":"order 44"}');
    }
  });

  it('notifications are answered at once, whether or not a worker runs', async () => {
    const endpoint = await publish({ events: ['hangup'] }, [node('End', 'n8n-nodes-base.noOp', {})]);
    for (const worker of cluster.workers) worker.suspend();
    try {
      for (const [name, url] of Object.entries(doors)) {
        const { status, text } = await post(
          url + endpoint,
          'apiName=callNotification&event=hangup&callId=1.2',
        );
        expect([status, text], name).to.deep.equal([200, 'OK']);
      }
    } finally {
      for (const worker of cluster.workers) worker.resume();
    }
  });
});

const CONFIRM_HANGUP =
  'apiName=callNotification&event=confirmHangup&callId=1608743891.1344&userId=27&userType=user';

const replyIvr = node('Order status', ACCOLADES, {
  resource: 'reply',
  operation: 'ivr',
  variables: { values: [{ name: 'status', value: '={{ "order " + $json.variables.order }}' }] },
});

function executedByWorkers({ workers }: Cluster): number {
  const finished = /Worker finished execution/g;
  return workers.reduce((sum, worker) => sum + [...worker.output().matchAll(finished)].length, 0);
}

async function post(url: string, body: string): Promise<{ status: number; text: string; ms: number }> {
  const startedAt = performance.now();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url, { method: 'POST', body, headers });
  const text = await response.text();
  return { status: response.status, text, ms: performance.now() - startedAt };
}
