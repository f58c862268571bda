import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type { Simulator } from '@accolades-flow/simulator';
import { ProcessEnd } from '../../core/src/platform/node/process-end.ts';
import { FakeClock } from '../../core/test/support/fake-clock.ts';
import { FRONT_DESK, startSimulator } from './fixtures.ts';
import { callFlow, TestRuntime } from './runtime.ts';
import { waitFor } from './wait.ts';
import { HANGUP, post, webhookFlow } from './webhook-rig.ts';

const credentials = { agent: { idCrm: `Front desk=${FRONT_DESK}` } };
const KEY = Symbol.for('@accolades-flow/core process end 1');
/** From a signal to the listeners of the program, and from there to the return of the agents. */
const PASSED = [1_500, 60_000] as const;

/** A program with an embedded Node-RED that does something else on SIGHUP than to end. */
class Program extends EventEmitter {
  readonly pid = 7;

  kill(): boolean {
    throw new Error('The program was ended.');
  }
}

describe('A program that goes on after a signal', () => {
  let simulator: Simulator;
  let runtime: TestRuntime;
  let program: Program;
  let clock: FakeClock;
  let before: unknown;

  beforeEach(async () => {
    before = Reflect.get(globalThis, KEY);
    program = new Program();
    program.on('SIGHUP', () => undefined);
    clock = new FakeClock();
    Reflect.set(globalThis, KEY, new ProcessEnd(program, clock, { signals: ['SIGHUP'], holdMs: PASSED[0] }));
    simulator = await startSimulator();
  });
  afterEach(async () => {
    await runtime.stop();
    await simulator.close();
    expect(program.listenerCount('SIGHUP'), 'listeners').to.equal(1);
    Reflect.set(globalThis, KEY, before);
  });

  const flow = () => callFlow({ agent: { url: simulator.url } });
  const sessions = (count: number) =>
    waitFor(`${count} sessions`, () => simulator.sessions().length === count);
  const callArrives = async (count: number) => {
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    await runtime.waitForMessages('out', count);
  };

  it('gets its agents back a minute later', async () => {
    runtime = await TestRuntime.start(flow(), credentials);
    await runtime.waitForStatus('call', 'connected');
    for (const round of [1, 2]) {
      program.emit('SIGHUP', 'SIGHUP');
      await sessions(0);
      for (const ms of PASSED) clock.advance(ms);
      await sessions(1);
      await callArrives(round);
    }
  });

  it('gets the results of calls again a minute later', async () => {
    runtime = await TestRuntime.start(webhookFlow({ events: ['callEnded'], waitUnanswered: '0' }));
    const url = await runtime.serve();
    for (const round of [1, 2]) {
      await post(`${url}/accolades`, { ...HANGUP, callId: `round ${round}` });
      await runtime.waitForMessages('out', round);
      program.emit('SIGHUP', 'SIGHUP');
      for (const ms of PASSED) clock.advance(ms);
    }
  });

  it('gets the agents of nodes that were deployed meanwhile', async () => {
    runtime = await TestRuntime.start(flow(), credentials);
    await runtime.waitForStatus('call', 'connected');
    program.emit('SIGHUP', 'SIGHUP');
    await sessions(0);
    await runtime.deploy(
      flow().map((node) => ({ ...node, changed: true })),
      'full',
      credentials,
    );
    expect(simulator.sessions()).to.deep.equal([]);
    for (const ms of PASSED) clock.advance(ms);
    await sessions(1);
    await callArrives(1);
  });
});
