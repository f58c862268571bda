import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { arrayFrom, objectFrom } from '../../hosts/guards.ts';
import { nodeRuntime } from '../../hosts/node-runtime.ts';
import { npmCommand } from '../../hosts/packages.ts';
import { repositoryRoot } from '../../hosts/paths.ts';
import { freePort } from '../../hosts/ports.ts';
import { demoAgents } from '../agents.ts';
import { allGone, RunningDemo } from './running-demo.ts';
import { statusFor } from './status-for.ts';

/** Including a build. */
const startMs = 180_000;
/** Including the installation of n8n. */
const firstUseMs = 20 * 60_000;
/** From Ctrl-C to the end. */
const endMs = 12_000;
const firstCall = /incoming +021 123 4567 +Front desk +Maria Ionescu, Dental Plus +Slack ✓ {2}CRM ✓/;

describe('npm start', function () {
  this.timeout(startMs + 60_000);

  let folder: string;
  let demo: RunningDemo | undefined;
  let occupied: net.Server[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'accolades-demo-'));
    occupied = [];
  });

  afterEach(async () => {
    demo?.kill();
    demo = undefined;
    for (const server of occupied) server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Occupies a free port, so that the demonstration finds it taken. */
  async function takenPort(): Promise<number> {
    const port = await freePort();
    await new Promise<void>((resolve, reject) => {
      const server = net.createServer().once('error', reject).listen(port, '127.0.0.1', resolve);
      occupied.push(server);
    });
    return port;
  }

  async function freePorts(): Promise<string[]> {
    const names = ['simulator', 'console', 'editor', 'result'];
    return Promise.all(names.map(async (name) => `--${name}-port=${await freePort()}`));
  }

  async function expectEnd(running: RunningDemo, deadlineMs = endMs): Promise<void> {
    const processes = running.processes();
    expect(processes).to.have.length.above(2);
    running.pressCtrlC();
    // npm ends with the signal that ended the script.
    expect(await running.ended(deadlineMs)).to.be.oneOf([0, 'SIGINT']);
    expect(await allGone(processes, 2_000)).to.be.true;
  }

  /** The combined page: three panes in order, of which this many are frames. */
  async function expectShow(running: RunningDemo, frames: number): Promise<void> {
    const addresses = await Promise.all(
      ['The PBX', 'The flow', 'What the flow did'].map((label) => running.address(label, 1_000)),
    );
    const page = await fetch(await running.address('Open', 1_000));
    expect(page.status).to.equal(200);
    const html = await page.text();
    expect([...html.matchAll(/<section class="pane" id="(\w+)"/g)].map(([, id]) => id)).to.deep.equal([
      'pbx',
      'flow',
      'result',
    ]);
    const origins = (urls: readonly string[]): string[] => urls.map((url) => new URL(url).origin);
    const alone = [...html.matchAll(/<a class="alone" href="([^"]+)"/g)].map(([, url = '']) => url);
    expect(origins(alone)).to.deep.equal(origins(addresses));
    const framed = [...html.matchAll(/<iframe src="([^"]+)"/g)].map(([, url = '']) => url);
    expect(framed).to.have.lengthOf(frames);
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const url of framed) {
      expect(/frame-src ([^;]+)/.exec(policy)?.[1]?.split(' ')).to.include(new URL(url).origin);
      const { headers } = await fetch(url);
      expect(headers.get('x-frame-options'), url).to.equal(null);
      const own = /frame-ancestors ([^;]+)/.exec(headers.get('content-security-policy') ?? '')?.[1];
      expect(own ?? new URL(page.url).origin, url).to.equal(new URL(page.url).origin);
    }
  }

  /** Checks that no agent's key appears in the output or in a log. */
  async function expectNoSecrets(running: RunningDemo): Promise<void> {
    const logs = (await readdir(folder)).filter((file) => file.endsWith('.log'));
    expect(logs).to.have.lengthOf(1);
    const texts = await Promise.all(logs.map((file) => readFile(path.join(folder, file), 'utf8')));
    for (const { idCrm } of demoAgents) {
      for (const text of [running.output, ...texts]) expect(text).not.to.include(idCrm);
    }
  }

  it('shows the first call unprompted, on other ports when the preferred ones are taken, and ends with Ctrl-C', async () => {
    const ports = await Promise.all([takenPort(), takenPort(), takenPort(), takenPort()]);
    const [simulator, console, editor, result] = ports;
    demo = new RunningDemo([
      `--folder=${folder}`,
      `--simulator-port=${simulator}`,
      `--console-port=${console}`,
      `--editor-port=${editor}`,
      `--result-port=${result}`,
    ]);
    await demo.waitFor(firstCall, startMs);
    for (const port of ports) {
      expect(demo.output).to.match(new RegExp(`Port ${port} for .* is taken; using (?!${port})\\d+ instead`));
    }
    for (const label of ['The PBX', 'The flow', 'What the flow did']) {
      const address = await demo.address(label, 1_000);
      expect((await fetch(address)).status, label).to.equal(200);
      // Against DNS rebinding: a web page cannot use its own host name here.
      expect(await statusFor(address, 'evil.example'), label).to.equal(403);
    }
    const editorUrl = await demo.address('The flow', 1_000);
    expect(await statusFor(new URL('/flows', editorUrl).href, 'evil.example')).to.equal(403);
    await expectShow(demo, 3);
    const crm = await demo.address('What the flow did', 1_000);
    const [contact] = arrayFrom(
      await (await fetch(`${crm}/contacts?phone=%2B40211234567`)).json(),
      'the contacts',
    );
    expect(contact).to.include({ calls: 1, lastCallDirection: 'incoming', lastCallAgent: 'Front desk' });
    for (const { name } of demoAgents) expect(demo.output).to.match(new RegExp(`connected +${name}`));
    expect(demo.output).not.to.include('\u001b');
    await expectNoSecrets(demo);
    await expectEnd(demo);
  });

  it('keeps the flow and the CRM for the next time, and forgets them when asked to', async () => {
    const ports = await freePorts();
    for (const [args, calls] of [
      [[], 1],
      [[], 2],
      [['--fresh'], 1],
    ] as const) {
      demo = new RunningDemo([`--folder=${folder}`, ...ports, ...args]);
      await demo.waitFor(firstCall, startMs);
      const crm = await demo.address('What the flow did', 1_000);
      const [contact] = arrayFrom(await (await fetch(`${crm}/contacts`)).json(), 'the contacts');
      expect(contact).to.include({ calls });
      expect(demo.output.includes('as you left it')).to.equal(calls === 2);
      await expectEnd(demo);
    }
  });

  it('places no calls with --no-calls', async () => {
    demo = new RunningDemo([`--folder=${folder}`, ...(await freePorts()), '--no-calls']);
    await demo.waitFor(/connected +Sales/, startMs);
    expect(demo.output).to.include('Place your own');
    expect(demo.output).not.to.match(/incoming|outgoing/);
    await expectEnd(demo);
  });

  it('lets the flow post to a real Slack, whose address nobody sees', async () => {
    const posts: string[] = [];
    const slack = http.createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        posts.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
    try {
      const address = slack.address();
      if (address === null || typeof address === 'string') throw new Error('No port');
      const hidden = '/services/T0000/B0000/not-to-be-seen';
      demo = new RunningDemo([`--folder=${folder}`, ...(await freePorts())], {
        SLACK_WEBHOOK_URL: `http://127.0.0.1:${address.port}${hidden}`,
      });
      await demo.waitFor(firstCall, startMs);
      expect(posts).to.have.lengthOf(1);
      expect(posts[0]).to.match(/^POST \/services\/T0000\/B0000\/not-to-be-seen .*Maria Ionescu/);
      const crm = await demo.address('What the flow did', 1_000);
      const events = await fetch(`${crm}/events`);
      let page = '';
      for await (const chunk of events.body ?? []) {
        page += Buffer.from(chunk).toString();
        if (page.includes('\n\n')) break;
      }
      expect(page).to.include('"realSlack":true').and.to.include('Maria Ionescu');
      const log = await readFile(path.join(folder, 'node-red.log'), 'utf8');
      for (const text of [demo.output, page, log]) expect(text).not.to.include('not-to-be-seen');
      await expectEnd(demo);
    } finally {
      slack.closeAllConnections();
      slack.close();
    }
  });

  it('leaves nothing behind when Ctrl-C is pressed twice', async () => {
    demo = new RunningDemo([`--folder=${folder}`, ...(await freePorts())]);
    await demo.waitFor(/lace your own/, startMs);
    const processes = demo.processes();
    demo.pressCtrlC();
    await demo.waitFor(/Stopping/, 2_000);
    demo.pressCtrlC();
    await demo.ended(endMs);
    expect(await allGone(processes, 2_000)).to.be.true;
  });

  it('ends with Ctrl-C during the start, too', async () => {
    demo = new RunningDemo([`--folder=${folder}`, ...(await freePorts())]);
    await demo.waitFor(/Starting Node-RED/, startMs);
    await expectEnd(demo);
    expect(demo.output).not.to.include('Ready');
  });

  it('reports an invalid option', () => {
    for (const [args, message] of [
      [['--editor-port=x'], '--editor-port needs a number from 1 to 65535.'],
      [['--nonsense'], "Unknown option '--nonsense'"],
    ] as const) {
      const { status, stderr } = spawnSync(npmCommand, ['start', '--silent', '--', ...args], {
        cwd: repositoryRoot,
        env: nodeRuntime().env,
        encoding: 'utf8',
      });
      expect(status).to.equal(2);
      expect(stderr).to.include(message).and.to.include('--help');
    }
  });

  describe('--n8n', function () {
    this.timeout(firstUseMs + 120_000);

    it('does the same with n8n, says how to log in, keeps the workflow, and ends with Ctrl-C', async () => {
      for (const kept of [false, true]) {
        // The ports differ each time: the kept credential and workflow must follow.
        demo = new RunningDemo(['--n8n', `--folder=${folder}`, ...(await freePorts())]);
        await demo.waitFor(firstCall, kept ? startMs : firstUseMs);
        expect(demo.output.includes('as you left it')).to.equal(kept);
        await expectShow(demo, 2);
        const crm = await demo.address('What the flow did', 1_000);
        await waitUntil(
          'the call in the CRM',
          async () => {
            const [contact] = arrayFrom(await (await fetch(`${crm}/contacts`)).json(), 'the contacts');
            return objectFrom(contact, 'the contact')['calls'] === (kept ? 2 : 1);
          },
          { deadlineMs: 5_000 },
        );
        const editor = await demo.address('The flow', 1_000);
        const [, email, password] = await demo.waitFor(/with (\S+) and the password (\S+)/, 1_000);
        const login = await fetch(`${new URL(editor).origin}/rest/login`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ emailOrLdapLoginId: email, password }),
        });
        expect(login.status).to.equal(200);
        await expectNoSecrets(demo);
        await expectEnd(demo);
      }
    });
  });
});
