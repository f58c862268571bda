import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { DeadlineError, waitUntil } from '../deadline.ts';
import { installOnce } from '../install-once.ts';
import { repositoryRoot } from '../paths.ts';
import { freePort } from '../ports.ts';
import { HostProcess, runCommand } from '../processes.ts';

/**
 * A script that starts a helper of its own, ignores SIGTERM when told so, and tells the helper's
 * pid.
 */
const script = (ignoreTerm: boolean): string => `
  const { spawn } = require('node:child_process');
  const helper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  ${ignoreTerm ? "process.on('SIGTERM', () => console.log('ignored'));" : ''}
  console.log('helper=' + helper.pid);
  setInterval(() => {}, 1000);
`;

/** Whether a process is alive; a zombie is not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function startWithHelper(ignoreTerm: boolean): Promise<{ host: HostProcess; helper: number }> {
  const host = await HostProcess.start({
    name: 'the script',
    command: process.execPath,
    args: ['-e', script(ignoreTerm)],
    cwd: repositoryRoot,
    env: process.env,
  });
  const helper = await waitUntil(
    'the helper',
    () => Number(/helper=(\d+)/.exec(host.output())?.[1]) || undefined,
    {
      deadlineMs: 10_000,
    },
  );
  return { host, helper };
}

const ended = (pid: number): Promise<boolean> =>
  waitUntil(`process ${pid} to end`, () => !isAlive(pid), { deadlineMs: 5_000 });

describe('host processes', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'host-processes-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('stops a process with its helpers, also when it ignores SIGTERM or is suspended', async () => {
    const polite = await startWithHelper(false);
    polite.host.suspend();
    await polite.host.stop(5_000);
    expect(polite.host.exit).to.deep.equal({ code: null, signal: 'SIGTERM' });
    await ended(polite.helper);

    const stubborn = await startWithHelper(true);
    await Promise.all([stubborn.host.stop(200), stubborn.host.stop(200)]);
    expect(stubborn.host.exit).to.deep.equal({ code: null, signal: 'SIGKILL' });
    expect(stubborn.host.output()).to.include('ignored');
    await ended(stubborn.helper);
    await stubborn.host.stop();
  });

  it('ends a process with its helpers when the process that started it is killed', async () => {
    const starter = path.join(folder, 'starter.ts');
    const module = path.join(repositoryRoot, 'hosts', 'processes.ts');
    const options = {
      name: 'the script',
      command: process.execPath,
      args: ['-e', script(true)],
      cwd: repositoryRoot,
    };
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(
      starter,
      `import { HostProcess } from ${JSON.stringify(module)};
       const host = await HostProcess.start({ ...${JSON.stringify(options)}, env: process.env, onOutput: (text) => console.log(text) });
       console.log('host=' + host.pid);`,
    );
    const parent = spawn(process.execPath, ['--import', 'tsx', starter], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    parent.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const pids = await waitUntil(
      'the starter',
      () => {
        const found = [/host=(\d+)/, /helper=(\d+)/].map((pattern) => Number(pattern.exec(output)?.[1]));
        return found.every((pid) => pid > 0) ? found : undefined;
      },
      { deadlineMs: 10_000 },
    );
    expect(pids.every(isAlive)).to.equal(true);
    parent.kill('SIGKILL');
    for (const pid of pids) await ended(pid);
  });

  it('reports how a command failed, with its last output, and does not wait for ever', async () => {
    const base = { name: 'the command', command: process.execPath, cwd: repositoryRoot, env: process.env };
    const args = ['-e', "console.log('almost'); process.exit(3)"];
    const failure: unknown = await runCommand({ ...base, args, deadlineMs: 10_000 }).catch(
      (error: unknown) => error,
    );
    expect(String(failure))
      .to.match(/code 3/)
      .and.to.match(/almost/);
    const endless = { ...base, args: ['-e', 'setInterval(() => {}, 1000)'], deadlineMs: 300 };
    const late: unknown = await runCommand(endless).catch((error: unknown) => error);
    expect(String(late)).to.match(/longer than 300 ms/);
    const missing: unknown = await runCommand({ ...endless, command: '/no/such/command' }).catch(
      (e: unknown) => e,
    );
    expect(String(missing)).to.match(/could not be started/);
  });

  it('installs once, however many ask at the same time, and again after a failure or another recipe', async () => {
    const directory = path.join(folder, 'installed');
    let runs = 0;
    const install = (recipeText: string, fail = false): Promise<void> =>
      installOnce({ name: 'a thing', directory, recipeFiles: [], recipeText }, () => {
        runs += 1;
        return fail ? Promise.reject(new Error('broken')) : Promise.resolve();
      });
    const failure: unknown = await install('one', true).catch((error: unknown) => error);
    expect(String(failure)).to.match(/broken/);
    await Promise.all([install('one'), install('one'), install('one')]);
    expect(runs).to.equal(2);
    await install('one');
    expect(runs).to.equal(2);
    await install('two');
    expect(runs).to.equal(3);
  });

  it('says what it waited for when a deadline passes, with the last error', async () => {
    const wait = waitUntil('the impossible', () => Promise.reject(new Error('no')), {
      deadlineMs: 60,
      everyMs: 10,
    });
    const error: unknown = await wait.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DeadlineError);
    expect(String(error)).to.match(/the impossible: not within 60 ms/);
    expect(error instanceof Error && String(error.cause)).to.match(/no/);
  });

  it('finds ports that can be listened on', async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    for (const port of ports) expect(port).to.be.within(20_000, 32_767);
  });
});
