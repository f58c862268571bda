import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { eventually } from '../../support/eventually.ts';
import { portOf, textOf } from '../../support/loopback.ts';

const SCRIPT = fileURLToPath(new URL('../../support/lingering-process.ts', import.meta.url));

describe('a process', () => {
  let server: WebSocketServer;
  let url: string;
  let child: ChildProcess | undefined;
  let printed = '';

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    url = `ws://127.0.0.1:${portOf(server)}`;
    server.on('connection', (ws) => {
      ws.on('message', (data) => {
        const text = textOf(data);
        if (text.includes('authRequest')) ws.send('{"type":"authSucces","version":"1.1.0"}');
        else ws.send('{"type":"configuration","account":null,"phone":null,"agent":null}');
      });
    });
  });

  afterEach(async () => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    child = undefined;
    for (const client of server.clients) client.terminate();
    server.close();
  });

  async function run(how: string): Promise<void> {
    printed = '';
    child = spawn(process.execPath, ['--import=tsx', SCRIPT, url, how], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.on('data', (data: Buffer) => (printed += data.toString()));
    await eventually('connected', () => printed.includes('connected'), 20_000);
    expect(printed.trim()).to.equal('connected 1');
  }

  for (const how of ['removed', 'lingering']) {
    it(`ends by itself when its only owner is ${how}, and the server sees the end`, async () => {
      await run(how);
      await eventually('the process ended', () => child?.exitCode !== null);
      expect(child?.exitCode).to.equal(0);
      await eventually('the session ended', () => server.clients.size === 0);
    }).timeout(30_000);
  }

  it('lives while an owner is subscribed', async () => {
    await run('staying');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(child?.exitCode).to.equal(null);
  }).timeout(30_000);
});
