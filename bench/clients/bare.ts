/**
 * A typical hand-written client: `ws` and `JSON.parse`. The argument `ping` adds the heartbeat of
 * the library's documentation, with one interval per connection. `configuration` requests the
 * agent's ids and texts after the authentication, which any client needs to identify the agent of a
 * call.
 */
import { WebSocket } from 'ws';
import { measureClient } from './orders.ts';

const pings = process.argv.includes('ping');
const asks = process.argv.includes('configuration');
const PING_MS = 20_000;

measureClient(async ({ url, sessions, atOnce }, onCall) => {
  let begun = 0;
  let ready = 0;
  await new Promise<void>((resolve, reject) => {
    const openNext = (): void => {
      const session = begun++;
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
          if (asks) socket.send('{"type":"configuration"}');
          if (++ready === sessions) resolve();
          else if (begun < sessions) openNext();
        }
      });
      socket.on('error', reject);
    };
    while (begun < Math.min(atOnce, sessions)) openNext();
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
