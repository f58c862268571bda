import net from 'node:net';
import { freePort } from '../hosts/ports.ts';

/** A port that was found for something. */
export interface ChosenPort {
  port: number;
  /** Whether the wanted port was taken, so that this is another one. */
  other: boolean;
}

/**
 * The wanted port when it is free on the loopback address, or else another one that is.
 *
 * @param taken ports that are promised to others, though nothing listens on them yet.
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
