/**
 * How fast each host's endpoint answers a call notification, compared with the host's own HTTP
 * node.
 */
import { startNodeRed, type FlowNode } from '../hosts/node-red/launch.ts';
import { N8nClient, type N8nWorkflowNode } from '../hosts/n8n/client.ts';
import { startN8n } from '../hosts/n8n/launch.ts';
import { postSteadily, quantile } from '../test/hosts/paced-load.ts';
import { runBenchmark, type Options, type Result, type Series, type Verdict } from './support/benchmark.ts';
import { withFolder } from './support/node-red.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { n8nTarball, nodeRedTarball } from './support/tarballs.ts';
import { processorSeconds, untilIdle } from './support/idle.ts';
import { until } from './support/until.ts';

/**
 * Notifications per second. The vendor does not document a rate; a PBX with thousands of phones may
 * reach this one.
 */
const PER_SECOND = 200;

/**
 * n8n with its default settings, at a rate that two cores can execute; and n8n without an isolate
 * for executions that have no expressions.
 */
const N8N = [
  { host: 'n8n', env: {}, rates: [5] },
  { host: 'n8n, lazy', env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' }, rates: [20, 100, PER_SECOND] },
] as const;

const WARM_UP_S = 2;
const SECRET = 'bench-0123456789-secret';

const SIDES = ['ours', 'builtIn'] as const;
type Side = (typeof SIDES)[number];
type Addresses = Readonly<Record<Side, string>>;

interface Endpoints {
  readonly host: string;
  /** The process that runs the workflows. */
  readonly pid: number;
  readonly names: Readonly<Record<Side, string>>;
  readonly addresses: Addresses;
}

await runBenchmark('endpoint', `call notifications, from the request to its answer`, async (options) => {
  const results: Result[] = [];
  await withFolder((folder) =>
    onNodeRed(folder, async (endpoints) => {
      results.push(await measure(endpoints, PER_SECOND, options));
    }),
  );
  for (const { host, env, rates } of N8N) {
    await withFolder((folder) =>
      onN8n(folder, host, env, async (endpoints) => {
        for (const rate of rates) results.push(await measure(endpoints, rate, options));
      }),
    );
  }
  return {
    series: results.flatMap(({ series }) => series),
    verdicts: results.flatMap(({ verdicts }) => verdicts),
    notes: results.flatMap(({ notes = [] }) => notes),
  };
});

async function measure(endpoints: Endpoints, perSecond: number, options: Options): Promise<Result> {
  const { host, pid, names, addresses } = endpoints;
  const refused: Record<Side, number> = { ours: 0, builtIn: 0 };
  const post = async (side: Side, seconds: number) => {
    const before = await processorSeconds(pid);
    const result = await postSteadily({
      perSecond,
      seconds,
      request: (index) => ({ url: addresses[side], body: notification(index) }),
    });
    // Workflows started by these requests must not slow the next ones.
    await untilIdle(pid);
    const used = ((await processorSeconds(pid)) - before) * 1_000;
    return {
      p50: quantile(result, 0.5),
      p99: quantile(result, 0.99),
      processor: used / result.times.length,
      statuses: result.statuses,
    };
  };
  for (const side of SIDES) await post(side, WARM_UP_S);
  const measured = await inRounds(options.quick ? 2 : 3, SIDES, async (side, round) => {
    options.progress(`${host}, ${perSecond}/s, round ${round + 1}: ${names[side]}`);
    const one = await post(side, options.quick ? 4 : 8);
    for (const [status, count] of Object.entries(one.statuses)) if (status !== '200') refused[side] += count;
    return one;
  });
  const values = (side: Side, of: 'p50' | 'p99' | 'processor') => measured[side].map((one) => one[of]);
  const each = ['p50', 'p99'] as const;
  return {
    series: SIDES.flatMap((side) => [
      ...each.map((of): Series => ({
        label: `${host}, ${perSecond}/s, ${names[side]} ${of}`,
        unit: 'ms',
        values: values(side, of),
      })),
      {
        label: `${host}, ${perSecond}/s, ${names[side]}: processor time of request and workflow`,
        unit: 'ms',
        values: values(side, 'processor'),
      },
    ]),
    verdicts: each.map((of): Verdict => ({
      label: `${host}, ${perSecond}/s, ours ÷ own, ${of}`,
      unit: '×',
      ...ratioOf(values('ours', of), values('builtIn', of)),
    })),
    notes: SIDES.map(
      (side) => `${host}, ${perSecond}/s, ${names[side]}: ${refused[side]} answers other than 200`,
    ),
  };
}

/**
 * A real Node-RED with accolades-webhook and with its own HTTP nodes, in front of the same
 * function.
 */
async function onNodeRed(folder: string, work: (endpoints: Endpoints) => Promise<void>): Promise<void> {
  const node = (id: string, type: string, fields: Readonly<Record<string, unknown>>): FlowNode => ({
    id,
    type,
    z: 'tab',
    x: 100,
    y: 100,
    wires: [],
    ...fields,
  });
  const flow = { func: 'msg.payload = { id: msg.payload.callId }; return msg;', outputs: 1, libs: [] };
  const host = await startNodeRed({
    userDir: folder,
    packages: [await nodeRedTarball()],
    flows: [
      { id: 'tab', type: 'tab', label: 'bench' },
      node('ours', 'accolades-webhook', {
        path: '/ours',
        method: 'post',
        events: ['hangup'],
        wires: [['work']],
      }),
      node('in', 'http in', { url: '/own', method: 'post', upload: false, wires: [['response', 'work']] }),
      node('response', 'http response', { statusCode: '200', headers: {} }),
      node('work', 'function', { ...flow, wires: [[]] }),
    ],
    credentials: { ours: { secret: SECRET } },
  });
  try {
    const addresses = { ours: `${host.url}/ours?secret=${SECRET}`, builtIn: `${host.url}/own` };
    await answers(addresses);
    await work({
      host: 'Node-RED',
      pid: host.pid,
      names: { ours: 'accolades-webhook', builtIn: 'http in + http response' },
      addresses,
    });
  } finally {
    await host.stop();
  }
}

/**
 * A real n8n with the webhook trigger and with its own Webhook node that responds at once, in front
 * of no other node.
 */
async function onN8n(
  folder: string,
  name: string,
  env: Readonly<Record<string, string>>,
  work: (endpoints: Endpoints) => Promise<void>,
): Promise<void> {
  const host = await startN8n({
    userFolder: folder,
    packages: [await n8nTarball()],
    env: { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none', N8N_LOG_LEVEL: 'error', ...env },
  });
  try {
    const client = new N8nClient(host.url);
    await client.signIn({ email: 'owner@example.com', password: 'Accolades1bench' });
    const credential = await client.createCredential({
      name: 'Secret',
      type: 'accoladesWebhookApi',
      data: { secret: SECRET },
    });
    await publish(client, {
      name: 'Accolades Webhook Trigger',
      type: 'n8n-nodes-accolades.accoladesWebhookTrigger',
      typeVersion: 1.1,
      webhookId: 'ours',
      parameters: { path: 'ours', events: ['hangup'], secretPlace: 'parameter' },
      credentials: { accoladesWebhookApi: { id: credential.id, name: credential.name } },
    });
    await publish(client, {
      name: 'Webhook',
      type: 'n8n-nodes-base.webhook',
      typeVersion: 2,
      webhookId: 'own',
      parameters: { path: 'own', httpMethod: 'POST', options: {} },
    });
    const addresses = {
      ours: `${host.url}/webhook/ours?secret=${SECRET}`,
      builtIn: `${host.url}/webhook/own`,
    };
    await answers(addresses);
    await work({
      host: name,
      pid: host.pid,
      names: { ours: 'Accolades Webhook Trigger', builtIn: 'Webhook' },
      addresses,
    });
  } finally {
    await host.stop();
  }
}

/** Publishes a workflow of a trigger and a node without effect. */
async function publish(
  client: N8nClient,
  trigger: Pick<N8nWorkflowNode, 'name' | 'type'> & Partial<N8nWorkflowNode>,
): Promise<void> {
  const end = { id: 'end', name: 'End', type: 'n8n-nodes-base.noOp', typeVersion: 1, parameters: {} };
  const workflow = await client.createWorkflow({
    name: trigger.name,
    nodes: [
      { id: 'trigger', typeVersion: 1, position: [0, 0], parameters: {}, ...trigger },
      { ...end, position: [220, 0] },
    ],
    connections: { [trigger.name]: { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
    settings: { executionOrder: 'v1' },
  });
  await client.publish(workflow.id);
}

async function answers(addresses: Addresses): Promise<void> {
  for (const address of Object.values(addresses)) {
    await until(`an answer of ${new URL(address).pathname}`, async () => {
      const body = new URLSearchParams(notification(0));
      return (await fetch(address, { method: 'POST', body })).ok;
    });
  }
}

function notification(index: number): string {
  return new URLSearchParams({
    apiName: 'callNotification',
    event: 'hangup',
    callId: `1608743891.${index}`,
    userId: '27',
    userType: 'user',
    phoneNumber: '0211234567',
    duration: '75',
  }).toString();
}
