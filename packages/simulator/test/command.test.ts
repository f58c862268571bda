import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestClient, firstOf } from './support/client.ts';

const COMMAND = fileURLToPath(new URL('../src/command.ts', import.meta.url));

describe('command', function () {
  // Each test starts a process, which takes its time on a busy machine.
  this.timeout(30_000);
  const children: ChildProcessWithoutNullStreams[] = [];
  let occupant: Server | undefined;

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    occupant?.close();
    occupant = undefined;
  });

  function run(...args: string[]): { child: ChildProcessWithoutNullStreams; output: () => string } {
    const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, '--rest-port', '0', ...args]);
    children.push(child);
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (output += String(data)));
    return { child, output: () => output };
  }

  async function printed(started: ReturnType<typeof run>, pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(started.output());
      if (match) return match;
      if (started.child.exitCode !== null) throw new Error(`It ended: ${started.output()}`);
      await Promise.race([
        once(started.child.stdout, 'data'),
        once(started.child.stderr, 'data'),
        once(started.child, 'close'),
      ]);
    }
  }

  function exitCode(child: ChildProcessWithoutNullStreams): Promise<unknown> {
    return firstOf(child, 'close');
  }

  async function occupiedPort(): Promise<number> {
    occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const address = occupant.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('starts with demo agents, prints its addresses, and ends at Ctrl-C', async () => {
    const started = run('--port', '0', '--console-port', '0', '--calls-per-minute', '600', '--log-frames');
    const [, url = ''] = await printed(started, /WebSocket API {2}(ws:\/\/127\.0\.0\.1:\d+)/);
    const [, consoleUrl = ''] = await printed(started, /Web console {4}(http:\/\/127\.0\.0\.1:\d+)/);
    await printed(started, /Front desk \(de…sk\), Support \(de…rt\), Sales \(de…es\)\nPress Ctrl-C/);
    const [, restUrl = ''] = await printed(started, /REST API {7}(http:\/\/127\.0\.0\.1:\d+)/);
    const pong = await fetch(`${restUrl}/100200/ping/`, {
      method: 'POST',
      body: new URLSearchParams({ password: 'demo-password' }),
    });
    expect(await pong.text()).to.equal('{"type":"pong"}');
    const page = await fetch(consoleUrl);
    expect(page.status).to.equal(200);
    await page.text();
    const client = await TestClient.authenticated(url, 'demo-support');
    expect((await client.nextMessage())['phoneNumber']).to.be.a('string');
    await printed(started, /→ Support {2}\{"type":"/);
    const ended = exitCode(started.child);
    started.child.kill('SIGINT');
    expect(await ended).to.equal(0);
    expect(started.output()).to.not.contain('demo-support');
  });

  it('takes agents, the spelling of success and no console from its options', async () => {
    const started = run(
      ...['--port', '0', '--no-console', '--auth-success-type', 'authSuccess'],
      ...['--agent', 'First=key-of-the-first, Second=key=of=the=second', '--agent', 'Third=key-of-the-third'],
    );
    const [, url = ''] = await printed(started, /(ws:\/\/127\.0\.0\.1:\d+)/);
    await printed(started, /First \(ke…st\), Second \(ke…nd\), Third \(ke…rd\)\nPress/);
    expect(started.output()).to.not.contain('Web console');
    const client = await TestClient.asking(url, 'key=of=the=second');
    expect((await client.nextMessage())['type']).to.equal('authSuccess');
    const ended = exitCode(started.child);
    started.child.kill('SIGTERM');
    expect(await ended).to.equal(0);
  });

  it('says which port is taken and what to do, and fails', async () => {
    const port = await occupiedPort();
    const started = run('--port', String(port), '--console-port', '0');
    expect(await exitCode(started.child)).to.equal(1);
    expect(started.output()).to.contain(`port ${port} is in use`).and.to.contain('--any-port');
    const other = run('--port', '0', '--console-port', String(port));
    expect(await exitCode(other.child)).to.equal(1);
    expect(other.output()).to.contain('--console-port');
  });

  it('takes a free port instead when it may', async () => {
    const port = await occupiedPort();
    const started = run('--port', String(port), '--console-port', String(port), '--any-port');
    await printed(started, /Press Ctrl-C/);
    expect(started.output()).to.contain(`Port ${port} is in use; taking a free one.`);
    expect(started.output()).to.not.contain(`127.0.0.1:${port}\n`);
    const ended = exitCode(started.child);
    started.child.kill('SIGINT');
    expect(await ended).to.equal(0);
  });

  it('explains options that make no sense', async () => {
    for (const [args, message] of [
      [['--agent', 'nokey'], 'name=idCrm'],
      [['--port', '70000'], '0 to 65535'],
      [['--calls-per-minute', '0'], 'above 0'],
      [['--auth-success-type', 'ok'], 'authSucces'],
      [['--tls-key', '/nowhere'], 'go together'],
      [['--tls-key', '/nowhere', '--tls-cert', '/nowhere', '--self-signed', '/nowhere'], 'either'],
    ] as const) {
      const started = run('--port', '0', '--no-console', ...args);
      expect(await exitCode(started.child), message).to.equal(1);
      expect(started.output()).to.contain(message);
    }
  });

  it('makes a certificate that clients can trust, keeps it, and says how to trust it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'accolades-tls-'));
    try {
      const certificates: string[] = [];
      for (let round = 0; round < 2; round++) {
        const started = run('--port', '0', '--no-console', '--self-signed', path.join(folder, 'tls'));
        const [, url = ''] = await printed(started, /WebSocket API {2}(wss:\/\/127\.0\.0\.1:\d+)/);
        const [, file = ''] = await printed(started, /NODE_EXTRA_CA_CERTS=(.+)\n/);
        await printed(started, /open https:\/\/127\.0\.0\.1:\d+ once/);
        const ca = await readFile(file, 'utf8');
        certificates.push(ca);
        const client = await TestClient.open(url, { ca });
        client.webSocket.close();
        const refused = await TestClient.open(url, {}).then(
          () => null,
          (error: unknown) => error,
        );
        expect(String(refused)).to.contain('self-signed certificate');
        const ended = exitCode(started.child);
        started.child.kill('SIGTERM');
        expect(await ended).to.equal(0);
      }
      expect(certificates[1]).to.equal(certificates[0]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says what the vendor's connector needs, until it is there", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'accolades-tls-'));
    try {
      const page = path.join(folder, 'index.html');
      await writeFile(page, '<!doctype html>');
      const common = ['--port', '0', '--no-console', '--connector', page, '--connector-port', '0'];
      const without = run(...common);
      await printed(without, /Press Ctrl-C/);
      expect(without.output()).to.contain('--self-signed').and.to.contain('authSuccess');
      const ready = run(...common, '--self-signed', folder, '--auth-success-type', 'authSuccess');
      await printed(ready, /Press Ctrl-C/);
      expect(ready.output()).not.to.contain("vendor's connector");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
