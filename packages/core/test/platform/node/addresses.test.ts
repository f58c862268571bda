import { spawn, type ChildProcess } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { AccoladesError } from '../../../src/errors.ts';
import { describeNetworkError, networkErrorCode } from '../../../src/net/network-error.ts';
import { postForm } from '../../../src/platform/node/http-post.ts';
import { connectWebSocket } from '../../../src/platform/node/ws-transport.ts';
import { portOf } from '../../support/loopback.ts';

const SCRIPT = fileURLToPath(new URL('../../support/slow-listener.ts', import.meta.url));
/**
 * Time for which the server accepts nothing, in milliseconds: longer than Node's default per
 * address.
 */
const BLOCKED_MS = 900;

describe('a name with several addresses, whose last one cannot be reached', () => {
  const lookup = dns.lookup;
  const fillers: Socket[] = [];
  let server: ChildProcess;
  let port: number;

  beforeEach(async () => {
    server = spawn(process.execPath, ['--import', 'tsx', SCRIPT, String(BLOCKED_MS)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (server.stdout === null) throw new Error('The server has no output.');
    const output: unknown = await once(server.stdout, 'data');
    port = Number(String(output));
    // They take the places in the queue, so that the next handshake has to wait.
    for (let i = 0; i < 3; i++) fillers.push(connect(port, '127.0.0.1').on('error', () => undefined));
    await once(fillers[0] ?? server, 'connect');
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    const stub = (
      _name: string,
      _options: unknown,
      callback: (error: null, found: unknown) => void,
    ): void => {
      process.nextTick(callback, null, addresses);
    };
    Reflect.set(dns, 'lookup', stub);
  });

  afterEach(() => {
    Reflect.set(dns, 'lookup', lookup);
    for (const filler of fillers.splice(0)) filler.destroy();
    server.kill('SIGKILL');
  });

  it('is connected to by a session, however slow the handshake is', async () => {
    const error = await new Promise<AccoladesError>((resolve) => {
      connectWebSocket(
        { url: `ws://pbx.example:${port}` },
        {
          onOpen: () => undefined,
          onFrame: () => undefined,
          onPong: () => undefined,
          onClosed: resolve,
        },
      );
    });
    expect(error.message).to.contain('HTTP status 418');
  }).timeout(20_000);

  it('is connected to by a command', async () => {
    const answer = await postForm({
      url: `http://pbx.example:${port}/`,
      body: 'a=1',
      maxBytes: 1_000,
      signal: new AbortController().signal,
      allowUnauthorizedCerts: false,
      tls: {},
    });
    expect(answer.status).to.equal(200);
  }).timeout(20_000);
});

describe('an error of several addresses', () => {
  it('says what happened on each, as Node reports it', async () => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    const socket = connect({
      host: 'pbx.example',
      port,
      lookup: (_name, _options, callback) => {
        callback(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '127.0.0.2', family: 4 },
        ]);
      },
    });
    const [error]: unknown[] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    if (!(error instanceof Error)) throw new Error('The connection did not fail.');
    expect(describeNetworkError(error)).to.equal(
      `No address of the server could be reached (connect ECONNREFUSED 127.0.0.1:${port}; ` +
        `connect ECONNREFUSED 127.0.0.2:${port}).`,
    );
    expect(networkErrorCode(error, false)).to.equal('CONNECTION_REFUSED');
  });

  it('is a timeout when one of them timed out', () => {
    const attempts = ['ECONNREFUSED', 'ETIMEDOUT'].map((code) =>
      Object.assign(new Error(`connect ${code} 192.0.2.1:443`), { code }),
    );
    const error = Object.assign(new AggregateError(attempts), { code: 'ECONNREFUSED' });
    expect(networkErrorCode(error, false)).to.equal('CONNECT_TIMEOUT');
  });
});
