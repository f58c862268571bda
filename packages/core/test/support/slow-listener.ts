/**
 * A process of its own with a server whose TCP handshakes are slow: it accepts connections only now
 * and then, and its queue has room for one. Prints its port, then answers HTTP once it is let go.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((_, response) => response.end('{"type":"pong"}'));
server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 418 Late\r\nContent-Length: 0\r\n\r\n'));
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  const address: AddressInfo | string | null = server.address();
  process.stdout.write(`${typeof address === 'object' ? (address?.port ?? 0) : 0}\n`, () => {
    // Blocked, so that nothing is accepted until this process reads from its input.
    process.stdin.once('data', () => undefined);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[2]));
  });
});
