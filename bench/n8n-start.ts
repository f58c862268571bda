/** From sending a call to the node after the trigger, in a real n8n. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { N8nClient, type N8nWorkflowNode } from '../hosts/n8n/client.ts';
import { startN8n } from '../hosts/n8n/launch.ts';
import { runBenchmark, type Options, type Result } from './support/benchmark.ts';
import { fieldsOf, numberIn, textIn } from './support/fields.ts';
import { untilIdle } from './support/idle.ts';
import { withFolder } from './support/node-red.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { n8nTarball } from './support/tarballs.ts';
import { until } from './support/until.ts';

const PER_SECOND = 20;
/** The warm-up, in seconds. */
const WARM_UP_S = 2;
/** Calls are spread over agents, because n8n starts the executions of one agent in order. */
const AGENTS = Array.from({ length: 20 }, (_, index) => {
  const name = `Bench ${index + 1}`;
  return { name, idCrm: `bench-0123456789-${index + 1}` };
});
const PHONE_NUMBER = '0211234567';
/** n8n saves no data of successful executions, on both sides. */
const ENVIRONMENT = { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none', N8N_LOG_LEVEL: 'warn' };

/**
 * By default, n8n creates isolates for expressions in each execution, and two cores do not reach 20
 * per second. The other setting creates them on demand.
 */
const HOSTS = [
  { host: 'n8n', env: {} },
  { host: 'n8n, lazy', env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } },
] as const;

const SIDES = ['trigger', 'webhook'] as const;
type Side = (typeof SIDES)[number];
const LABEL: Readonly<Record<Side, string>> = { trigger: 'Accolades Trigger', webhook: 'n8n Webhook' };

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/**
 * A real n8n with the same workflow twice: after our trigger, and after n8n's own Webhook node that
 * responds at once.
 */
class N8nRig {
  readonly #simulator: Simulator;
  readonly #webhookUrl: string;
  readonly #file: string;
  readonly #pid: number;
  readonly #stop: () => Promise<void>;
  #series = 1_700_000_000;

  static async start(folder: string, env: Readonly<Record<string, string>>): Promise<N8nRig> {
    const simulator = await createSimulator({ agents: AGENTS });
    const host = await startN8n({
      userFolder: folder,
      packages: [await n8nTarball(), path.join(import.meta.dirname, 'n8n-nodes')],
      env: { ...ENVIRONMENT, ...env },
    });
    const file = path.join(folder, 'stamps.jsonl');
    const client = new N8nClient(host.url);
    await client.signIn({ email: 'owner@example.com', password: 'Accolades1bench' });
    const { id, name } = await client.createCredential({
      name: 'Bench',
      type: 'accoladesAgentApi',
      data: {
        idCrm: AGENTS.map(({ name, idCrm }) => `${name}=${idCrm}`).join('\n'),
        url: simulator.url,
        allowUnauthorizedCerts: false,
      },
    });
    const publish = async (trigger: Partial<N8nWorkflowNode> & Pick<N8nWorkflowNode, 'name' | 'type'>) => {
      const workflow = await client.createWorkflow({
        name: trigger.name,
        nodes: [
          { id: 'trigger', typeVersion: 1, position: [0, 0], parameters: {}, ...trigger },
          {
            id: 'stamp',
            name: 'Stamp',
            type: 'n8n-nodes-bench.benchStamp',
            typeVersion: 1,
            position: [220, 0],
            parameters: { file },
          },
        ],
        connections: { [trigger.name]: { main: [[{ node: 'Stamp', type: 'main', index: 0 }]] } },
        settings: { executionOrder: 'v1' },
      });
      await client.publish(workflow.id);
    };
    await publish({
      name: LABEL.trigger,
      type: 'n8n-nodes-accolades.accoladesTrigger',
      credentials: { accoladesAgentApi: { id, name } },
    });
    await publish({
      name: LABEL.webhook,
      type: 'n8n-nodes-base.webhook',
      typeVersion: 2,
      webhookId: 'bench',
      parameters: { path: 'bench', httpMethod: 'POST', options: {} },
    });
    await until('the sessions', () => Promise.resolve(simulator.sessions().length === AGENTS.length));
    return new N8nRig(simulator, `${host.url}/webhook/bench`, file, host.pid, () => host.stop());
  }

  private constructor(
    simulator: Simulator,
    webhookUrl: string,
    file: string,
    pid: number,
    stop: () => Promise<void>,
  ) {
    this.#simulator = simulator;
    this.#webhookUrl = webhookUrl;
    this.#file = file;
    this.#pid = pid;
    this.#stop = stop;
  }

  /**
   * Sends calls at a steady rate, whether or not n8n keeps up, and waits for the execution of each.
   */
  async measure(side: Side, seconds: number): Promise<Latency> {
    const series = String(++this.#series);
    const dueAt = new Map<string, number>();
    const sent: Promise<void>[] = [];
    const start = monotonicMs();
    for (let index = 0; index < PER_SECOND * seconds; index++) {
      const due = start + (index * 1_000) / PER_SECOND;
      await delay(Math.max(0, due - monotonicMs()));
      const uniqueId = `${series}.${index}`;
      dueAt.set(uniqueId, due);
      sent.push(this.#send(side, uniqueId, AGENTS[index % AGENTS.length]?.idCrm ?? ''));
    }
    await Promise.all(sent);
    let stamps = new Map<string, number>();
    await until('all executions', async () => {
      stamps = await this.#stamps(series);
      return stamps.size >= dueAt.size;
    });
    // Work left from these calls must not slow the next ones.
    await untilIdle(this.#pid);
    const took = [...dueAt]
      .map(([id, due]) => (stamps.get(id) ?? Number.NaN) - due)
      .sort((first, second) => first - second);
    const at = (part: number): number => took[Math.ceil(took.length * part) - 1] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99) };
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#simulator.close();
  }

  async #send(side: Side, uniqueId: string, agents: string): Promise<void> {
    if (side === 'trigger') {
      this.#simulator.placeCall({ agents, phoneNumber: PHONE_NUMBER, uniqueId });
      return;
    }
    const response = await fetch(this.#webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'incomingCall', phoneNumber: PHONE_NUMBER, uniqueId, callCenter: 'no' }),
    });
    if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
    await response.arrayBuffer();
  }

  async #stamps(series: string): Promise<Map<string, number>> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line.includes(`"${series}.`));
    return new Map(
      lines.map((line) => {
        const stamp = fieldsOf(JSON.parse(line));
        return [textIn(stamp, 'id'), numberIn(stamp, 'at')];
      }),
    );
  }
}

/** The clock of the timestamps, which is the same in all processes of a machine. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function measure(
  name: string,
  env: Readonly<Record<string, string>>,
  options: Options,
): Promise<Result> {
  const { quick, progress } = options;
  return withFolder(async (folder) => {
    const rig = await N8nRig.start(folder, env);
    try {
      const measured = await inRounds(quick ? 2 : 5, SIDES, async (side, round) => {
        progress(`${name}, round ${round + 1}: ${LABEL[side]}`);
        await rig.measure(side, WARM_UP_S);
        return rig.measure(side, quick ? 5 : 15);
      });
      const values = (side: Side, of: keyof Latency): number[] =>
        measured[side].map((latency) => latency[of]);
      return {
        series: SIDES.flatMap((side) => [
          { label: `${name}: ${LABEL[side]} p50`, unit: 'ms', values: values(side, 'p50') },
          { label: `${name}: ${LABEL[side]} p99`, unit: 'ms', values: values(side, 'p99') },
        ]),
        verdicts: (['p50', 'p99'] as const).map((of) => ({
          label: `${name}: trigger ÷ webhook, ${of}`,
          unit: '×',
          ...ratioOf(values('trigger', of), values('webhook', of)),
          target: { at: 'most', value: 1 },
        })),
      };
    } finally {
      await rig.close();
    }
  });
}

await runBenchmark(
  'n8n-start',
  `${PER_SECOND} calls a second, from the call to n8n's execution`,
  async (options) => {
    const results: Result[] = [];
    for (const { host, env } of HOSTS) results.push(await measure(host, env, options));
    return {
      series: results.flatMap(({ series }) => series),
      verdicts: results.flatMap(({ verdicts }) => verdicts),
    };
  },
);
