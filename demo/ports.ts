import net from 'node:net';
import { freePort } from '../hosts/ports.ts';

/** The port chosen for a server. */
export interface ChosenPort {
  port: number;
  /** Whether the preferred port was taken, so that this is another one. */
  other: boolean;
}

/**
 * The preferred port if it is free on the loopback address; else another free one.
 *
 * @param taken ports reserved for other servers that do not listen yet
 */
export async function choosePort(wanted: number, taken: readonly number[] = []): Promise<ChosenPort> {
  if (!taken.includes(wanted) && (await isFree(wanted))) return { port: wanted, other: false };
  for (;;) {
    const port = await freePort();
    if (!taken.includes(port)) return { port, other: true };
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
