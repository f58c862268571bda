import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo, type Server } from 'node:net';

/** How a connection is broken: by a TCP reset, or by a clean end (FIN) after the forwarded data. */
export type BreakMethod = 'reset' | 'close';

/** Faults for one direction. All values are in real time, whatever clock the client uses. */
export interface LineFaults {
  /** Breaks the connection after this many bytes. 0: on accept. */
  cut?: { at: number; how: BreakMethod };
  /** Forwards at most this many bytes per second, one by one if slow enough. */
  bytesPerSecond?: number;
  /** Forwards every byte this much later, in milliseconds. */
  delayMs?: number;
  /** Forwards in segments of at most this many bytes. */
  segmentBytes?: number;
  /** Keeps a copy of the forwarded data in `Line.recording`. */
  record?: boolean;
}

/** Faults for one connection, from its first byte. */
export interface ConnectionPlan {
  /** Accepts and reads, but sends nothing and never connects to the server. */
  mute?: boolean;
  /** Client to server. */
  up?: LineFaults;
  /** Server to client. */
  down?: LineFaults;
}

export type Direction = 'up' | 'down';

/**
 * - `forward`: bytes and the end of the connection pass
 * - `swallow`: bytes are read and dropped, like on a line that was cut behind a router
 * - `stall`: bytes are not read, so that the sender's buffers fill
 */
type Mode = 'forward' | 'swallow' | 'stall';

interface Chunk {
  readonly bytes: Buffer;
  /** Forwarded no earlier than this, by `performance.now()`. */
  readonly dueAt: number;
}

const SLOWEST_TICK_MS = 5;

/** One direction of a connection. */
export class Line {
  /** Bytes read from the sender. */
  received = 0;
  /** Bytes written to the receiver. */
  forwarded = 0;
  /** Called with all received data, before any fault applies. */
  onBytes: ((bytes: Buffer) => void) | null = null;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #faults: LineFaults;
  readonly #onCut: (how: BreakMethod) => void;
  #mode: Mode = 'forward';
  #held = false;
  #splitNextAt = 0;
  #queue: Chunk[] = [];
  #ended = false;
  #timer: NodeJS.Timeout | null = null;
  #yielding: NodeJS.Immediate | null = null;
  #stopped = false;
  readonly #recording: Buffer[] = [];

  constructor(source: Socket, sink: Socket, faults: LineFaults, onCut: (how: BreakMethod) => void) {
    this.#source = source;
    this.#sink = sink;
    this.#faults = faults;
    this.#onCut = onCut;
    source.on('data', (bytes: Buffer) => {
      this.received += bytes.length;
      this.onBytes?.(bytes);
      if (this.#mode === 'swallow') return;
      this.#queue.push({ bytes, dueAt: performance.now() + (faults.delayMs ?? 0) });
      this.#pump();
    });
    source.on('end', () => {
      this.#ended = true;
      this.#pump();
    });
  }

  get mode(): Mode {
    return this.#mode;
  }

  set mode(mode: Mode) {
    this.#mode = mode;
    if (mode === 'stall') this.#source.pause();
    else this.#source.resume();
    if (mode === 'swallow') this.#queue = [];
    this.#pump();
  }

  /** Holds received data; `release` then forwards it in one write. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    const bytes = Buffer.concat(this.#queue.map((chunk) => chunk.bytes));
    this.#queue = bytes.length === 0 ? [] : [{ bytes, dueAt: 0 }];
    this.#pump();
  }

  /** The forwarded data; empty unless the plan records it. */
  get recording(): Buffer {
    return Buffer.concat(this.#recording);
  }

  /** Bytes held now. */
  get waiting(): number {
    return this.#queue.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Forwards the first `position` bytes of the next data as a separate segment. */
  splitNext(position: number): void {
    this.#splitNextAt = position;
  }

  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#yielding !== null) clearImmediate(this.#yielding);
  }

  #pump(): void {
    while (!this.#stopped && this.#mode === 'forward' && !this.#held) {
      if (this.#timer !== null || this.#yielding !== null) return;
      const chunk = this.#queue[0];
      if (chunk === undefined) {
        if (this.#ended) this.#sink.end();
        return;
      }
      const early = chunk.dueAt - performance.now();
      if (early > 0) {
        this.#later(early);
        return;
      }
      this.#forward(chunk);
    }
  }

  #forward({ bytes, dueAt }: Chunk): void {
    const { bytesPerSecond, segmentBytes, cut } = this.#faults;
    const tickMs = bytesPerSecond === undefined ? 0 : Math.max(SLOWEST_TICK_MS, 1000 / bytesPerSecond);
    const tickBytes = bytesPerSecond === undefined ? Infinity : Math.round((bytesPerSecond * tickMs) / 1000);
    const size = Math.min(
      bytes.length,
      tickBytes,
      segmentBytes ?? Infinity,
      this.#splitNextAt || Infinity,
      cut === undefined ? Infinity : cut.at - this.forwarded,
    );
    this.#splitNextAt = 0;
    if (size < bytes.length) this.#queue[0] = { bytes: bytes.subarray(size), dueAt };
    else this.#queue.shift();
    this.forwarded += size;
    if (this.#faults.record === true) this.#recording.push(bytes.subarray(0, size));
    this.#sink.write(bytes.subarray(0, size));
    if (cut !== undefined && this.forwarded >= cut.at) {
      this.#held = true;
      // The receiver, in this same process, must read first: a reset discards unread data.
      this.#yield(() => {
        this.#onCut(cut.how);
      });
    } else if (tickMs > 0) this.#later(tickMs);
    else if (size < bytes.length) this.#yield();
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, ms);
  }

  /** Waits two turns of the event loop, in which the receiver reads. */
  #yield(then?: () => void): void {
    this.#yielding = setImmediate(() => {
      this.#yielding = setImmediate(() => {
        this.#yielding = null;
        then?.();
        this.#pump();
      });
    });
  }
}

/** One client's connection through the proxy. */
export class ProxiedConnection {
  /** Counts from 1 per proxy. */
  readonly number: number;
  readonly up: Line;
  readonly down: Line;
  readonly #client: Socket;
  readonly #server: Socket;
  #onGone: () => void = () => undefined;
  #clientEnded = false;
  /** Settles when both sides are closed. */
  readonly gone: Promise<void>;
  /** When `breakWith` was called or a cut was reached, by `performance.now()`. */
  brokenAt: number | null = null;

  constructor(number: number, client: Socket, server: Socket, plan: ConnectionPlan) {
    this.number = number;
    this.#client = client;
    this.#server = server;
    this.gone = new Promise((resolve) => {
      this.#onGone = resolve;
    });
    const onCut = (how: BreakMethod): void => {
      this.breakWith(how);
    };
    this.up = new Line(client, server, plan.up ?? {}, onCut);
    this.down = new Line(server, client, plan.down ?? {}, onCut);
    for (const event of ['end', 'error', 'close']) {
      client.on(event, () => {
        this.#clientEnded = true;
      });
    }
    this.#couple(client, server, this.up);
    this.#couple(server, client, this.down);
    const cutAtOnce = [plan.up?.cut, plan.down?.cut].find((cut) => cut?.at === 0);
    if (cutAtOnce !== undefined) this.breakWith(cutAtOnce.how);
  }

  line(direction: Direction): Line {
    return direction === 'up' ? this.up : this.down;
  }

  /** Whether the client has not ended its side. Unknown while its direction is stalled. */
  get heldByClient(): boolean {
    return !this.#clientEnded;
  }

  breakWith(how: BreakMethod): void {
    this.brokenAt = performance.now();
    this.up.stop();
    this.down.stop();
    for (const socket of [this.#client, this.#server]) {
      if (how === 'reset') socket.resetAndDestroy();
      else {
        // Reads and drops further data, so that the peer's end is noticed.
        socket.resume();
        socket.end();
      }
    }
  }

  /** Stops forwarding in one or both directions, while TCP stays open on both sides. */
  goHalfOpen(direction: Direction | 'both', mode: 'swallow' | 'stall' = 'swallow'): void {
    if (direction !== 'down') this.up.mode = mode;
    if (direction !== 'up') this.down.mode = mode;
  }

  destroy(): void {
    this.up.stop();
    this.down.stop();
    this.#client.destroy();
    this.#server.destroy();
  }

  /** The end of one side ends the other in the same way, unless the line between them is dead. */
  #couple(from: Socket, to: Socket, line: Line): void {
    from.on('error', () => {
      if (line.mode === 'forward') to.resetAndDestroy();
    });
    from.on('close', () => {
      if (!to.destroyed) return;
      this.up.stop();
      this.down.stop();
      this.#onGone();
    });
  }
}

/** A TCP proxy that simulates network faults. It runs in the process of the client under test. */
export class FaultProxy {
  /** The faults for the next connections; `number` counts from 1. */
  plan: (number: number) => ConnectionPlan = () => ({});
  /** Called for each connection, before its first byte. */
  onConnection: (connection: ProxiedConnection) => unknown = () => undefined;
  /** How many connections were accepted. */
  accepted = 0;
  readonly #target: { host: string; port: number };
  readonly #server: Server;
  readonly #live = new Set<ProxiedConnection>();
  #latest: ProxiedConnection | null = null;

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
      this.#accept(client);
    });
  }

  /** @param port 0: a free one */
  static async listen(target: { host?: string; port: number }, port = 0): Promise<FaultProxy> {
    const proxy = new FaultProxy({ host: target.host ?? '127.0.0.1', port: target.port });
    proxy.#server.listen({ host: '127.0.0.1', port, backlog: 1024 });
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return addressOf(this.#server).port;
  }

  /** Connections with at least one open side. */
  get connections(): ReadonlySet<ProxiedConnection> {
    return this.#live;
  }

  /** How many connections clients hold open. */
  get heldByClients(): number {
    return [...this.#live].filter((connection) => connection.heldByClient).length;
  }

  /** The connection that was accepted last. @throws when there is none */
  get latest(): ProxiedConnection {
    if (this.#latest === null) throw new Error('The proxy has accepted no connection yet.');
    return this.#latest;
  }

  /** Closes everything at once, without waiting for peers. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.#live) connection.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    const number = ++this.accepted;
    const plan = this.plan(number);
    const mute = plan.mute === true;
    const server = mute ? new Socket() : connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    const connection = new ProxiedConnection(number, client, server, plan);
    if (mute) {
      connection.up.mode = 'swallow';
      server.destroy();
    }
    this.#live.add(connection);
    this.#latest = connection;
    void connection.gone.then(() => this.#live.delete(connection));
    this.onConnection(connection);
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy is not listening.');
  return address;
}
