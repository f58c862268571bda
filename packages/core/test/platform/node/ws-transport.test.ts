import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AccoladesError } from '../../../src/errors.ts';
import { connectWebSocket } from '../../../src/platform/node/ws-transport.ts';
import type { Transport } from '../../../src/net/transport.ts';
import type { ServerOptions } from '../../../src/net/server-url.ts';
import { eventually } from '../../support/eventually.ts';
import { portOf, textOf } from '../../support/loopback.ts';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** What the transport told, in order. */
class Probe {
  readonly transport: Transport;
  opened = 0;
  pongs = 0;
  readonly frames: (string | Uint8Array)[] = [];
  readonly closed: AccoladesError[] = [];

  constructor(server: ServerOptions) {
    this.transport = connectWebSocket(server, {
      onOpen: () => this.opened++,
      onFrame: (frame) => this.frames.push(frame),
      onPong: () => this.pongs++,
      onClosed: (error) => this.closed.push(error),
    });
  }

  get text(): string[] {
    return this.frames.map((frame) => Buffer.from(frame).toString());
  }

  async opens(): Promise<this> {
    await eventually('open', () => this.opened > 0 || this.closed.length > 0);
    if (this.opened === 0) throw new Error(`Not opened: ${String(this.closed[0])}`);
    return this;
  }

  async ends(deadline?: number): Promise<AccoladesError> {
    await eventually('closed', () => this.closed.length > 0, deadline);
    const [error] = this.closed;
    if (error === undefined) throw new Error('Not closed.');
    return error;
  }
}

describe('ws transport, over real sockets', () => {
  const ends: (() => unknown)[] = [];
  const environment = new Map<string, string | undefined>();
  let handlesBefore: string[] = [];
  const probes: Probe[] = [];

  const handles = (): string[] =>
    process
      .getActiveResourcesInfo()
      .filter((name) => /TCP|TLS|Pipe|Timeout|GetAddrInfo|HTTP/.test(name))
      .sort();

  beforeEach(() => {
    for (const name of PROXY_VARIABLES) {
      environment.set(name, process.env[name]);
      Reflect.deleteProperty(process.env, name);
    }
    handlesBefore = handles();
  });

  afterEach(async () => {
    for (const probe of probes.splice(0)) {
      probe.transport.discard();
      probe.transport.discard();
    }
    for (const end of ends.splice(0).reverse()) await end();
    for (const [name, value] of environment) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    // Nothing is left: no socket, no timer, no server. The test's own timer of `eventually` is one.
    await eventually('no leaked handle', () => handles().length <= handlesBefore.length + 1);
  });

  async function listen(server: Server | HttpServer): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return portOf(server);
  }

  /** A WebSocket server; `onConnection` plays it. */
  async function serve(onConnection: (ws: WebSocket) => void, http = createHttpServer()): Promise<number> {
    const server = new WebSocketServer({ server: http, maxPayload: 0 });
    server.on('connection', (ws) => {
      ws.on('error', () => undefined);
      onConnection(ws);
    });
    ends.push(() => {
      server.close();
    });
    return listen(http);
  }

  /** A server that upgrades by hand, and then does with the socket what the test wants. */
  async function upgradeByHand(then: (socket: Duplex) => void): Promise<number> {
    const http = createHttpServer();
    http.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.on('error', () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      then(socket);
    });
    return listen(http);
  }

  function probe(url: string, more: Omit<ServerOptions, 'url'> = {}): Probe {
    const made = new Probe({ url, ...more });
    probes.push(made);
    return made;
  }

  const at = (port: number): string => `ws://127.0.0.1:${port}`;

  it('sends and receives text in order, and pings', async () => {
    const port = await serve((ws) => {
      ws.on('message', (data) => {
        ws.send(`echo ${textOf(data)}`);
      });
    });
    const client = await probe(at(port)).opens();
    for (let i = 0; i < 100; i++) client.transport.sendText(String(i));
    client.transport.sendPing();
    await eventually('100 echoes and a pong', () => client.frames.length === 100 && client.pongs === 1);
    expect(client.text).to.deep.equal(Array.from({ length: 100 }, (_, i) => `echo ${i}`));
  });

  it("answers the server's pings with what they hold, and takes them for signs of life", async () => {
    const pongs: string[] = [];
    const port = await serve((ws) => {
      ws.on('pong', (data) => pongs.push(data.toString()));
      ws.ping('one');
      ws.ping('two');
    });
    const client = await probe(at(port)).opens();
    await eventually('two pongs', () => pongs.length === 2);
    expect(pongs).to.deep.equal(['one', 'two']);
    expect(client.pongs).to.equal(2);
  });

  it('a server that pings and pings but reads nothing costs little memory, and is still heard', async () => {
    const PINGS = 200_000;
    const ping = Buffer.concat([Buffer.from([0x89, 0x7d]), Buffer.alloc(125, 'p')]);
    let answered = 0;
    const port = await upgradeByHand((socket) => {
      socket.pause();
      const pings = Buffer.concat(Array.from({ length: 1_000 }, () => ping));
      for (let sent = 0; sent < PINGS; sent += 1_000) socket.write(pings);
      socket.write(Buffer.from([0x81, 0x04, ...Buffer.from('last')]), () => {
        // What was kept for it comes now.
        socket.on('data', (data: Buffer) => (answered += data.length)).resume();
      });
    });
    const client = await probe(at(port)).opens();
    await eventually('the text after the pings', () => client.frames.length === 1, 20_000);
    client.transport.beginClose();
    await client.ends();
    expect(client.text).to.deep.equal(['last']);
    expect(answered / (ping.length + 4)).to.be.within(1, PINGS / 2);
  });

  it('a refused port', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    ends.pop();
    const client = probe(at(port));
    expect((await client.ends()).code).to.equal('CONNECTION_REFUSED');
    expect(client.closed).to.have.length(1);
  });

  it('a name that does not resolve', async () => {
    expect((await probe('ws://no-such-host.invalid').ends()).code).to.equal('HOST_NOT_FOUND');
  });

  for (const status of [200, 301, 403, 404, 500]) {
    it(`an HTTP answer ${status} instead of the upgrade`, async () => {
      const port = await listen(
        createHttpServer((_, response) => {
          response.writeHead(status, { Location: 'http://127.0.0.1:1/' }).end('a page');
        }),
      );
      const error = await probe(at(port)).ends();
      expect(error.code).to.equal('NOT_A_WEBSOCKET');
      expect(error.message).to.contain(String(status));
    });
  }

  it('a server that speaks something else', async () => {
    const port = await listen(createServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    expect((await probe(at(port)).ends()).code).to.equal('NOT_A_WEBSOCKET');
  });

  it('a server that hangs up at once', async () => {
    const port = await listen(createServer((socket) => socket.destroy()));
    expect((await probe(at(port)).ends()).code).to.equal('NETWORK');
  });

  it('a TCP server that never answers: discarding it leaves nothing, and calls nothing', async () => {
    let accepted: Socket | undefined;
    const port = await listen(createServer((socket) => (accepted = socket)));
    const client = probe(at(port));
    await eventually('accepted', () => accepted !== undefined);
    accepted?.resume();
    client.transport.discard();
    await eventually('the socket is gone', () => accepted?.destroyed === true);
    expect([client.opened, client.closed.length]).to.deep.equal([0, 0]);
  });

  it('a server that upgrades after the transport was discarded', async () => {
    let upgrade: (() => void) | undefined;
    const http = createHttpServer();
    const server = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      upgrade = () => {
        server.handleUpgrade(request, socket, head, () => undefined);
      };
    });
    const port = await listen(http);
    const client = probe(at(port));
    await eventually('the request is there', () => upgrade !== undefined);
    client.transport.discard();
    upgrade?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect([client.opened, client.closed.length]).to.deep.equal([0, 0]);
  });

  it('a lost connection is told once', async () => {
    const port = await serve((ws) => {
      ws.terminate();
    });
    const client = await probe(at(port)).opens();
    expect((await client.ends()).code).to.equal('CONNECTION_LOST');
    client.transport.sendText('x');
    client.transport.sendPing();
    client.transport.discard();
    expect(client.closed).to.have.length(1);
  });

  it('a polite close whose peer then holds the connection open is not waited for', async () => {
    const port = await upgradeByHand((socket) => {
      socket.write(Buffer.from([0x88, 0x02, 0x03, 0xe8]));
    });
    const client = await probe(at(port)).opens();
    expect((await client.ends(3_000)).code).to.equal('CONNECTION_LOST');
  });

  it('discard ends an open connection at once, without a good-bye that a dead peer could hold up', async () => {
    const bytes: Buffer[] = [];
    let ended = false;
    const port = await upgradeByHand((socket) => {
      socket.on('data', (data: Buffer) => bytes.push(data)).on('end', () => (ended = true));
    });
    const client = await probe(at(port)).opens();
    client.transport.discard();
    await eventually('the socket is gone', () => ended, 900);
    expect(Buffer.concat(bytes)).to.have.length(0);
  });

  it('passes on nothing after discard, although frames are on the way', async () => {
    const port = await serve((ws) => {
      for (let i = 0; i < 1_000; i++) ws.send(`frame ${i}`);
    });
    const client = await probe(at(port)).opens();
    await eventually('a first frame', () => client.frames.length > 0);
    client.transport.discard();
    const { length } = client.frames;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([client.frames.length, client.closed.length]).to.deep.equal([length, 0]);
  });

  it('close goes on reading what the server sent before it saw the close, and then tells the end', async () => {
    const port = await serve((ws) => {
      ws.on('message', () => {
        ws.send('sent in the moment of closing');
      });
    });
    const client = await probe(at(port)).opens();
    // On its way before the close, so that the server answers it before it answers the close.
    client.transport.sendText('call me');
    client.transport.beginClose();
    client.transport.beginClose();
    expect((await client.ends(900)).code).to.equal('CONNECTION_LOST');
    expect(client.text).to.deep.equal(['sent in the moment of closing']);
    expect(client.closed).to.have.length(1);
  });

  it('close ends by force when the server does not answer it, after a second', async () => {
    const port = await upgradeByHand((socket) => {
      socket.resume();
    });
    const client = await probe(at(port)).opens();
    const startedAt = performance.now();
    client.transport.beginClose();
    await client.ends(3_000);
    expect(performance.now() - startedAt).to.be.within(900, 2_500);
  });

  it('close before the connection is open, or after it, changes nothing', async () => {
    const port = await serve((ws) => {
      ws.close();
    });
    const early = probe(at(port));
    early.transport.beginClose();
    await early.opens();
    await early.ends();
    early.transport.beginClose();
    expect(early.closed).to.have.length(1);
  });

  it('a frame over 1 MiB reaches the decoder and costs nothing else; one over 8 MiB ends the connection', async () => {
    const port = await serve((ws) => {
      ws.send('x'.repeat(1024 * 1024 + 1));
      ws.send('{"type":"connectionClosed"}');
      ws.send('x'.repeat(8 * 1024 * 1024 + 1));
      ws.send('never seen');
    });
    const client = await probe(at(port)).opens();
    expect((await client.ends()).code).to.equal('CONNECTION_LOST');
    expect(client.frames.map((frame) => frame.length)).to.deep.equal([1024 * 1024 + 1, 27]);
  });

  it('a broken frame on an open connection is a lost connection, not a wrong address', async () => {
    const port = await upgradeByHand((socket) => {
      socket.write(Buffer.from([0xff, 0x00, 0x01, 0x02]));
    });
    const client = await probe(at(port)).opens();
    expect((await client.ends()).code).to.equal('CONNECTION_LOST');
  });

  it('bad UTF-8 and binary frames do not cost the connection', async () => {
    const port = await serve((ws) => {
      ws.send(Buffer.from([0xff, 0xfe]), { binary: false });
      ws.send(Buffer.from([1, 2, 3]), { binary: true });
      ws.send('after');
    });
    const client = await probe(at(port)).opens();
    await eventually('three frames', () => client.frames.length === 3);
    expect(client.text[2]).to.equal('after');
  });

  it('offers no compression', async () => {
    let offered: string | undefined = 'not asked';
    const http = createHttpServer();
    http.on('upgrade', (request) => (offered = request.headers['sec-websocket-extensions']));
    const port = await serve(() => undefined, http);
    await probe(at(port)).opens();
    expect(offered).to.equal(undefined);
  });

  it('does not keep the process alive', async () => {
    const port = await serve(() => undefined);
    const client = await probe(at(port)).opens();
    // Handles that do not keep the process alive are not among them; the server's is.
    expect(handles().filter((name) => name === 'TCPSocketWrap')).to.have.length(1);
    expect(client.closed).to.deep.equal([]);
  });

  it('sends later events to other handlers', async () => {
    const port = await serve((ws) => {
      ws.on('message', () => {
        ws.send('answer');
        ws.close();
      });
    });
    const client = await probe(at(port)).opens();
    const seen: string[] = [];
    client.transport.setHandlers({
      onOpen: () => seen.push('open'),
      onFrame: (frame) => seen.push(String(frame)),
      onPong: () => seen.push('pong'),
      onClosed: ({ code }) => seen.push(code),
    });
    client.transport.sendText('question');
    await eventually('the end', () => seen.length === 2);
    expect(seen).to.deep.equal(['answer', 'CONNECTION_LOST']);
    expect([client.frames, client.closed]).to.deep.equal([[], []]);
  });

  describe('TLS', () => {
    let pems: { private: string; cert: string };
    before(async () => {
      pems = await generate([{ name: 'commonName', value: 'localhost' }], {
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      });
    });

    const serveTls = (): Promise<number> =>
      serve(
        (ws) => {
          ws.send('hello');
        },
        createHttpsServer({ key: pems.private, cert: pems.cert }),
      );

    it('refuses a certificate that nobody signed', async () => {
      const error = await probe(`wss://localhost:${await serveTls()}`).ends();
      expect(error.code).to.equal('TLS_FAILED');
      expect(error.cause).to.be.instanceOf(Error);
    });

    it('takes it when told to, by choice or as an authority', async () => {
      const port = await serveTls();
      await probe(`wss://localhost:${port}`, { allowUnauthorizedCerts: true }).opens();
      await probe(`wss://localhost:${port}`, { tls: { ca: [pems.cert] } }).opens();
    });

    it('refuses a certificate for another name', async () => {
      const error = await probe(`wss://127.0.0.1:${await serveTls()}`, { tls: { ca: pems.cert } }).ends();
      expect(error.code).to.equal('TLS_FAILED');
    });

    it('says that a server without TLS has none', async () => {
      const port = await serve(() => undefined);
      const error = await probe(`wss://127.0.0.1:${port}`).ends();
      expect(error.code).to.equal('NOT_TLS');
      expect(error.message).to.contain('does not speak TLS').and.not.contain('certificate');
    });

    for (const [name, bytes] of [
      ['greets in plain text', '220 mail.example ESMTP\r\n'],
      ['answers with bytes of its own', '\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007'],
    ] as const) {
      it(`says so of a server that ${name}`, async () => {
        const port = await listen(createServer((socket) => socket.on('data', () => socket.write(bytes))));
        expect((await probe(`wss://127.0.0.1:${port}`).ends()).code).to.equal('NOT_TLS');
      });
    }

    it('fails through onClosed for unreadable material, after the call', async () => {
      const client = probe('wss://127.0.0.1:1', { tls: { cert: 'no PEM', key: 'no PEM' } });
      expect(client.closed).to.deep.equal([]);
      await client.ends();
      const discarded = probe('wss://127.0.0.1:1', { tls: { cert: 'no PEM', key: 'no PEM' } });
      discarded.transport.discard();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(discarded.closed).to.deep.equal([]);
    });
  });

  describe('proxy', () => {
    /** Answers CONNECT by connecting (or with the given status), and notes what was asked. */
    async function proxy(status = 200): Promise<{ port: number; asked: string[] }> {
      const asked: string[] = [];
      const http = createHttpServer();
      http.on('connect', (request, socket: Duplex, head: Buffer) => {
        asked.push(request.url ?? '');
        socket.on('error', () => undefined);
        if (status !== 200) {
          socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
          return;
        }
        const [host, port] = (request.url ?? '').split(':');
        const upstream = connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          upstream.write(head);
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
        upstream.on('close', () => socket.destroy());
        socket.on('close', () => upstream.destroy());
      });
      return { port: await listen(http), asked };
    }

    it('HTTP_PROXY is used for ws:, with CONNECT', async () => {
      const { port, asked } = await proxy();
      const target = await serve((ws) => {
        ws.send('through');
      });
      process.env['HTTP_PROXY'] = `http://127.0.0.1:${port}`;
      const client = await probe(at(target)).opens();
      await eventually('a frame', () => client.text[0] === 'through');
      expect(asked).to.deep.equal([`127.0.0.1:${target}`]);
    });

    it('HTTPS_PROXY is used for wss:', async () => {
      const { port, asked } = await proxy(403);
      process.env['HTTPS_PROXY'] = `http://127.0.0.1:${port}`;
      expect((await probe('wss://127.0.0.1:14327').ends()).code).to.equal('PROXY_FAILED');
      expect(asked).to.deep.equal(['127.0.0.1:14327']);
    });

    it('NO_PROXY goes straight', async () => {
      const { port, asked } = await proxy(403);
      const target = await serve(() => undefined);
      process.env['HTTP_PROXY'] = `http://127.0.0.1:${port}`;
      process.env['NO_PROXY'] = '127.0.0.1';
      await probe(at(target)).opens();
      expect(asked).to.deep.equal([]);
    });

    it('a proxy that is not there is the proxy that failed', async () => {
      const server = createServer();
      const port = await listen(server);
      server.close();
      await once(server, 'close');
      ends.pop();
      process.env['HTTP_PROXY'] = `http://127.0.0.1:${port}`;
      expect((await probe('ws://127.0.0.1:9').ends()).code).to.equal('PROXY_FAILED');
    });

    it("a proxy's address that cannot be read shows no password", async () => {
      process.env['HTTP_PROXY'] = 'http://user:topsecret@ho st:99999';
      const error = await probe('ws://127.0.0.1:9').ends();
      const { inspect } = await import('node:util');
      expect(error.code).to.equal('PROXY_FAILED');
      expect(inspect(error, { depth: 5 })).not.to.contain('topsecret');
    });

    it('a proxy of another kind is named as what failed', async () => {
      process.env['ALL_PROXY'] = 'socks5://user:topsecret@127.0.0.1:1080';
      const error = await probe('ws://127.0.0.1:9').ends();
      expect(error.code).to.equal('PROXY_FAILED');
      expect(error.message).to.contain('http://').and.not.contain('topsecret');
    });
  });
});
