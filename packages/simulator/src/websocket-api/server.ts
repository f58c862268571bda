import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { Server as TcpServer, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Faults } from '../faults/faults.ts';
import type { FrameLog } from '../frame-log/frame-log.ts';
import type { AgentDirectory } from '../pbx/agent-directory.ts';
import type { Statistics } from '../statistics.ts';
import { plainAddress, reachableHost } from './address.ts';
import { ClientSession } from './client-session.ts';
import type { SessionHost } from './client-session.ts';
import type { RefusalReason } from './messages.ts';
import type { ServerSettings } from './settings.ts';

/** The largest frame that the server accepts, in bytes. */
const MAX_FRAME = 1024 * 1024;
/** How long clients may take to close when the server stops, in ms. */
const STOP_DEADLINE_MS = 500;
/** Enough for a thousand clients that return at once after a restart; the kernel may limit it. */
const BACKLOG = 4096;

export interface WebSocketApiOptions {
  host: string;
  /** 0: a free one, kept over restarts. */
  port: number;
  tls: { key: string; cert: string } | undefined;
  directory: AgentDirectory;
  faults: Faults;
  statistics: Statistics;
  settings: Readonly<ServerSettings>;
  frames: FrameLog;
  onSession: (event: 'opened' | 'ended', session: ClientSession) => void;
}

/**
 * The server side of the WebSocket API. A separate TCP server accepts connections, so that faults
 * can act before TLS and HTTP.
 */
export class WebSocketApi implements SessionHost {
  readonly directory: AgentDirectory;
  readonly faults: Faults;
  readonly statistics: Statistics;
  readonly settings: Readonly<ServerSettings>;
  readonly frames: FrameLog;

  readonly #options: WebSocketApiOptions;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: MAX_FRAME,
  });
  readonly #http: HttpServer;
  readonly #sockets = new Set<Socket>();
  /** Connections that the server considers alive. */
  readonly #connections = new Set<ClientSession>();
  /** The only session of each agent. */
  readonly #sessions = new Map<string, ClientSession>();
  /** How many connections claim to be this agent. */
  readonly #claims = new Map<string, number>();
  /**
   * Authenticated connections per agent, counted independently of `#sessions`, to verify that there
   * is only one.
   */
  readonly #authenticated = new Map<string, number>();
  #tcp: TcpServer | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #port: number;
  #nextNumber = 1;

  constructor(options: WebSocketApiOptions) {
    this.#options = options;
    this.#port = options.port;
    this.directory = options.directory;
    this.faults = options.faults;
    this.statistics = options.statistics;
    this.settings = options.settings;
    this.frames = options.frames;
    this.#http = options.tls ? createHttpsServer(options.tls) : createHttpServer();
    this.#http.on('request', (_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket', connection: 'close' });
      response.end(
        'This is the WebSocket API of a simulated Accolades server. Connect with a WebSocket client.\n',
      );
    });
    this.#http.on('upgrade', (request, socket, head) => {
      this.#onUpgrade(request, socket, head);
    });
    this.#http.on('tlsClientError', (_error: Error, socket: Duplex) => socket.destroy());
    this.#http.on('clientError', (_error: Error, socket: Duplex) => socket.destroy());
  }

  get listening(): boolean {
    return this.#tcp !== undefined;
  }

  get url(): string {
    const { host, tls } = this.#options;
    return `${tls ? 'wss' : 'ws'}://${reachableHost(host)}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** @throws the error of the listening socket, for example `EADDRINUSE` */
  async start(): Promise<void> {
    if (this.#tcp) return;
    const tcp = createTcpServer({ noDelay: true }, (socket) => {
      this.#onTcpConnection(socket);
    });
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen({ host: this.#options.host, port: this.#port, backlog: BACKLOG }, () => {
        tcp.off('error', reject);
        resolve();
      });
    });
    // Failures to accept, for example without free file descriptors, must not end the process.
    tcp.on('error', () => {});
    const address = tcp.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#tcp = tcp;
    this.#scheduleSweep();
  }

  /**
   * Stops listening and ends every connection: with `connectionClosed` and a close, or abruptly,
   * like a killed process.
   */
  async stop(options: { abrupt: boolean }): Promise<void> {
    const tcp = this.#tcp;
    this.#tcp = undefined;
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    if (!tcp) return;
    const closed = new Promise<void>((resolve) => {
      tcp.close(() => {
        resolve();
      });
    });
    if (!options.abrupt) {
      for (const session of this.#connections) session.announceClose({ close: true });
    }
    if (options.abrupt || this.#connections.size === 0) this.#destroySockets();
    const deadline = setTimeout(() => {
      this.#destroySockets();
    }, STOP_DEADLINE_MS);
    await closed;
    clearTimeout(deadline);
    for (const session of this.#connections) session.discard();
  }

  session(idCrm: string): ClientSession | undefined {
    return this.#sessions.get(idCrm);
  }

  sessions(): IterableIterator<ClientSession> {
    return this.#sessions.values();
  }

  refusal(session: ClientSession, idCrm: string): RefusalReason | null {
    const agent = this.directory.get(idCrm);
    if (!agent?.loggedIn) return 'ID_NOT_FOUND';
    if (agent.ip !== null && agent.ip !== session.ip) return 'IP_MISSMATCH';
    if (this.#sessions.has(idCrm)) return 'CONNECTION_EXISTS';
    return null;
  }

  claimed(session: ClientSession, previous: string | null): void {
    if (previous !== null) decrease(this.#claims, previous);
    const { idCrm } = session;
    if (idCrm === null) return;
    const count = (this.#claims.get(idCrm) ?? 0) + 1;
    this.#claims.set(idCrm, count);
    if (count > this.statistics.maxConnectionsPerAgent) this.statistics.maxConnectionsPerAgent = count;
  }

  authenticated(session: ClientSession): void {
    const { agent } = session;
    if (!agent) return;
    this.#sessions.set(agent.idCrm, session);
    this.statistics.connects += 1;
    const count = (this.#authenticated.get(agent.idCrm) ?? 0) + 1;
    this.#authenticated.set(agent.idCrm, count);
    if (count > this.statistics.maxSessionsPerAgent) this.statistics.maxSessionsPerAgent = count;
    this.#options.onSession('opened', session);
  }

  ended(session: ClientSession): void {
    this.#connections.delete(session);
    if (session.idCrm !== null) decrease(this.#claims, session.idCrm);
    const { agent } = session;
    if (!agent) return;
    decrease(this.#authenticated, agent.idCrm);
    if (this.#sessions.get(agent.idCrm) === session) this.#sessions.delete(agent.idCrm);
    this.#options.onSession('ended', session);
  }

  #onTcpConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Resets are normal here; the close event handles their effects.
    socket.on('error', () => {});
    this.statistics.connectionAccepted(Date.now());
    if (this.faults.get().silentTcp) return;
    this.#http.emit('connection', socket);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    this.statistics.upgrades += 1;
    const { neverUpgrade, upgradeStatus } = this.faults.get();
    if (neverUpgrade) return;
    if (!this.#tcp) {
      socket.destroy();
      return;
    }
    if (upgradeStatus !== 0) {
      socket.end(
        `HTTP/1.1 ${upgradeStatus} Simulated fault\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const session = new ClientSession({
        number: this.#nextNumber++,
        ip: plainAddress(request.socket.remoteAddress),
        host: this,
        webSocket,
        socket,
      });
      this.#connections.add(session);
    });
  }

  /** Call it after `sessionTimeoutMs` has changed. */
  settingsChanged(): void {
    if (this.#tcp) this.#scheduleSweep();
  }

  #scheduleSweep(): void {
    clearTimeout(this.#sweep);
    const interval = Math.min(5000, Math.max(10, this.settings.sessionTimeoutMs / 4));
    this.#sweep = setTimeout(() => {
      const now = Date.now();
      for (const session of this.#connections) session.checkAlive(now);
      this.#scheduleSweep();
    }, interval);
    this.#sweep.unref();
  }

  #destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function decrease(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 1) - 1;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
