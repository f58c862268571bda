import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

interface Command {
  /** `/12345/dial/` */
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A server that answers commands as the documentation of the Accolades REST API says. */
export interface RestStandIn {
  readonly url: string;
  readonly commands: readonly Command[];
  /** The answer to every further command; null: the documented one. */
  answerWith(answer: { readonly status: number; readonly body: string } | 'nothing' | null): void;
  close(): Promise<void>;
}

/** @param tls if given, the server speaks https: */
export async function startRestStandIn(
  password: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<RestStandIn> {
  const commands: Command[] = [];
  let fixed: { readonly status: number; readonly body: string } | 'nothing' | null = null;
  const listener: RequestListener = (request, response) => {
    void readAll(request).then((body) => {
      const path = request.url ?? '';
      const fields = Object.fromEntries(new URLSearchParams(body));
      commands.push({ path, fields });
      if (fixed === 'nothing') {
        request.socket.destroy();
        return;
      }
      const { status, body: text } = fixed ?? documented(path, fields, password);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    commands,
    answerWith: (answer) => {
      fixed = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function documented(path: string, fields: Readonly<Record<string, string>>, password: string) {
  const error = (status: number, message: string) => ({
    status,
    body: JSON.stringify({ type: 'Error', message, code: String(status) }),
  });
  if (fields['password'] !== password) return error(401, 'Unauthorized');
  if (path.endsWith('/ping/')) return { status: 200, body: '{"type":"pong"}' };
  if (path.endsWith('/dial/')) return { status: 200, body: '{"type":"ok"}' };
  return error(404, 'Not found');
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8');
}
