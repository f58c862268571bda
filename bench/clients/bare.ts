/**
 * What people would write themselves: `ws`, `JSON.parse`, and with the argument `ping` the heartbeat of the library's own
 * documentation, one interval per connection.
 */
import { WebSocket } from 'ws';
import { measureClient } from './orders.ts';

const pings = process.argv.includes('ping');
const PING_MS = 20_000;

measureClient(async ({ url, sessions }, onCall) => {
  let ready = 0;
  await new Promise<void>((resolve, reject) => {
    for (let session = 0; session < sessions; session++) {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on('open', () => {
        socket.send(JSON.stringify({ type: 'authRequest', idCrm: `bench-agent-${session}` }));
      });
      socket.on('message', (data: Buffer) => {
        const message: unknown = JSON.parse(data.toString());
        if (!isTyped(message)) return;
        if (message.type === 'incomingCall') onCall(message.t);
        else if (message.type === 'authSucces') {
          if (pings) beat(socket);
          if (++ready === sessions) resolve();
        }
      });
      socket.on('error', reject);
    }
  });
});

function isTyped(message: unknown): message is { type: unknown; t?: unknown } {
  return typeof message === 'object' && message !== null && 'type' in message;
}

function beat(socket: WebSocket): void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const interval = setInterval(() => {
    if (!alive) {
      socket.terminate();
      return;
    }
    alive = false;
    socket.ping();
  }, PING_MS);
  socket.on('close', () => {
    clearInterval(interval);
  });
}
