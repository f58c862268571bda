import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference, N8nWorkflowNode } from '../../hosts/n8n/client.ts';
import { N8nRig, n8nNode, wireTo } from './n8n-rig.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const FALLBACK = '{"found":"no"}';
const SET = 'n8n-nodes-base.set';

/** “When Last Node Finishes”: n8n's output at the end of a flow, for every kind of ending. */
describe('The answer of the last node in a real n8n', () => {
  let rig: N8nRig;
  let secret: N8nCredentialReference;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    rig = await N8nRig.start();
    secret = await rig.credential('accoladesWebhookApi', { secret: SECRET });
  });

  after(() => rig.stop());

  const answerOf = async (
    name: string,
    nodes: readonly N8nWorkflowNode[],
    options: JsonObject = {},
  ): Promise<string> => {
    const trigger: N8nWorkflowNode = {
      ...n8nNode('Accolades Webhook Trigger', 'n8n-nodes-accolades.accoladesWebhookTrigger', 1.1, {
        path: name,
        receives: 'ivr',
        respond: 'lastNode',
        options: { ivrFallback: FALLBACK, replyLimit: 20, ...options },
      }),
      id: name,
      webhookId: `hook-${name}`,
      credentials: { accoladesWebhookApi: { id: secret.id, name: secret.name } },
    };
    const [first, ...others] = nodes.map((node) => node.name);
    const wires = nodes.slice(0, -1).map((node, i) => [node.name, others[i] ?? ''] as const);
    await rig.publish(
      trigger,
      nodes,
      [[first ?? '']],
      Object.fromEntries(wires.map(([from, to]) => [from, { main: [[wireTo(to)]] }])),
    );
    const response = await fetch(`${rig.host.url}/webhook/hook-${name}/${name}/${SECRET}`, {
      method: 'POST',
      body: new URLSearchParams({ order: '1' }),
    });
    expect(response.status).to.equal(200);
    return response.text();
  };

  const set = (name: string, more: Partial<N8nWorkflowNode> = {}): N8nWorkflowNode => ({
    ...n8nNode(name, SET, 3.4, {
      mode: 'raw',
      jsonOutput: '{"status":"shipped"}',
      includeOtherFields: false,
      options: {},
    }),
    ...more,
  });

  const code = (name: string, jsCode: string): N8nWorkflowNode =>
    n8nNode(name, 'n8n-nodes-base.code', 2, { jsCode });

  /** A Filter or If node that nothing passes. */
  const condition = (type: 'filter' | 'if', more: Partial<N8nWorkflowNode> = {}): N8nWorkflowNode => ({
    ...n8nNode('Known caller', `n8n-nodes-base.${type}`, 2.2, {
      conditions: {
        options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
        combinator: 'and',
        conditions: [
          {
            id: 'known',
            leftValue: '={{ $json.status }}',
            rightValue: 'known',
            operator: { type: 'string', operation: 'equals' },
          },
        ],
      },
      options: {},
    }),
    ...more,
  });

  it('is its first item', async () => {
    expect(await answerOf('first-item', [set('Order')])).to.equal('{"status":"shipped"}');
  });

  it('is the item that a disabled last node passes through', async () => {
    const nodes = [set('Order'), set('Disabled', { disabled: true })];
    expect(await answerOf('disabled', nodes)).to.equal('{"status":"shipped"}');
  });

  const nothing: readonly (readonly [string, readonly N8nWorkflowNode[], RegExp])[] = [
    ['no item passes the last node', [set('Order'), condition('filter')], /gave no item/],
    [
      'no item passes it, and it always gives data',
      [set('Order'), condition('filter', { alwaysOutputData: true })],
      /gave no item/,
    ],
    ['the item takes a branch that ends', [set('Order'), condition('if')], /gave no item/],
    ['the flow ends before the last node', [condition('filter'), set('Order')], /gave no item/],
    ['the last node gives an empty list', [code('Answer', 'return []')], /gave no item/],
    ['the last node fails', [code('Answer', 'throw new Error("broken")')], /failed before it answered/],
    ['nothing changes the request', [n8nNode('End', 'n8n-nodes-base.noOp', 1, {})], /must be/],
  ];
  nothing.forEach(([name, nodes, says], index) => {
    it(`is the fallback, with a line in the log, when ${name}`, async () => {
      const before = rig.host.output().length;
      expect(await answerOf(`nothing-${index}`, nodes)).to.equal(FALLBACK);
      const logged = (): string => rig.host.output().slice(before);
      await waitUntil('a line in the log', () => /\[Accolades\]/.test(logged()), { deadlineMs: 10_000 });
      expect(logged()).to.match(says);
    });
  });

  it('is the fallback, with a line in the log, when the workflow waits for longer', async () => {
    const wait = n8nNode('Wait', 'n8n-nodes-base.wait', 1.1, { amount: 1, unit: 'hours' });
    const before = rig.host.output().length;
    expect(await answerOf('waiting', [wait, set('Order')], { replyLimit: 1 })).to.equal(FALLBACK);
    await waitUntil('a line in the log', () => /\[Accolades\]/.test(rig.host.output().slice(before)), {
      deadlineMs: 10_000,
    });
  });
});
