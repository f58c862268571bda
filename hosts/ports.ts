import { randomInt } from 'node:crypto';
import net from 'node:net';

/**
 * Below the range of local ports of outgoing connections (from 32768 on Linux, 49152 elsewhere).
 */
const range = { from: 20_000, to: 32_768 };
const attempts = 50;

/**
 * A random free TCP port on loopback, below the range of outgoing connections: a port that the
 * system assigns could be taken before it is used.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`None of ${attempts} ports between ${range.from} and ${range.to} is free`);
}

/** The port itself, or a free one for 0 or `undefined`. */
export function portOrFree(port: number | undefined): Promise<number> {
  return port ? Promise.resolve(port) : freePort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
