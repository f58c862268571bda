/**
 * Runs the built nodes in Node-RED's own runtime, without its editor. A process has one runtime, so
 * tests run one at a time.
 */
import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import helper from 'node-red-node-test-helper';
import { waitFor } from './wait.ts';

const require = createRequire(import.meta.url);
const nodeRed = require.resolve('node-red');
const util: unknown = require(require.resolve('@node-red/util', { paths: [path.dirname(nodeRed)] }));

const dist = path.resolve(import.meta.dirname, '../dist/nodes');

/** A message as a wired node received it, with its `_msgid`. */
export type Message = Record<string, unknown>;

export interface Received {
  /** The id of the receiving node. */
  readonly node: string;
  readonly message: Message;
}

export interface ShownStatus {
  readonly node: string;
  readonly fill: string | undefined;
  readonly shape: string | undefined;
  readonly text: string | undefined;
}

export interface LogLine {
  readonly node: string;
  /** `error`, `warn`, `info` or another of Node-RED's levels. */
  readonly level: string;
  readonly text: string;
}

export type FlowNode = { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>;
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The node types of this package. */
const TYPES = readdirSync(dist)
  .filter((file) => file.endsWith('.js'))
  .map((file) => path.basename(file, '.js'));

const LEVELS = new Map([
  [10, 'fatal'],
  [20, 'error'],
  [30, 'warn'],
  [40, 'info'],
  [50, 'debug'],
  [60, 'trace'],
]);

/** Everything that any runtime of this process logged, showed or sent; it must hold no secret. */
export const everythingSeen: string[] = [];

/**
 * A started runtime. In addition to our nodes it has `collector`, which keeps the messages it
 * receives, and `slow`, whose close handler waits for `letGo`.
 */
export class TestRuntime {
  readonly received: Received[] = [];
  readonly statuses: ShownStatus[] = [];
  readonly log: LogLine[] = [];
  #letGo: (() => void)[] = [];
  #stopped = false;
  #httpNode: RequestListener | null = null;
  #server: Server | null = null;
  readonly #logHandler = new EventEmitter();

  /** @param core Node-RED's own nodes that the flow needs, such as `function/10-function.js` */
  static async start(
    flow: readonly FlowNode[],
    credentials: Credentials = {},
    core: readonly string[] = [],
  ): Promise<TestRuntime> {
    const runtime = new TestRuntime();
    runtime.#listen();
    helper.init(nodeRed);
    const modules = TYPES.map((type) => loadNode(type));
    const coreModules = ['network/05-tls.js', ...core].map((file) => loadCore(file));
    // Node-RED keeps this object and deletes from it, so pass a copy.
    await helper.load(
      [...modules, ...coreModules, runtime.#helperNodes],
      flow.map(placed),
      structuredClone(credentials),
    );
    return runtime;
  }

  /** Deploys as the editor does. Resolves when the flows have started again. */
  async deploy(
    flow: readonly FlowNode[],
    type: 'full' | 'flows' | 'nodes' = 'full',
    credentials: Credentials = {},
  ): Promise<void> {
    const started = new Promise<void>((resolve) => {
      runtimeEvents().once('flows:started', resolve);
    });
    // The helper's own promise gives up after 300 ms.
    helper.setFlows(flow.map(placed), type, structuredClone(credentials)).catch(() => undefined);
    await started;
  }

  /** Sends a message to a node. */
  inject(id: string, message: Message): void {
    const node = this.node(id);
    if (node === null) throw new Error(`There is no node ${id}`);
    node.receive(message);
  }

  /**
   * Serves the nodes' HTTP routes on loopback until this runtime stops.
   * @returns the address without a trailing slash
   */
  async serve(): Promise<string> {
    const listener = this.#httpNode;
    if (listener === null) throw new Error('Node-RED has no HTTP routes');
    const server = createServer(listener);
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${addressOf(server).port}`;
  }

  /** Lets the `slow` nodes close. */
  letGo(): void {
    const waiting = this.#letGo;
    this.#letGo = [];
    for (const done of waiting) done();
  }

  /** Whether a `slow` node delays a deployment. */
  get held(): boolean {
    return this.#letGo.length > 0;
  }

  node(id: string): Node | null {
    return helper.getNode(id);
  }

  messagesOf(node: string): Message[] {
    return this.received.filter((entry) => entry.node === node).map(({ message }) => message);
  }

  /** Waits until the node has received this many messages, and returns them. */
  waitForMessages(node: string, count: number, deadlineMs = 5_000): Promise<Message[]> {
    return waitFor(
      `${count} messages at ${node}`,
      () => {
        const messages = this.messagesOf(node);
        return messages.length >= count ? messages : undefined;
      },
      deadlineMs,
    );
  }

  statusesOf(node: string): ShownStatus[] {
    return this.statuses.filter((status) => status.node === node);
  }

  statusOf(node: string): ShownStatus | undefined {
    return this.statusesOf(node).at(-1);
  }

  async waitForStatus(node: string, text: string | RegExp, deadlineMs = 5_000): Promise<ShownStatus> {
    return waitFor(
      `Status ${text.toString()} of ${node} (shown: ${this.statusesOf(node)
        .map((s) => s.text)
        .join(', ')})`,
      () => {
        const status = this.statusOf(node);
        const shown = status?.text ?? '';
        return (typeof text === 'string' ? shown === text : text.test(shown)) ? status : undefined;
      },
      deadlineMs,
    );
  }

  logOf(node: string, level: string): string[] {
    return this.log.filter((line) => line.node === node && line.level === level).map(({ text }) => text);
  }

  /** Removes all nodes and ends everything, so that the next test starts clean. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const letGo = setInterval(() => {
      this.letGo();
    }, 5);
    await this.deploy([]);
    await helper.unload();
    clearInterval(letGo);
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#unlisten();
  }

  #listen(): void {
    runtimeEvents().on('node-status', this.#onStatus);
    this.#logHandler.on('log', this.#onLog);
    callOf(runtimeLog(), 'addHandler')(this.#logHandler);
  }

  #unlisten(): void {
    runtimeEvents().off('node-status', this.#onStatus);
    callOf(runtimeLog(), 'removeHandler')(this.#logHandler);
  }

  readonly #onStatus = (event: unknown): void => {
    if (!isObject(event)) return;
    const status = isObject(event['status']) ? event['status'] : {};
    this.statuses.push({
      node: String(event['id']),
      fill: textOf(status['fill']),
      shape: textOf(status['shape']),
      text: textOf(status['text']),
    });
    everythingSeen.push(JSON.stringify(event));
  };

  readonly #onLog = (line: unknown): void => {
    if (!isObject(line)) return;
    const { msg } = line;
    const text =
      msg instanceof Error
        ? `${msg.message} ${msg.stack ?? ''}`
        : typeof msg === 'string'
          ? msg
          : JSON.stringify(msg);
    this.log.push({ node: textOf(line['id']) ?? '', level: LEVELS.get(Number(line['level'])) ?? '', text });
    everythingSeen.push(text);
  };

  readonly #helperNodes = (RED: NodeAPI): void => {
    const { received } = this;
    this.#httpNode = (request, response) => {
      Reflect.apply(RED.httpNode, undefined, [request, response]);
    };
    const holdUp = (done: () => void): void => {
      this.#letGo.push(done);
    };
    function Collector(this: Node, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      this.on('input', (message) => {
        received.push({ node: config.id, message });
        everythingSeen.push(JSON.stringify(message));
      });
    }
    function Slow(this: Node, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      this.on('close', (done: () => void) => {
        holdUp(done);
      });
    }
    RED.nodes.registerType('collector', Collector);
    RED.nodes.registerType('slow', Slow);
  };
}

/** The flow to start: a tab with one call node, its agent and a collector per output. */
export interface CallNodeOptions {
  /** The list of agents, as a user types it. */
  readonly idCrm: string;
  /** The address of the server. */
  readonly url: string;
  /** Fields of the `accolades-call` node. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further fields of the `accolades-agent` node. */
  readonly agent?: Readonly<Record<string, unknown>>;
}

/** A running call node. */
export interface RunningCallNode {
  readonly runtime: TestRuntime;
  /** The messages it sent, in order, over all outputs, as the wired nodes received them. */
  readonly messages: readonly Message[];
  readonly statuses: readonly ShownStatus[];
  /** Waits until it has sent this many messages in total. */
  readonly waitForMessages: (count: number, deadlineMs?: number) => Promise<readonly Message[]>;
  /** Waits for a status text. */
  readonly waitForStatus: (text: string | RegExp, deadlineMs?: number) => Promise<ShownStatus>;
  readonly close: () => Promise<void>;
}

/** Starts one call node, for tests that need nothing else in the flow. */
export async function startCallNode(options: CallNodeOptions): Promise<RunningCallNode> {
  const runtime = await TestRuntime.start(
    callFlow({
      call: { ...options.config, wires: [['out'], ['out'], ['out'], ['out']] },
      agent: { url: options.url, ...options.agent },
    }),
    { agent: { idCrm: options.idCrm } },
  );
  return {
    runtime,
    get messages() {
      return runtime.messagesOf('out');
    },
    get statuses() {
      return runtime.statusesOf('call');
    },
    waitForMessages: (count, deadlineMs) => runtime.waitForMessages('out', count, deadlineMs),
    waitForStatus: (text, deadlineMs) => runtime.waitForStatus('call', text, deadlineMs),
    close: () => runtime.stop(),
  };
}

/** A tab `tab` with the nodes `call`, `agent` and the collector `out`. */
export function callFlow(fields: {
  readonly call?: Readonly<Record<string, unknown>>;
  readonly agent?: Readonly<Record<string, unknown>>;
}): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'agent', type: 'accolades-agent', name: 'Test agent', ...fields.agent },
    { id: 'call', type: 'accolades-call', z: 'tab', agent: 'agent', wires: [['out']], ...fields.call },
    { id: 'out', type: 'collector', z: 'tab', wires: [] },
  ];
}

/** Node-RED treats a node without coordinates as a configuration node. */
function placed(node: FlowNode): FlowNode {
  return 'z' in node ? { x: 100, y: 100, ...node } : node;
}

function loadNode(type: string): (RED: NodeAPI) => void {
  return asModule(require(path.join(dist, `${type}.js`)), type);
}

function loadCore(file: string): (RED: NodeAPI) => void {
  const nodes = path.dirname(
    require.resolve('@node-red/nodes/package.json', { paths: [path.dirname(nodeRed)] }),
  );
  return asModule(require(path.join(nodes, 'core', file)), file);
}

function asModule(loaded: unknown, what: string): (RED: NodeAPI) => void {
  if (typeof loaded !== 'function')
    throw new Error(`${what} is not a node module: has the package been built?`);
  return (RED) => {
    // The helper omits this part of the API.
    Reflect.set(RED, 'hooks', isObject(util) ? util['hooks'] : undefined);
    Reflect.apply(loaded, undefined, [RED]);
  };
}

/** Node-RED's events, as nodes see them in `RED.events`. */
export function runtimeEvents(): Pick<EventEmitter, 'on' | 'once' | 'off' | 'listenerCount'> {
  const events: unknown = isObject(util) ? util['events'] : undefined;
  if (!(events instanceof EventEmitter)) throw new Error('Node-RED has no events');
  return events;
}

function runtimeLog(): unknown {
  return isObject(util) ? util['log'] : undefined;
}

function callOf(object: unknown, name: string): (...args: unknown[]) => void {
  const method: unknown = isObject(object) ? object[name] : undefined;
  if (typeof method !== 'function') throw new Error(`Node-RED's log has no ${name}`);
  return (...args) => {
    Reflect.apply(method, object, args);
  };
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
