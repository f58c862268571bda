import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { ACCEPTED, CONFIGURATION } from './answers.ts';
import { frame, textFrame } from './frames.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const ACCEPTED_FRAME = textFrame(ACCEPTED);
const CONFIGURATION_FRAME = textFrame(CONFIGURATION);

/**
 * A minimal server side of a WebSocket, so that the server is never the bottleneck: it upgrades,
 * accepts every agent, sends a configuration and answers pings. Client frames must be shorter than
 * 64 KB and unfragmented.
 */
export class Connection {
  readonly socket: Socket;
  readonly #onOpen: (connection: Connection) => void;
  #open = false;
  #unread: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, onOpen: (connection: Connection) => void) {
    this.socket = socket;
    this.#onOpen = onOpen;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
      if (!this.#open) this.#upgrade();
      if (this.#open) while (this.#readFrame());
    });
  }

  #upgrade(): void {
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end === -1) return;
    const key = /^sec-websocket-key: *(\S+)/im.exec(this.#unread.toString('latin1', 0, end))?.[1] ?? '';
    this.#unread = this.#unread.subarray(end + 4);
    const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
    this.socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    this.#open = true;
    this.#onOpen(this);
  }

  /** @returns false when no complete frame is available */
  #readFrame(): boolean {
    const bytes = this.#unread;
    if (bytes.length < 6) return false;
    const short = bytes.readUInt8(1) & 0x7f;
    const from = short === 126 ? 8 : 6;
    if (bytes.length < from) return false;
    const length = short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < from + length) return false;
    const payload = Buffer.from(bytes.subarray(from, from + length));
    for (let at = 0; at < length; at++) payload[at] = (payload[at] ?? 0) ^ (bytes[from - 4 + (at & 3)] ?? 0);
    this.#unread = bytes.subarray(from + length);
    this.#answer(bytes.readUInt8(0) & 0x0f, payload);
    return true;
  }

  #answer(opcode: number, payload: Buffer): void {
    if (opcode === 0x9) this.socket.write(frame(0x8a, payload));
    else if (opcode === 0x8) this.socket.end(frame(0x88, payload));
    else if (opcode === 0x1) {
      if (payload.includes('authRequest')) this.socket.write(ACCEPTED_FRAME);
      else if (payload.includes('configuration')) this.socket.write(CONFIGURATION_FRAME);
    }
  }
}
