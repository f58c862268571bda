/**
 * The server of the benchmarks, in its own process.
 *
 * Arguments: port (0: a free one), number of different calls. It sends `{port, progressPort}` when
 * it listens. Orders: `blast` {frames, batch, window}: sends this many calls over all open
 * connections as fast as they are accepted, `batch` of them in each write; with a window it waits
 * while that many are in flight, according to `progressPort`, where each byte stands for {@link
 * PROGRESS_CALLS} calls; `pace` {perSecond, seconds}: sends calls at a steady rate, each with `t`,
 * its time of sending; `accepted`: when connections were accepted, in milliseconds since 1970, and
 * how many are open.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { numberIn } from '../support/fields.ts';
import { takeOrders } from '../support/orders.ts';
import { Connection } from './connection.ts';
import { FrameRing, phoneNumber, textFrame } from './frames.ts';

/** How many frames are written at once by default. */
const BATCH = 500;

/** The number of calls that one byte at the progress port stands for. */
const PROGRESS_CALLS = 500;

const [port = '0', distinct = '10000'] = process.argv.slice(2);
const ring = new FrameRing(Number(distinct));
const open = new Set<Connection>();
const acceptedAt: number[] = [];

let arrived = 0;
let onProgress: () => void = () => undefined;

const progress = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', ({ length }) => {
    arrived += length * PROGRESS_CALLS;
    onProgress();
  });
}).listen({ port: 0, host: '127.0.0.1' });
await once(progress, 'listening');

const server = createServer((socket) => {
  acceptedAt.push(Date.now());
  const connection = new Connection(socket, (ready) => open.add(ready));
  socket.on('close', () => open.delete(connection));
});
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 16_384 }, () => {
  process.send?.({ port: portOf(server), progressPort: portOf(progress) });
});

takeOrders({
  blast: async (order) => {
    const connections = [...open];
    const batch = order['batch'] === undefined ? BATCH : numberIn(order, 'batch');
    const window = order['window'] === undefined ? Infinity : numberIn(order, 'window');
    arrived = 0;
    const share = Math.ceil(numberIn(order, 'frames') / connections.length);
    await Promise.all(
      connections.map((connection, index) => blast(connection, index * share, share, { batch, window })),
    );
    return { frames: share * connections.length };
  },
  pace: async (order) => {
    await pace(numberIn(order, 'perSecond'), numberIn(order, 'seconds'));
    return {};
  },
  accepted: () => ({ acceptedAt, open: open.size }),
});

interface Pace {
  readonly batch: number;
  readonly window: number;
}

async function blast(
  { socket }: Connection,
  first: number,
  count: number,
  { batch, window }: Pace,
): Promise<void> {
  for (let sent = 0; sent < count;) {
    while (sent - arrived >= window) {
      await new Promise<void>((resolve) => {
        onProgress = resolve;
      });
    }
    const { bytes, frames } = ring.slice(first + sent, Math.min(batch, count - sent));
    sent += frames;
    if (!socket.write(bytes)) await once(socket, 'drain');
  }
}

function portOf(listening: Server): number {
  const address = listening.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function pace(perSecond: number, seconds: number): Promise<void> {
  const connections = [...open];
  const start = performance.now();
  for (let sent = 0; sent < perSecond * seconds;) {
    const due = Math.min(perSecond * seconds, ((performance.now() - start) * perSecond) / 1_000);
    for (; sent < due; sent++) {
      // The monotonic clock is the same in all processes of a machine.
      const now = process.hrtime.bigint();
      connections[sent % connections.length]?.socket.write(
        textFrame(
          `{"type":"incomingCall","phoneNumber":"${phoneNumber(sent % ring.length)}","uniqueId":"1608743891.${sent}","callCenter":"yes","t":"${now}"}`,
        ),
      );
    }
    await delay(1);
  }
}
