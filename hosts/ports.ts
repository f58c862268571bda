import net from 'node:net';

/**
 * A TCP port that is free on the loopback address now. Another process could take it before it is used; the hosts
 * then fail to start with an error that says so.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No TCP port was given out'));
        else resolve(address.port);
      });
    });
  });
}

/** The port itself, or a free one for 0 or `undefined`. */
export function portOrFree(port: number | undefined): Promise<number> {
  return port ? Promise.resolve(port) : freePort();
}
