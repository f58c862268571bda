import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { HttpPostError, type HttpPostAnswer } from '../../../src/net/post.ts';
import { postForm } from '../../../src/platform/node/http-post.ts';

function listening(server: TcpServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('not listening'));
    });
  });
}

describe('the HTTP client of the commands', () => {
  let server: Server;
  let url: string;
  let handle: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  const ends: (() => void)[] = [];

  beforeEach(async () => {
    server = createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk: Buffer) => (body += chunk.toString()))
        .on('end', () => {
          handle(request, response, body);
        });
    });
    url = `http://127.0.0.1:${await listening(server)}/1/ping/`;
    ends.push(() => {
      server.closeAllConnections();
      server.close();
    });
  });

  afterEach(() => {
    for (const end of ends.splice(0)) end();
    delete process.env['http_proxy'];
  });

  function post(
    options: { maxBytes?: number; signal?: AbortSignal; to?: string } = {},
  ): Promise<HttpPostAnswer> {
    return postForm({
      url: options.to ?? url,
      body: 'password=x&a=1',
      maxBytes: options.maxBytes ?? 1_000,
      signal: options.signal ?? new AbortController().signal,
      allowUnauthorizedCerts: false,
      tls: {},
    });
  }

  async function failure(promise: Promise<unknown>): Promise<HttpPostError> {
    try {
      await promise;
    } catch (error) {
      if (error instanceof HttpPostError) return error;
      throw error;
    }
    throw new Error('resolved');
  }

  it('posts a form and gives status and body', async () => {
    let seen: unknown;
    handle = (request, response, body) => {
      seen = [request.method, request.headers['content-type'], request.headers['content-length'], body];
      response.writeHead(418).end('té');
    };
    expect(await post()).to.deep.equal({ status: 418, body: 'té', proxied: false });
    expect(seen).to.deep.equal(['POST', 'application/x-www-form-urlencoded', '14', 'password=x&a=1']);
  });

  it('follows no redirect', async () => {
    let requests = 0;
    handle = (_, response) => {
      requests++;
      response.writeHead(302, { location: url }).end();
    };
    expect((await post()).status).to.equal(302);
    expect(requests).to.equal(1);
  });

  it('ends an answer that is too large', async () => {
    handle = (_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(10_000)));
        response.once('drain', more);
      };
      more();
    };
    const error = await failure(post());
    expect([error.tooLarge, error.mayHaveArrived]).to.deep.equal([true, true]);
  });

  it('says that a request whose answer was lost may have arrived', async () => {
    handle = (request) => {
      request.socket.destroy();
    };
    expect((await failure(post())).mayHaveArrived).to.equal(true);
    handle = (request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setImmediate(() => request.socket.destroy());
    };
    expect((await failure(post())).mayHaveArrived).to.equal(true);
  });

  it('says that a request that found nobody has not arrived', async () => {
    const free = createTcpServer();
    const port = await listening(free);
    await new Promise((resolve) => free.close(resolve));
    const error = await failure(post({ to: `http://127.0.0.1:${port}/` }));
    expect(error.mayHaveArrived).to.equal(false);
    expect(error.cause).to.have.property('code', 'ECONNREFUSED');
  });

  it('ends at once when it is aborted', async () => {
    const abort = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      handle = () => {
        resolve();
      };
    });
    const failed = failure(post({ signal: abort.signal }));
    await arrived;
    abort.abort();
    expect((await failed).mayHaveArrived).to.equal(true);
  });

  it('goes through the proxy of the environment', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url ?? '');
      const upstream = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    process.env['http_proxy'] = `http://127.0.0.1:${await listening(proxy)}`;
    ends.push(() => proxy.close());
    handle = (_, response) => {
      response.end('{}');
    };
    const target = url.replace('127.0.0.1', 'pbx.example');
    expect(await post({ to: target })).to.deep.equal({ status: 200, body: '{}', proxied: true });
    expect(asked).to.deep.equal([`pbx.example:${new URL(url).port}`]);
  });
});
