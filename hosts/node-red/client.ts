import { WebSocket } from 'ws';
import { waitUntil } from '../deadline.ts';
import { arrayFrom, isObject, objectFrom, optionalString, parseJson, stringFrom, textOf } from '../guards.ts';
import type { JsonObject } from '../guards.ts';
import type { FlowNode } from './launch.ts';

/**
 * What a node shows under itself in the editor. All three are `undefined` when the node has cleared
 * its status.
 */
export interface NodeRedStatus {
  text: string | undefined;
  fill: string | undefined;
  shape: string | undefined;
}

/** A status as it arrived. */
export interface NodeRedStatusChange extends NodeRedStatus {
  nodeId: string;
  receivedAt: number;
}

/** What a Debug node wrote to the sidebar. */
export interface NodeRedDebugMessage {
  /** The Debug node's id. */
  id: string;
  name: string | undefined;
  topic: string | undefined;
  /**
   * Node-RED's description of the value: `Object`, `array[2]`, `string[5]`, `number`,
   * `boolean`, …
   */
  format: string;
  /**
   * The value, decoded. `startNodeRed` sets `debugMaxLength` so high that Node-RED does not shorten
   * it; what is not JSON stays text.
   */
  value: unknown;
  receivedAt: number;
}

export type DeploymentType = 'full' | 'nodes' | 'flows' | 'reload';

/** A node type set of the palette. */
export interface NodeRedNodeSet {
  id: string;
  module: string;
  version: string | undefined;
  types: string[];
  enabled: boolean;
  /** Why the set could not be loaded, when it could not. */
  error: string | undefined;
}

/** The admin API answered with an error. */
class NodeRedApiError extends Error {
  override readonly name = 'NodeRedApiError';
  readonly status: number;
  constructor(what: string, status: number, body: string) {
    super(`${what} answered ${status}: ${body.slice(0, 500)}`);
    this.status = status;
  }
}

const requestMs = 30_000;

/**
 * A client of Node-RED's admin HTTP API and of the editor's `/comms` WebSocket, from which statuses
 * and debug messages come. It belongs to one running Node-RED: after a restart, make another.
 */
export class NodeRedClient {
  readonly url: string;
  readonly debugMessages: NodeRedDebugMessage[] = [];
  /** Every status that arrived, oldest first. */
  readonly statusChanges: NodeRedStatusChange[] = [];
  /** What else arrived on `/comms` (notifications and the like). */
  readonly notifications: { topic: string; data: unknown }[] = [];
  #statuses = new Map<string, NodeRedStatus>();
  #socket: WebSocket | undefined;

  /** @param url Where Node-RED is: `NodeRedHost.url`. */
  constructor(url: string) {
    this.url = url.replace(/\/$/, '');
  }

  /** A client whose `/comms` connection is open and has received the present statuses. */
  static async connect(url: string): Promise<NodeRedClient> {
    const client = new NodeRedClient(url);
    await client.connectComms();
    return client;
  }

  /**
   * Opens the `/comms` WebSocket; Node-RED then sends the present status of each node and all that
   * follow.
   */
  async connectComms(): Promise<void> {
    this.#socket?.terminate();
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/comms`, {
      handshakeTimeout: 10_000,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#onComms(textOf(data));
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (cause) => {
        reject(new Error(`${this.url}/comms could not be opened`, { cause }));
      });
    });
    socket.on('error', () => undefined);
    for (const topic of ['status/#', 'debug', 'notification/#'])
      socket.send(JSON.stringify({ subscribe: topic }));
  }

  /** Ends the `/comms` connection. Idempotent. */
  close(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** The flows and their revision. Credentials are never in them. */
  async getFlows(): Promise<{ rev: string; flows: FlowNode[] }> {
    const body = objectFrom(await this.#json('GET', '/flows', undefined, v2), 'GET /flows');
    return {
      rev: stringFrom(body['rev'], 'GET /flows: rev'),
      flows: arrayFrom(body['flows'], 'GET /flows: flows').map(flowNodeFrom),
    };
  }

  /**
   * Deploys as the editor's Deploy button does; resolves when Node-RED has stopped the old nodes
   * and started the new. A node may carry `credentials: { … }`; a node deployed again without
   * them keeps those that it has.
   *
   * `full` restarts everything, `flows` only changed tabs, `nodes` only changed nodes; `reload`
   * reads the flow file again and ignores `flows`.
   *
   * @returns the new revision.
   */
  async deploy(flows: FlowNode[], options: { type?: DeploymentType } = {}): Promise<string> {
    const type = options.type ?? 'full';
    const body = type === 'reload' ? {} : { flows };
    const answer = await this.#json('POST', '/flows', body, { ...v2, 'Node-RED-Deployment-Type': type });
    return stringFrom(objectFrom(answer, 'POST /flows')['rev'], 'POST /flows: rev');
  }

  /**
   * Adds one tab with its nodes, and leaves the others running. @returns the tab's id, which
   * Node-RED chooses.
   */
  async addFlow(flow: { label: string; nodes: FlowNode[]; configs?: FlowNode[] }): Promise<string> {
    const answer = objectFrom(await this.#json('POST', '/flow', flow), 'POST /flow');
    return stringFrom(answer['id'], 'POST /flow: id');
  }

  async deleteFlow(id: string): Promise<void> {
    await this.#request('DELETE', `/flow/${encodeURIComponent(id)}`);
  }

  /** The palette, with the sets that failed to load. */
  async nodes(): Promise<NodeRedNodeSet[]> {
    return arrayFrom(await this.#json('GET', '/nodes'), 'GET /nodes').map((entry) => {
      const set = objectFrom(entry, 'GET /nodes: a set');
      const types = Array.isArray(set['types']) ? set['types'] : [];
      const error = set['err'];
      return {
        id: stringFrom(set['id'], 'GET /nodes: id'),
        module: optionalString(set['module']) ?? 'node-red',
        version: optionalString(set['version']),
        types: types.filter((type) => typeof type === 'string'),
        enabled: set['enabled'] === true,
        error: error === undefined ? undefined : typeof error === 'string' ? error : JSON.stringify(error),
      };
    });
  }

  /**
   * Presses an Inject node's button; with a payload, that is sent in place of what the node is set
   * to.
   */
  async inject(nodeId: string, payload?: JsonObject): Promise<void> {
    const properties = [{ p: 'payload', v: JSON.stringify(payload), vt: 'json' }];
    const body = payload === undefined ? undefined : { __user_inject_props__: properties };
    await this.#request('POST', `/inject/${encodeURIComponent(nodeId)}`, body);
  }

  /**
   * What the editor is told about a node's credentials: text ones in full, passwords only as
   * `has_<name>: true`.
   */
  async credentialsOf(type: string, nodeId: string): Promise<JsonObject> {
    const path = `/credentials/${encodeURIComponent(type)}/${encodeURIComponent(nodeId)}`;
    return objectFrom(await this.#json('GET', path), `GET ${path}`);
  }

  /** Reads any other admin route, e.g. a node's own, or `/context/global`. */
  get(path: string): Promise<unknown> {
    return this.#json('GET', path);
  }

  /**
   * Posts JSON to any other admin route, e.g. a node's own; gives the JSON that it answers with.
   */
  post(path: string, body: JsonObject): Promise<unknown> {
    return this.#json('POST', path, body);
  }

  /** The last status of a node; `undefined` when none has arrived. */
  statusOf(nodeId: string): NodeRedStatus | undefined {
    return this.#statuses.get(nodeId);
  }

  /**
   * Waits until the node's last status satisfies the predicate (it may do so already). Rejects
   * after `deadlineMs`.
   */
  waitForStatus(
    nodeId: string,
    predicate: (status: NodeRedStatus) => boolean,
    deadlineMs = 10_000,
  ): Promise<NodeRedStatus> {
    return waitUntil(
      `The status of node ${nodeId}`,
      () => {
        const status = this.#statuses.get(nodeId);
        return status && predicate(status) ? status : undefined;
      },
      {
        deadlineMs,
        everyMs: 10,
        giveUp: () => this.#closedError(),
        details: () => `Last status: ${JSON.stringify(this.#statuses.get(nodeId) ?? null)}`,
      },
    );
  }

  /**
   * Waits for a debug message, among those that have arrived and those that will. Rejects after
   * `deadlineMs`.
   */
  waitForDebug(
    predicate: (message: NodeRedDebugMessage) => boolean,
    deadlineMs = 10_000,
  ): Promise<NodeRedDebugMessage> {
    return waitUntil('A debug message', () => this.debugMessages.find(predicate), {
      deadlineMs,
      everyMs: 10,
      giveUp: () => this.#closedError(),
      details: () =>
        `${this.debugMessages.length} arrived; the last: ${JSON.stringify(this.debugMessages.at(-1) ?? null)}`,
    });
  }

  #closedError(): Error | undefined {
    if (this.#socket?.readyState === WebSocket.OPEN) return undefined;
    return new Error(`The connection to ${this.url}/comms is not open`);
  }

  #onComms(text: string): void {
    const parsed = parseJson(text, '/comms');
    for (const entry of Array.isArray(parsed) ? parsed : [parsed]) {
      if (!isObject(entry)) continue;
      const topic = optionalString(entry['topic']);
      if (topic === undefined || topic === 'hb') continue;
      const data = entry['data'];
      if (topic.startsWith('status/')) this.#onStatus(topic.slice('status/'.length), data);
      else if (topic === 'debug') this.#onDebug(data);
      else this.notifications.push({ topic, data });
    }
  }

  #onStatus(nodeId: string, data: unknown): void {
    const fields = isObject(data) ? data : {};
    const text = fields['text'];
    const status: NodeRedStatus = {
      text: typeof text === 'number' ? String(text) : optionalString(text),
      fill: optionalString(fields['fill']),
      shape: optionalString(fields['shape']),
    };
    this.#statuses.set(nodeId, status);
    this.statusChanges.push({ nodeId, ...status, receivedAt: Date.now() });
  }

  #onDebug(data: unknown): void {
    if (!isObject(data)) return;
    const format = optionalString(data['format']) ?? '';
    this.debugMessages.push({
      id: optionalString(data['id']) ?? '',
      name: optionalString(data['name']),
      topic: optionalString(data['topic']),
      format,
      value: debugValue(data['msg'], format),
      receivedAt: Date.now(),
    });
  }

  async #json(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<unknown> {
    return parseJson(await this.#request(method, path, body, headers), `${method} ${path}`);
  }

  async #request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestMs),
    });
    const text = await response.text();
    if (!response.ok) throw new NodeRedApiError(`${method} ${path}`, response.status, text);
    return text;
  }
}

const v2 = { 'Node-RED-API-Version': 'v2' };

function flowNodeFrom(value: unknown): FlowNode {
  const node = objectFrom(value, 'a node of the flows');
  return { ...node, id: stringFrom(node['id'], 'node id'), type: stringFrom(node['type'], 'node type') };
}

/** Decodes the sidebar's format: JSON for objects and arrays, plain text otherwise. */
function debugValue(value: unknown, format: string): unknown {
  if (typeof value !== 'string' || format.startsWith('string')) return value;
  if (format === 'undefined') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
