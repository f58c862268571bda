/**
 * A typical server: the `ws` library with one `send` per call as it happens, which waits when the
 * client cannot follow. The texts are prepared, so it is as fast as the library allows.
 *
 * Arguments: port (0: a free one), number of different calls. It sends `{port}` when it listens.
 * Orders: `blast` {frames} sends this many calls over the one open connection; `accepted`: how many
 * are open.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { fieldsOf, numberIn } from '../support/fields.ts';
import { takeOrders } from '../support/orders.ts';
import { ACCEPTED, CONFIGURATION } from './answers.ts';
import { callText } from './frames.ts';

/** Waits when more unsent bytes than this are buffered. */
const HIGH_WATER_BYTES = 64 * 1024;
/** After this many calls it reads what clients have sent meanwhile, such as pings. */
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

/** Resolves when the system has accepted this data and everything before it. */
function sendAndWait(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
