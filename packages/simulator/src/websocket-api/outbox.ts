import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { OPCODE, encodeFrame } from './encode-frame.ts';
import type { Opcode } from './encode-frame.ts';

/** Faults that slow a connection down. */
export interface Slowness {
  /** Milliseconds before each frame. */
  frameDelayMs: number;
  /** At most this many bytes per second; 0: no limit. */
  bytesPerSecond: number;
}

type Item =
  | { kind: 'frame'; opcode: Opcode; payload: string | Buffer; sent: (() => void) | undefined }
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'close'; code: number };

/** The minimum time between two pieces of a slowed frame. */
const PIECE_INTERVAL_MS = 20;

/**
 * Everything that one connection sends, in order. Without a fault it writes at once. With one it
 * queues, so that pongs and the close wait as they would on a slow line.
 */
export class Outbox {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #slowness: () => Slowness;
  readonly #queue: Item[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(webSocket: WebSocket, socket: Duplex, slowness: () => Slowness) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#slowness = slowness;
  }

  /** @param sent called when the frame is written */
  frame(opcode: Opcode, payload: string | Buffer, sent?: () => void): void {
    if (this.#stopped) return;
    if (this.#isImmediate()) {
      this.#write(opcode, payload);
      sent?.();
    } else {
      this.#enqueue({ kind: 'frame', opcode, payload, sent });
    }
  }

  /** Writes bytes to the socket, bypassing the WebSocket protocol. */
  bytes(bytes: Buffer): void {
    if (this.#stopped) return;
    if (this.#isImmediate()) this.#writeBytes(bytes);
    else this.#enqueue({ kind: 'bytes', bytes });
  }

  /** Starts the closing handshake after all queued data. */
  close(code: number): void {
    if (this.#stopped) return;
    if (this.#isImmediate()) this.#webSocket.close(code);
    else this.#enqueue({ kind: 'close', code });
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #isImmediate(): boolean {
    if (this.#timer !== undefined) return false;
    const { frameDelayMs, bytesPerSecond } = this.#slowness();
    return frameDelayMs === 0 && bytesPerSecond === 0;
  }

  #enqueue(item: Item): void {
    this.#queue.push(item);
    if (this.#timer === undefined) this.#scheduleNext();
  }

  #scheduleNext(): void {
    const item = this.#queue[0];
    if (!item) {
      this.#timer = undefined;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#queue.shift();
      this.#send(item);
    }, this.#slowness().frameDelayMs);
  }

  #send(item: Item): void {
    const { bytesPerSecond } = this.#slowness();
    if (item.kind === 'close') {
      this.#webSocket.close(item.code);
      this.#scheduleNext();
    } else if (bytesPerSecond > 0) {
      const bytes = item.kind === 'bytes' ? item.bytes : encodeFrame(item.opcode, toBuffer(item.payload));
      this.#trickle(bytes, bytesPerSecond, () => {
        if (item.kind === 'frame') item.sent?.();
        this.#scheduleNext();
      });
    } else {
      if (item.kind === 'bytes') this.#writeBytes(item.bytes);
      else {
        this.#write(item.opcode, item.payload);
        item.sent?.();
      }
      this.#scheduleNext();
    }
  }

  #trickle(bytes: Buffer, bytesPerSecond: number, done: () => void): void {
    const interval = Math.max(PIECE_INTERVAL_MS, 1000 / bytesPerSecond);
    const pieceLength = Math.max(1, Math.round((bytesPerSecond * interval) / 1000));
    let offset = 0;
    const next = (): void => {
      this.#writeBytes(bytes.subarray(offset, offset + pieceLength));
      offset += pieceLength;
      if (offset >= bytes.length) done();
      else this.#timer = setTimeout(next, interval);
    };
    next();
  }

  #write(opcode: Opcode, payload: string | Buffer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    if (opcode === OPCODE.pong) this.#webSocket.pong(payload);
    else if (opcode === OPCODE.ping) this.#webSocket.ping(payload);
    else this.#webSocket.send(payload, { binary: opcode === OPCODE.binary });
  }

  #writeBytes(bytes: Buffer): void {
    if (this.#webSocket.readyState === WebSocket.OPEN && this.#socket.writable) this.#socket.write(bytes);
  }
}

function toBuffer(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
