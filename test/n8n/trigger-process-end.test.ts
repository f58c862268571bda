import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { CallLoad } from '../chaos/redeploys/call-load.ts';
import { FaultProxy } from '../chaos/support/fault-proxy.ts';
import { FRONT_DESK, simulate } from './agents.ts';

const SCRIPT = fileURLToPath(new URL('./ending-process.ts', import.meta.url));
/** Delay per direction, in milliseconds. Without a delay, calls are hardly ever in flight. */
const LINE_DELAY_MS = 40;
const EVERY_MS = 3;

describe('A process with published workflows', function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let line: FaultProxy;
  let child: ChildProcess;
  let load: CallLoad | undefined;

  beforeEach(async () => {
    simulator = await simulate();
    line = await FaultProxy.listen({ port: Number(new URL(simulator.url).port) });
    line.plan = () => ({ up: { delayMs: LINE_DELAY_MS }, down: { delayMs: LINE_DELAY_MS } });
  });
  afterEach(async () => {
    load?.stop();
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await line.close();
    await simulator.close();
  });

  it('starts them with every call that the server sent before it saw the end, once and in order', async () => {
    const messages: unknown[] = [];
    child = fork(SCRIPT, [`ws://127.0.0.1:${line.port}`, FRONT_DESK], { execArgv: ['--import=tsx'] });
    child.on('message', (message) => messages.push(message));
    await waitUntil('the process to be ready', () => messages.includes('ready'), { deadlineMs: 40_000 });

    const running = new CallLoad(simulator, FRONT_DESK, 1_700_000_300);
    load = running;
    running.start(EVERY_MS);
    await waitUntil('some calls', () => running.placed.length >= 50, { deadlineMs: 10_000, everyMs: 5 });
    const before = running.placed.length;
    child.kill('SIGTERM');
    await waitUntil('the agent to be released', () => simulator.sessions().length === 0, {
      deadlineMs: 10_000,
      everyMs: 5,
    });
    running.stop();
    await waitUntil('the process to end', () => child.exitCode !== null, { deadlineMs: 20_000 });

    const sent = running.placed.filter((id) => !running.unheard.includes(id));
    expect(sent.length, 'calls that were sent after the signal').to.be.greaterThan(before);
    expect(child.exitCode).to.equal(0);
    expect(messages.at(-1)).to.deep.equal({ started: [sent, sent] });
  });
});
