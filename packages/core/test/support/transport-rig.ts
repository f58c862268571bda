import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AccoladesError } from '../../src/errors.ts';
import { connectWebSocket } from '../../src/platform/node/ws-transport.ts';
import type { Transport } from '../../src/net/transport.ts';
import type { ServerOptions } from '../../src/net/server-url.ts';
import { eventually } from './eventually.ts';
import { portOf } from './loopback.ts';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** What the transport told, in order. */
class Probe {
  readonly transport: Transport;
  opened = 0;
  pongs = 0;
  readonly frames: (string | Uint8Array)[] = [];
  readonly closed: AccoladesError[] = [];

  constructor(server: ServerOptions) {
    this.transport = connectWebSocket(server, {
      onOpen: () => this.opened++,
      onFrame: (frame) => this.frames.push(frame),
      onPong: () => this.pongs++,
      onClosed: (error) => this.closed.push(error),
    });
  }

  get text(): string[] {
    return this.frames.map((frame) => Buffer.from(frame).toString());
  }

  async opens(): Promise<this> {
    await eventually('open', () => this.opened > 0 || this.closed.length > 0);
    if (this.opened === 0) throw new Error(`Not opened: ${String(this.closed[0])}`);
    return this;
  }

  async ends(deadline?: number): Promise<AccoladesError> {
    await eventually('closed', () => this.closed.length > 0, deadline);
    const [error] = this.closed;
    if (error === undefined) throw new Error('Not closed.');
    return error;
  }
}

/** The parts that a test needs; what it started is ended after it. */
export interface TransportRig {
  /** Called after the test, the last one first. */
  readonly ends: (() => unknown)[];
  /** Starts a server on a free port, which is returned. */
  readonly listen: (server: Server | HttpServer) => Promise<number>;
  /** A WebSocket server; `onConnection` plays it. */
  readonly serve: (onConnection: (ws: WebSocket) => void, http?: HttpServer) => Promise<number>;
  /** A server that upgrades by hand, and then does with the socket what the test wants. */
  readonly upgradeByHand: (then: (socket: Duplex) => void) => Promise<number>;
  readonly probe: (url: string, more?: Omit<ServerOptions, 'url'>) => Probe;
}

/** The sockets, timers and look-ups of this process. */
export const handles = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|TLS|Pipe|Timeout|GetAddrInfo|HTTP/.test(name))
    .sort();

/** Call it in `describe`: hides proxy variables, and proves that each test leaves nothing. */
export function transportRig(): TransportRig {
  const ends: (() => unknown)[] = [];
  const environment = new Map<string, string | undefined>();
  let handlesBefore: string[] = [];
  const probes: Probe[] = [];

  beforeEach(() => {
    for (const name of PROXY_VARIABLES) {
      environment.set(name, process.env[name]);
      Reflect.deleteProperty(process.env, name);
    }
    handlesBefore = handles();
  });

  afterEach(async () => {
    for (const probe of probes.splice(0)) {
      probe.transport.discard();
      probe.transport.discard();
    }
    for (const end of ends.splice(0).reverse()) await end();
    for (const [name, value] of environment) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    // Nothing is left: no socket, no timer, no server. The test's own timer of `eventually` is one.
    await eventually('no leaked handle', () => handles().length <= handlesBefore.length + 1);
  });

  async function listen(server: Server | HttpServer): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return portOf(server);
  }

  /** A WebSocket server; `onConnection` plays it. */
  async function serve(onConnection: (ws: WebSocket) => void, http = createHttpServer()): Promise<number> {
    const server = new WebSocketServer({ server: http, maxPayload: 0 });
    server.on('connection', (ws) => {
      ws.on('error', () => undefined);
      onConnection(ws);
    });
    ends.push(() => {
      server.close();
    });
    return listen(http);
  }

  /** A server that upgrades by hand, and then does with the socket what the test wants. */
  async function upgradeByHand(then: (socket: Duplex) => void): Promise<number> {
    const http = createHttpServer();
    http.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.on('error', () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      then(socket);
    });
    return listen(http);
  }

  function probe(url: string, more: Omit<ServerOptions, 'url'> = {}): Probe {
    const made = new Probe({ url, ...more });
    probes.push(made);
    return made;
  }

  return { ends, listen, serve, upgradeByHand, probe };
}

export const at = (port: number): string => `ws://127.0.0.1:${port}`;
