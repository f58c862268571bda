import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { eventually } from '../../support/eventually.ts';
import { at, transportRig } from '../../support/transport-rig.ts';

describe('ws transport, with TLS and through a proxy', () => {
  const { ends, listen, serve, probe } = transportRig();

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
