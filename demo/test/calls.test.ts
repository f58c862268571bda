import { EventEmitter } from 'node:events';
import type { CallRequest } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { demoAgents } from '../agents.ts';
import { DemoCalls } from '../calls.ts';
import type { CallTarget } from '../calls.ts';

class FakeSimulator extends EventEmitter<{ session: [] }> implements CallTarget {
  readonly placed: CallRequest[] = [];
  listening = true;

  sessions(): unknown[] {
    return this.listening ? ['a session'] : [];
  }

  placeCall(request: CallRequest): void {
    this.placed.push(request);
    this.onPlaced();
  }

  onPlaced = (): void => undefined;
}

describe('the calls of the demonstration', () => {
  const knownNumbers = ['+40211234567', '+442079460123'];
  let simulator: FakeSimulator;
  let calls: DemoCalls;

  beforeEach(() => {
    simulator = new FakeSimulator();
    calls = new DemoCalls({ simulator, agents: demoAgents, knownNumbers, everyMs: 1, firstAfterMs: 1 });
  });

  afterEach(() => {
    calls.stop();
  });

  it('begin with a direct call of a contact to the first agent', () => {
    calls.placeNext();
    expect(simulator.placed[0]).to.include({
      direction: 'incoming',
      phoneNumber: '0211234567',
      callCenter: false,
    });
    expect(simulator.placed[0]?.agents).to.equal(demoAgents[0]?.idCrm);
  });

  it('are of every kind, from everyone', () => {
    for (let i = 0; i < 16; i += 1) calls.placeNext();
    const numbers = simulator.placed.map((call) => call.phoneNumber);
    expect(numbers).to.include.members(['0211234567', '+442079460123', '0211234599', 'anonymous']);
    expect(simulator.placed.map((call) => call.direction)).to.include('outgoing');
    const queues = simulator.placed
      .filter((call) => Array.isArray(call.agents))
      .map((call) => call.agents.length);
    expect(queues).to.include.members([2, 3]);
  });

  it('wait until somebody listens, and go on by themselves', async () => {
    simulator.listening = false;
    calls.start();
    expect(simulator.placed).to.be.empty;
    simulator.listening = true;
    const twice = new Promise<void>((resolve) => {
      simulator.onPlaced = () => {
        if (simulator.placed.length === 2) resolve();
      };
    });
    simulator.emit('session');
    await twice;
  });

  it('end with stop, and leave no listener', () => {
    calls.start();
    calls.stop();
    calls.stop();
    expect(simulator.listenerCount('session')).to.equal(0);
  });
});
