/**
 * A server as people write one: the `ws` library, one `send` for each call when it happens, which
 * waits when the client cannot follow. The texts are ready beforehand, so it is as quick as the
 * library lets it be.
 *
 * Arguments: port (0: a free one), number of different calls. It says `{port}` when it listens;
 * orders: `blast` {frames} sends so many calls over the one connection that is open; `accepted`:
 * how many are open.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { fieldsOf, numberIn } from '../support/fields.ts';
import { takeOrders } from '../support/orders.ts';
import { ACCEPTED, CONFIGURATION } from './answers.ts';
import { callText } from './frames.ts';

/** Unsent bytes from which on it waits. */
const HIGH_WATER_BYTES = 64 * 1024;
/** Calls after which it looks what clients have sent meanwhile, their pings for example. */
const TURN = 100;

const [port = '0', distinct = '10000'] = process.argv.slice(2);
const texts = Array.from({ length: Number(distinct) }, (_, index) => callText(index));
const server = new WebSocketServer(
  { port: Number(port), host: '127.0.0.1', perMessageDeflate: false },
  () => {
    const address = server.address();
    process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
  },
);
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    const { type } = fieldsOf(JSON.parse(data.toString()));
    if (type === 'authRequest') socket.send(ACCEPTED);
    else if (type === 'configuration') socket.send(CONFIGURATION);
  });
});

takeOrders({
  blast: async (order) => {
    const [socket] = server.clients;
    if (socket === undefined) throw new Error('No client is connected.');
    const frames = numberIn(order, 'frames');
    for (let sent = 0; sent < frames; sent++) {
      const text = texts[sent % texts.length] ?? '';
      if (socket.bufferedAmount > HIGH_WATER_BYTES) await sendAndWait(socket, text);
      else socket.send(text);
      if (sent % TURN === 0) await nextTurn();
    }
    return { frames };
  },
  accepted: () => ({ open: server.clients.size }),
});

/** Resolves when the system has taken it, and all that was sent before it. */
function sendAndWait(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
