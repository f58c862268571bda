import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import type { Exchange } from './http-stand-in.ts';

/** A request to one of the services; `host` is the intended host. */
export interface ServiceExchange extends Exchange {
  readonly host: string;
  readonly authorization: string;
}

/**
 * Replaces services whose address cannot be set in a host's own nodes: a proxy that routes every
 * encrypted connection to one local server with a certificate for all of them.
 */
export interface InternetStandIn {
  /** Environment of the host's process: the proxy, and the trusted authority. */
  readonly env: Record<string, string>;
  readonly exchanges: readonly ServiceExchange[];
  close(): Promise<void>;
}

/** @param hosts the host names of the services */
export async function startInternetStandIn(
  hosts: readonly string[],
  answer: (exchange: ServiceExchange) => unknown,
): Promise<InternetStandIn> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Stand-in' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'accolades-authority-'));
  const authority = path.join(folder, 'authority.pem');
  await writeFile(authority, cert);

  const exchanges: ServiceExchange[] = [];
  const service = createServer({ key, cert }, (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const exchange = {
        method,
        url,
        body,
        host: headers.host ?? '',
        authorization: headers.authorization ?? '',
      };
      exchanges.push(exchange);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer(exchange)));
    });
  });
  const servicePort = await listen(service);

  const sockets = new Set<Socket>();
  const proxy = createProxy();
  proxy.on('connect', (_request, client: Socket) => {
    const onward = connect(servicePort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => {
        client.destroy();
        onward.destroy();
      });
    }
  });
  const proxyPort = await listen(proxy);

  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: '127.0.0.1,localhost',
      NODE_EXTRA_CA_CERTS: authority,
    },
    exchanges,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      service.closeAllConnections();
      for (const server of [proxy, service]) {
        await new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
        });
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
