import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import type { FaultSettings } from '../faults/fault-settings.ts';
import type { Faults } from '../faults/faults.ts';
import { ALL_AGENTS } from '../faults/faults.ts';
import { misspelledCall, misspelledConfiguration } from '../faults/seed-samples.ts';
import type { FrameLog } from '../frame-log/frame-log.ts';
import type { AgentDirectory, AgentRecord } from '../pbx/agent-directory.ts';
import type { Statistics } from '../statistics.ts';
import { OPCODE } from './encode-frame.ts';
import {
  CONNECTION_CLOSED,
  authFailed,
  authSuccess,
  configurationReply,
  errorMessage,
  readRequest,
  versionReply,
} from './messages.ts';
import type { CallFields, RefusalReason } from './messages.ts';
import { Outbox } from './outbox.ts';
import type { ServerSettings } from './settings.ts';

/** The server's functions that a session needs. */
export interface SessionHost {
  readonly directory: AgentDirectory;
  readonly faults: Faults;
  readonly statistics: Statistics;
  readonly settings: Readonly<ServerSettings>;
  readonly frames: FrameLog;
  /** Why this client may not connect as this agent; `null` when it may. */
  refusal(session: ClientSession, idCrm: string): RefusalReason | null;
  /** The client has sent its `idCrm`. */
  claimed(session: ClientSession, previous: string | null): void;
  authenticated(session: ClientSession): void;
  /** The connection has ended, or the server has given it up. Called once. */
  ended(session: ClientSession): void;
}

const CLOSE_NORMAL = 1000;
/** How long a client may take to answer a close, in ms. */
const CLOSE_DEADLINE_MS = 2000;
const NOT_AUTHENTICATED = 'Authenticate first: send {"type":"authRequest","idCrm":"…"}.';

/** One client's WebSocket connection after the upgrade. */
export class ClientSession {
  readonly number: number;
  /** The client's address. */
  readonly ip: string;
  /** The agent that the client claims; `null` before it has sent an `idCrm`. */
  idCrm: string | null = null;
  /** The authenticated agent; `null` before. */
  agent: AgentRecord | null = null;
  /** When it authenticated, in milliseconds since 1970; 0 before. */
  authenticatedAt = 0;
  /** When the client last sent data, in milliseconds since 1970. */
  lastSeenAt: number = Date.now();

  readonly #host: SessionHost;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #outbox: Outbox;
  #faults: FaultSettings;
  #faultsVersion: number;
  #authTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  #halfOpen = false;
  #announcedClose = false;
  #ended = false;

  constructor(options: {
    number: number;
    ip: string;
    host: SessionHost;
    webSocket: WebSocket;
    socket: Duplex;
  }) {
    this.number = options.number;
    this.ip = options.ip;
    this.#host = options.host;
    this.#webSocket = options.webSocket;
    this.#socket = options.socket;
    this.#faults = options.host.faults.get(ALL_AGENTS);
    this.#faultsVersion = options.host.faults.version;
    this.#outbox = new Outbox(options.webSocket, options.socket, () => this.#currentFaults());
    this.#webSocket.on('message', (data, isBinary) => {
      this.#onMessage(data, isBinary);
    });
    this.#webSocket.on('ping', (data: Buffer) => {
      this.#onPing(data);
    });
    this.#webSocket.on('pong', () => {
      this.lastSeenAt = Date.now();
    });
    this.#webSocket.on('close', (code) => {
      this.#onClose(code);
    });
    // A broken frame also causes a close event, which is handled.
    this.#webSocket.on('error', () => {});
  }

  /** Whether reading and writing have stopped while the TCP connection stays open. */
  get halfOpen(): boolean {
    return this.#halfOpen;
  }

  /** Sends a call. @returns whether the client can receive it */
  sendCall(call: CallFields, frame: string): boolean {
    if (!this.#canReceive()) return false;
    this.#sendText(this.#currentFaults().seedCommas ? misspelledCall(call) : frame);
    return true;
  }

  /** Sends this payload unchanged as one frame. */
  sendFrame(payload: string | Buffer, binary: boolean): boolean {
    if (this.#halfOpen || this.#webSocket.readyState !== WebSocket.OPEN) return false;
    if (binary) {
      this.#outbox.frame(OPCODE.binary, payload, () => {
        this.#sent('binary', payload);
      });
    } else {
      this.#outbox.frame(OPCODE.text, payload, () => {
        this.#sent('text', payload);
      });
    }
    return true;
  }

  /** Writes bytes that need not form a WebSocket frame. */
  sendBytes(bytes: Buffer): boolean {
    if (this.#halfOpen || this.#webSocket.readyState !== WebSocket.OPEN) return false;
    this.#outbox.bytes(bytes);
    this.#sent('binary', bytes);
    return true;
  }

  /** Announces the end of the connection, and ends it unless `close` is false. */
  announceClose(options: { close: boolean }): void {
    if (this.#canReceive()) this.#sendText(CONNECTION_CLOSED);
    this.#announcedClose = true;
    if (options.close) this.close();
  }

  /** The effect of the agent's logout on its session. */
  logOut(): void {
    this.announceClose({ close: !this.#currentFaults().logoutWithoutClose });
  }

  /**
   * Closes the connection with a closing handshake, or by force when the client does not answer in
   * time.
   */
  close(): void {
    if (this.#halfOpen) return;
    this.#outbox.close(CLOSE_NORMAL);
    this.#closeTimer ??= setTimeout(() => {
      this.terminate();
    }, CLOSE_DEADLINE_MS + this.#currentFaults().frameDelayMs);
  }

  /** Ends the connection at once, without a close frame. */
  terminate(): void {
    this.#webSocket.terminate();
  }

  /** Ends the connection and forgets it without waiting. */
  discard(): void {
    this.terminate();
    this.#end();
  }

  /**
   * Stops reading and writing, as if the line were cut; only the timeout reveals it to the server.
   */
  goHalfOpen(): void {
    if (this.#halfOpen || this.#ended) return;
    this.#halfOpen = true;
    this.#cancelTimers();
    this.#outbox.stop();
    this.#webSocket.pause();
    // A paused socket still reports its end, unless there is unread data before it.
    this.#socket.unshift(Buffer.alloc(1));
    this.lastSeenAt = Date.now();
  }

  /** Detects silent peers. Called periodically. */
  checkAlive(now: number): void {
    const { sessionTimeoutMs } = this.#host.settings;
    const silentMs = now - this.lastSeenAt;
    if (this.#halfOpen) {
      // The far end of a cut line does not see that the server gave up, so its TCP connection
      // stays.
      if (silentMs >= sessionTimeoutMs) this.#end();
      return;
    }
    if (this.#currentFaults().noPong) return;
    if (silentMs >= sessionTimeoutMs) this.terminate();
    else if (silentMs >= sessionTimeoutMs / 2) this.#outbox.frame(OPCODE.ping, '');
  }

  #canReceive(): boolean {
    return (
      this.agent !== null &&
      !this.#halfOpen &&
      !this.#announcedClose &&
      this.#webSocket.readyState === WebSocket.OPEN
    );
  }

  #currentFaults(): FaultSettings {
    const { faults } = this.#host;
    if (this.#faultsVersion !== faults.version) this.#refreshFaults();
    return this.#faults;
  }

  #refreshFaults(): void {
    const { faults } = this.#host;
    this.#faults = faults.get(this.idCrm ?? ALL_AGENTS);
    this.#faultsVersion = faults.version;
  }

  #sendText(text: string): void {
    this.#outbox.frame(OPCODE.text, text, () => {
      this.#sent('text', text);
    });
  }

  #sent(kind: 'text' | 'binary', payload: string | Buffer): void {
    this.#host.statistics.framesOut += 1;
    if (this.#host.frames.active) this.#record('out', kind, payload);
  }

  #record(direction: 'in' | 'out', kind: 'text' | 'binary' | 'close', payload: string | Buffer): void {
    const { idCrm } = this;
    const name = idCrm === null ? undefined : this.#host.directory.get(idCrm)?.name;
    this.#host.frames.record({
      direction,
      kind,
      connection: this.number,
      idCrm,
      name: name ?? null,
      payload,
    });
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#halfOpen) return;
    this.lastSeenAt = Date.now();
    this.#host.statistics.framesIn += 1;
    const payload = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (isBinary) {
      if (this.#host.frames.active) this.#record('in', 'binary', payload);
      this.#complain('This server reads text messages only.');
      return;
    }
    const request = readRequest(payload.toString('utf8'));
    if (typeof request !== 'string' && request.type === 'authRequest' && this.agent === null) {
      this.#claim(request.idCrm);
    }
    if (this.#host.frames.active) this.#record('in', 'text', payload);
    if (typeof request === 'string') this.#complain(request);
    else if (request.type === 'authRequest') this.#onAuthRequest(request.idCrm);
    else if (this.agent === null) this.#complain(NOT_AUTHENTICATED);
    else if (request.type === 'configuration') this.#onConfiguration(this.agent);
    else this.#onVersion();
  }

  #onPing(data: Buffer): void {
    this.lastSeenAt = Date.now();
    if (this.#halfOpen || this.#currentFaults().noPong) return;
    this.#outbox.frame(OPCODE.pong, data);
  }

  #claim(idCrm: string): void {
    const previous = this.idCrm;
    if (previous === idCrm) return;
    this.idCrm = idCrm;
    this.#refreshFaults();
    this.#host.claimed(this, previous);
  }

  #onAuthRequest(idCrm: string): void {
    if (this.agent !== null || this.#authTimer !== undefined) {
      this.#complain('This connection has already asked to authenticate.');
      return;
    }
    const { noAuthAnswer, authDelayMs } = this.#currentFaults();
    if (noAuthAnswer) return;
    if (authDelayMs === 0) {
      this.#answerAuth(idCrm);
      return;
    }
    this.#authTimer = setTimeout(() => {
      this.#authTimer = undefined;
      this.#answerAuth(idCrm);
    }, authDelayMs);
  }

  #answerAuth(idCrm: string): void {
    if (this.#ended || this.#webSocket.readyState !== WebSocket.OPEN) return;
    const { settings, statistics } = this.#host;
    const { refuseWith, authTwice } = this.#currentFaults();
    const reason = refuseWith === '' ? this.#host.refusal(this, idCrm) : refuseWith;
    if (reason !== null) {
      statistics.refused(reason);
      this.#sendText(authFailed(reason));
      if (settings.closeAfterAuthFailed) this.close();
      return;
    }
    this.agent = this.#host.directory.require(idCrm);
    this.authenticatedAt = Date.now();
    this.#host.authenticated(this);
    const success = authSuccess(settings.authSuccessType, settings.version);
    this.#sendText(success);
    if (authTwice) this.#sendText(success);
  }

  #onConfiguration(agent: AgentRecord): void {
    const { directory } = this.#host;
    const { noConfigurationAnswer, seedCommas } = this.#currentFaults();
    if (noConfigurationAnswer) return;
    const entities = {
      account: directory.entity(agent, 'account'),
      phone: directory.entity(agent, 'phone'),
      agent: directory.entity(agent, 'agent'),
    };
    this.#sendText(seedCommas ? misspelledConfiguration(entities) : configurationReply(entities));
  }

  #onVersion(): void {
    if (this.#currentFaults().noVersionAnswer) return;
    this.#sendText(versionReply(this.#host.settings.version));
  }

  #complain(message: string): void {
    this.#host.statistics.badRequests += 1;
    this.#sendText(errorMessage(message));
  }

  #onClose(code: number): void {
    if (this.#host.frames.active && !this.#ended) this.#record('in', 'close', `closed (${code})`);
    this.#end();
  }

  #cancelTimers(): void {
    clearTimeout(this.#authTimer);
    clearTimeout(this.#closeTimer);
    this.#authTimer = undefined;
    this.#closeTimer = undefined;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimers();
    this.#outbox.stop();
    if (this.#halfOpen) {
      // Discard further data, so that the socket is released when the client closes it.
      this.#socket.removeAllListeners('data');
      this.#socket.resume();
    }
    this.#host.ended(this);
  }
}
