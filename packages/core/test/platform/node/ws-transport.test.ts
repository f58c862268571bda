import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { eventually } from '../../support/eventually.ts';
import { textOf } from '../../support/loopback.ts';
import { at, handles, transportRig } from '../../support/transport-rig.ts';

describe('ws transport, over real sockets', () => {
  const { ends, listen, serve, upgradeByHand, probe } = transportRig();

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
});
