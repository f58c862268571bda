import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** RFC 6455, section 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One unmasked text frame of less than 64 KiB. */
export function textFrame(text: string): Buffer {
  return frame(0x81, Buffer.from(text));
}

/**
 * One message in two frames, with `firstBytes` bytes in the first, and a ping between them (RFC
 * 6455, section 5.4).
 */
export function fragmentedText(text: string, firstBytes: number): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([
    frame(0x01, payload.subarray(0, firstBytes)),
    frame(0x89, Buffer.alloc(0)),
    frame(0x80, payload.subarray(firstBytes)),
  ]);
}

function frame(firstByte: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header =
    length < 126
      ? Buffer.from([firstByte, length])
      : Buffer.from([firstByte, 126, length >> 8, length & 0xff]);
  return Buffer.concat([header, payload]);
}

/** A close frame with status 1000. */
export const CLOSE_FRAME: Buffer = Buffer.from([0x88, 2, 0x03, 0xe8]);

/** The 101 response to an upgrade request. */
export function upgradeResponse(request: string): Buffer {
  const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}${WEBSOCKET_GUID}`).digest('base64');
  return Buffer.from(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}

/**
 * A server for bytes that the simulator cannot send: `script` receives each connection after its
 * HTTP request.
 */
export class RawServer {
  accepted = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(script: (socket: Socket, request: string) => void) {
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      this.accepted++;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      let request = '';
      const onData = (bytes: Buffer): void => {
        request += bytes.toString('latin1');
        if (!request.includes('\r\n\r\n')) return;
        socket.off('data', onData);
        socket.resume();
        script(socket, request);
      };
      socket.on('data', onData);
    });
  }

  static async listen(script: (socket: Socket, request: string) => void): Promise<RawServer> {
    const server = new RawServer(script);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server is not listening.');
    return address.port;
  }

  /** Connections that the client has not ended. */
  get open(): number {
    return [...this.#sockets].filter((socket) => !socket.readableEnded && !socket.destroyed).length;
  }

  /** Closes everything at once. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
