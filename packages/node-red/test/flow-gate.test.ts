import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { MAX_ABSENCE_MS } from '../src/runtime/absences.ts';
import { FlowGate, LONG_WAIT_MS, type FlowMember } from '../src/runtime/flow-gate.ts';
import { FakeTimers } from './fake-timers.ts';

const LINGER_MS = 20_000;

/** Node-RED's events, as its runtime emits them. */
class FakeRuntime extends EventEmitter {
  stop({ touched = [] as string[], full = false, deploy = true } = {}): void {
    const diff = full ? undefined : { changed: touched, linked: [] };
    this.emit('flows:stopping', { type: full ? 'full' : 'nodes', diff });
    this.emit('flows:stopped', {});
    this.tell({ state: 'stop', deploy });
  }

  tell(payload: unknown): void {
    this.emit('runtime-event', { id: 'runtime-state', payload, retain: true });
  }

  start(): void {
    this.emit('flows:starting', {});
    this.emit('flows:started', {});
  }
}

describe('The flow gate', () => {
  let runtime: FakeRuntime;
  let process: EventEmitter;
  let timers: FakeTimers;
  let gate: FlowGate;
  let heard: string[];

  beforeEach(() => {
    runtime = new FakeRuntime();
    process = new EventEmitter();
    timers = new FakeTimers();
    gate = FlowGate.of(runtime, { clock: timers.clock, process });
    heard = [];
  });

  function join(id: string): (removed: boolean) => void {
    const member: FlowMember = {
      node: { id, z: `tab of ${id}` },
      onFlowsStopping: () => heard.push(`${id} stopping`),
      onFlowsStarted: () => heard.push(`${id} started`),
      onLongWait: (phase) => heard.push(`${id} waits ${phase}`),
      giveUp: () => heard.push(`${id} given up`),
    };
    return gate.join(member);
  }
  /** The notifications since the last call. */
  const news = (): string[] => heard.splice(0);
  const running = (id: string): ((removed: boolean) => void) => {
    const leave = join(id);
    runtime.start();
    expect(news()).to.deep.equal([`${id} started`]);
    return leave;
  };

  it('lets a node go when the flows have started, and no longer listens when all are gone', () => {
    const leave = join('a');
    runtime.start();
    runtime.stop();
    runtime.start();
    expect(news()).to.deep.equal(['a started', 'a stopping', 'a started']);
    leave(true);
    leave(true);
    expect(news()).to.deep.equal(['a given up']);
    expect([runtime.eventNames(), process.eventNames(), timers.running]).to.deep.equal([[], [], 0]);
  });

  for (const [why, payload] of [
    ['a node type is missing', { state: 'stop', error: 'missing-types', type: 'warning' }],
    ['a module is missing', { state: 'stop', error: 'missing-modules', type: 'warning' }],
    ['of safe mode', { state: 'safe', error: 'safe-mode', type: 'warning' }],
    ['the flows are stopped', { state: 'stop', deploy: true }],
  ] as const) {
    it(`lets nodes that were not stopped go on at once when no start follows because ${why}`, () => {
      running('a');
      runtime.stop();
      expect(news()).to.deep.equal(['a stopping']);
      runtime.tell(payload);
      expect(news()).to.deep.equal(['a started']);
      // The missing type is installed now.
      runtime.start();
      expect(news()).to.deep.equal([]);
      expect(timers.running).to.equal(0);
    });
  }

  it('keeps a new node waiting while Node-RED reports its state', () => {
    join('a');
    runtime.tell({ error: 'credentials_load_failed' });
    expect(news()).to.deep.equal([]);
  });

  it('reports a long wait and its phase', () => {
    running('a');
    runtime.emit('flows:stopping', { type: 'full' });
    timers.pass(LONG_WAIT_MS);
    runtime.emit('flows:stopped', {});
    timers.pass(LONG_WAIT_MS);
    runtime.emit('flows:starting', {});
    timers.pass(LONG_WAIT_MS);
    runtime.emit('flows:started', {});
    timers.pass(10 * LONG_WAIT_MS);
    expect(news()).to.deep.equal([
      'a stopping',
      'a waits stopping',
      'a waits stopped',
      'a waits starting',
      'a started',
    ]);
  });

  it('lets a node that a failed deployment does not touch go on after that time', () => {
    for (const id of ['a', 'b', 'c']) join(id);
    runtime.start();
    news();
    runtime.stop({ touched: ['b', 'tab of c'] });
    news();
    timers.pass(LONG_WAIT_MS);
    expect(news()).to.deep.equal(['a started', 'b waits stopped', 'c waits stopped']);
  });

  it('gives a node up at once when the flows have started without it', () => {
    const leave = running('a');
    runtime.emit('flows:stopping', { type: 'full' });
    leave(false);
    runtime.emit('flows:stopped', {});
    timers.pass(1_000);
    expect(news()).to.deep.equal(['a stopping']);
    runtime.start();
    expect(news()).to.deep.equal(['a given up']);
    expect([runtime.eventNames(), timers.running]).to.deep.equal([[], 0]);
  });

  it('gives a node up after 20 s when the flows are stopped without a deployment', () => {
    const leave = running('a');
    runtime.emit('flows:stopping', { type: 'full' });
    leave(false);
    news();
    runtime.emit('flows:stopped', {});
    runtime.tell({ state: 'stop', deploy: undefined });
    timers.pass(LINGER_MS - 1);
    expect(news()).to.deep.equal([]);
    timers.pass(1);
    expect(news()).to.deep.equal(['a given up']);
    expect([runtime.eventNames(), timers.running]).to.deep.equal([[], 0]);
  });

  it('keeps a node for as long as the deployment takes, within bounds', () => {
    const leave = running('a');
    runtime.emit('flows:stopping', { type: 'full' });
    leave(false);
    news();
    runtime.emit('flows:stopped', {});
    runtime.tell({ state: 'stop', deploy: true });
    timers.pass(MAX_ABSENCE_MS - 1);
    expect(news()).to.deep.equal([]);
    timers.pass(LINGER_MS);
    expect(news()).to.deep.equal(['a given up']);
  });

  it('gives all up when the process ends, those that are away and those that are not', () => {
    const leave = running('a');
    running('b');
    runtime.emit('flows:stopping', { type: 'full' });
    leave(false);
    news();
    process.emit('exit');
    expect(news().sort()).to.deep.equal(['a given up', 'b given up']);
  });
});
