import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import type { RawData, WebSocketServer } from 'ws';

/** The port of a server that listens on TCP. */
export function portOf(server: Server | HttpServer | WebSocketServer): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error('The server does not listen on a port.');
  return address.port;
}

/** A message of the `ws` library as text. */
export function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
