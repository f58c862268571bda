import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../hosts/node-red/launch.ts';
import { fieldsOf, numberIn, type Fields } from './fields.ts';
import { nodeRedTarball } from './tarballs.ts';

/** The sources of calls for a function node. */
export const NODE_RED_SIDES = ['ours', 'builtIn', 'bare'] as const;
export type NodeRedSide = (typeof NODE_RED_SIDES)[number];

export const NODE_RED_LABEL: Readonly<Record<NodeRedSide, string>> = {
  ours: 'accolades-call',
  builtIn: 'websocket in → json → switch',
  bare: 'bare custom node',
};

const FUNCTION = 'sink-function';
/** A call that has not reached the function node within this time is lost, in milliseconds. */
const LONGEST_SILENCE_MS = 15_000;
/** Node-RED treats a node without coordinates as a configuration node. */
const ON_TAB = { z: 'tab', x: 100, y: 100 };

/** A Node-RED in its own process whose flow ends in a counting function node. */
export class MeasuredNodeRed {
  readonly host: NodeRedHost;

  private constructor(host: NodeRedHost) {
    this.host = host;
  }

  /**
   * @param url of a listening WebSocket server
   * @param progressPort where the server receives the number of arrived calls, if it uses that
   */
  static async start(
    side: NodeRedSide,
    { url, progressPort }: { readonly url: string; readonly progressPort?: number },
    userDir: string,
  ): Promise<MeasuredNodeRed> {
    const host = await startNodeRed({
      userDir,
      ...(side === 'ours' ? { packages: [await nodeRedTarball()] } : {}),
      settings: {
        nodesDir: fileURLToPath(new URL('../node-red-nodes', import.meta.url)),
        functionGlobalContext: { bench: {} },
      },
      flows: [
        { id: 'tab', type: 'tab', label: 'Benchmark' },
        { id: 'sink', type: 'bench-sink', ...ON_TAB, progressPort, wires: [] },
        ...sources(side, url),
        {
          id: FUNCTION,
          type: 'function',
          ...ON_TAB,
          initialize: "context.hit = global.get('bench').hit;",
          func: side === 'ours' ? 'context.hit(msg.payload.raw.t);' : 'context.hit(msg.payload.t);',
          outputs: 0,
          noerr: 0,
          wires: [],
        },
      ],
      ...(side === 'ours' ? { credentials: { agent: { idCrm: 'Front=bench-agent-0' } } } : {}),
    });
    return new MeasuredNodeRed(host);
  }

  async get(route: string): Promise<Fields> {
    const response = await fetch(`${this.host.url}/bench/${route}`);
    if (!response.ok) throw new Error(`/bench/${route} answered ${response.status}.`);
    return fieldsOf(await response.json());
  }

  /**
   * Waits, however long it takes, until the function node has received `calls` since `expect`.
   * @throws when no more arrive
   */
  async counted(calls: number): Promise<Fields> {
    let arrived = 0;
    let newsAt = performance.now();
    for (;;) {
      const counted = await this.get('counted');
      const now = numberIn(counted, 'arrived');
      if (now === calls) return counted;
      if (now > arrived) newsAt = performance.now();
      else if (performance.now() > newsAt + LONGEST_SILENCE_MS) {
        throw new Error(
          `Of ${calls} calls, ${now} reached the function node. Node-RED:\n${this.host.output().slice(-2_000)}`,
        );
      }
      arrived = now;
      await delay(100);
    }
  }
}

function sources(side: NodeRedSide, url: string): FlowNode[] {
  switch (side) {
    case 'ours':
      return [
        { id: 'agent', type: 'accolades-agent', name: '', url, country: 'RO', tls: '', version: 1 },
        { id: 'source', type: 'accolades-call', ...ON_TAB, agent: 'agent', wires: [[FUNCTION]] },
      ];
    case 'builtIn':
      return [
        {
          id: 'client',
          type: 'websocket-client',
          path: url,
          tls: '',
          wholemsg: 'false',
          hb: '0',
          subprotocol: '',
        },
        { id: 'source', type: 'websocket in', ...ON_TAB, server: '', client: 'client', wires: [['json']] },
        {
          id: 'json',
          type: 'json',
          ...ON_TAB,
          property: 'payload',
          action: '',
          pretty: false,
          wires: [['switch']],
        },
        {
          id: 'switch',
          type: 'switch',
          ...ON_TAB,
          property: 'payload.type',
          propertyType: 'msg',
          rules: [{ t: 'eq', v: 'incomingCall', vt: 'str' }],
          checkall: 'true',
          repair: false,
          outputs: 1,
          wires: [[FUNCTION]],
        },
      ];
    case 'bare':
      return [{ id: 'source', type: 'bench-bare', ...ON_TAB, url, wires: [[FUNCTION]] }];
  }
}

/** Runs `use` with a temporary folder and removes the folder. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
