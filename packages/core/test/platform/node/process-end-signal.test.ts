import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { ProcessEnd, SURVIVED_MS } from '../../../src/platform/node/process-end.ts';
import { FakeClock } from '../../support/fake-clock.ts';

class FakeProcess extends EventEmitter {
  readonly pid = 7;
  readonly killed: string[] = [];

  kill(_pid: number, signal: string): boolean {
    this.killed.push(signal);
    return true;
  }
}

describe('the end of a process', () => {
  it('is told once, before the host begins its own', () => {
    const source = new FakeProcess();
    const end = new ProcessEnd(source, new FakeClock());
    const order: string[] = [];
    source.once('SIGTERM', () => order.push('host'));
    end.onBegin(() => order.push('first'));
    end.onBegin(() => order.push('second'));
    expect(end.begun).to.equal(false);
    source.emit('SIGTERM', 'SIGTERM');
    expect(order).to.deep.equal(['first', 'second', 'host']);
    expect(end.begun).to.equal(true);
    expect(source.killed).to.deep.equal([]);
    source.emit('SIGINT', 'SIGINT');
    expect(order).to.have.lengthOf(3);
  });

  it('is told to all, and goes on, also when one of them fails', () => {
    const source = new FakeProcess();
    const end = new ProcessEnd(source, new FakeClock());
    const told: string[] = [];
    end.onBegin(() => {
      throw new Error('failed');
    });
    end.onBegin(() => told.push('second'));
    source.emit('SIGTERM', 'SIGTERM');
    expect([told, source.killed]).to.deep.equal([['second'], ['SIGTERM']]);
  });

  it('goes on as without it when nobody else listens', () => {
    const source = new FakeProcess();
    new ProcessEnd(source, new FakeClock()).onBegin(() => undefined);
    source.emit('SIGINT', 'SIGINT');
    expect(source.killed).to.deep.equal(['SIGINT']);
  });

  it('leaves no listener behind when nobody wants to know any more', () => {
    const source = new FakeProcess();
    const end = new ProcessEnd(source, new FakeClock());
    const listener = (): void => undefined;
    const [one, two] = [end.onBegin(listener), end.onBegin(listener)];
    one();
    one();
    expect(source.listenerCount('SIGTERM')).to.equal(1);
    two();
    expect(source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')).to.equal(0);
  });

  describe('of a host that is held', () => {
    const HOLD_MS = 1_500;
    let source: FakeProcess;
    let clock: FakeClock;
    let end: ProcessEnd;
    let order: string[];
    let letGo: () => void;

    beforeEach(() => {
      source = new FakeProcess();
      clock = new FakeClock();
      end = new ProcessEnd(source, clock, {
        signals: ['SIGTERM', 'SIGHUP'],
        message: 'shutdown',
        holdMs: HOLD_MS,
      });
      order = [];
      source.once('SIGTERM', () => order.push('once'));
      source.on('SIGTERM', () => order.push('host'));
      source.on('SIGHUP', () => order.push('hup'));
      source.on('message', (message: unknown) => order.push(`message ${String(message)}`));
      letGo = () => undefined;
    });
    const hold = (): (() => void) =>
      end.onBegin(() => {
        order.push('own');
        return new Promise<void>((resolve) => (letGo = resolve));
      });
    const turns = async (): Promise<void> => {
      for (let n = 0; n < 5; n++) await Promise.resolve();
    };

    it('the host stops only when what was started is done', async () => {
      hold();
      source.emit('SIGTERM', 'SIGTERM', 15);
      await turns();
      expect(order).to.deep.equal(['own']);
      letGo();
      await turns();
      expect(order).to.deep.equal(['own', 'once', 'host']);
      expect(source.killed).to.deep.equal([]);
      expect([source.listenerCount('SIGTERM'), source.listenerCount('SIGHUP')]).to.deep.equal([1, 1]);
      source.emit('SIGTERM', 'SIGTERM');
      expect(order).to.deep.equal(['own', 'once', 'host', 'host']);
      expect(clock.pending).to.equal(0);
    });

    it('the host stops after the time at the latest', async () => {
      hold();
      source.emit('SIGTERM', 'SIGTERM');
      clock.advance(HOLD_MS - 1);
      expect(order).to.deep.equal(['own']);
      clock.advance(1);
      expect(order).to.deep.equal(['own', 'once', 'host']);
      letGo();
      await turns();
      expect(order).to.have.lengthOf(3);
    });

    it('the host stops at once when it is asked again', () => {
      hold();
      source.emit('SIGTERM', 'SIGTERM');
      source.emit('SIGHUP', 'SIGHUP');
      expect(order).to.deep.equal(['own', 'once', 'host']);
    });

    it('a message asks, too; others pass', async () => {
      hold();
      source.emit('message', 'hello');
      expect(order).to.deep.equal(['message hello']);
      source.emit('message', 'shutdown');
      await turns();
      expect(order).to.deep.equal(['message hello', 'own']);
      letGo();
      await turns();
      expect(order.at(-1)).to.equal('message shutdown');
      expect(source.killed).to.deep.equal([]);
    });

    it('gives the host its listeners back when there are no more users', () => {
      const before = source.rawListeners('SIGTERM');
      hold()();
      expect(source.rawListeners('SIGTERM')).to.deep.equal(before);
      source.emit('SIGTERM', 'SIGTERM');
      expect(order).to.deep.equal(['once', 'host']);
    });

    it('ends a process that has no other plan for the signal', async () => {
      source.removeAllListeners('SIGHUP');
      hold();
      source.emit('SIGHUP', 'SIGHUP');
      expect(source.killed).to.deep.equal([]);
      letGo();
      await turns();
      expect(source.killed).to.deep.equal(['SIGHUP']);
    });
  });

  describe('that does not come', () => {
    let source: FakeProcess;
    let clock: FakeClock;
    let end: ProcessEnd;
    let order: string[];
    const use = (name: string): (() => void) =>
      end.onBegin(
        () => order.push(`${name} ended`),
        () => order.push(`${name} back`),
      );

    beforeEach(() => {
      source = new FakeProcess();
      clock = new FakeClock();
      end = new ProcessEnd(source, clock, { signals: ['SIGHUP'], holdMs: 1_500 });
      order = [];
      // A program that reads its settings again.
      source.on('SIGHUP', () => order.push('host'));
    });
    const ask = async (): Promise<void> => {
      source.emit('SIGHUP', 'SIGHUP');
      for (let n = 0; n < 5; n++) await Promise.resolve();
    };

    it('is taken back a minute later, each time', async () => {
      const forget = use('a');
      for (const round of [1, 2]) {
        await ask();
        clock.advance(SURVIVED_MS - 1);
        expect([order.length, end.begun]).to.deep.equal([3 * round - 1, true]);
        clock.advance(1);
        expect(order.slice(-3)).to.deep.equal(['a ended', 'host', 'a back']);
        expect([end.begun, clock.pending, source.listenerCount('SIGHUP')]).to.deep.equal([false, 0, 1]);
      }
      forget();
      await ask();
      expect(order.at(-1)).to.equal('host');
      expect(clock.pending).to.equal(0);
    });

    it('is taken back for those who came meanwhile, and not for those who left', async () => {
      const forget = use('a');
      end.onBegin(() => order.push('once'));
      await ask();
      use('late');
      forget();
      clock.advance(SURVIVED_MS);
      expect(order).to.deep.equal(['a ended', 'once', 'host', 'late back']);
      await ask();
      expect(order.slice(4)).to.deep.equal(['late ended', 'host']);
    });

    it('is forgotten when all nodes were closed', async () => {
      const forget = use('a');
      await ask();
      forget();
      expect([clock.pending, source.listenerCount('SIGHUP')]).to.deep.equal([0, 1]);
    });
  });

  it('waits what is left of a grace', async () => {
    const clock = new FakeClock();
    const end = new ProcessEnd(new FakeProcess(), clock);
    const since = clock.monotonic();
    await end.graceSince(null, 1_000);
    clock.advance(400);
    let over = false;
    const grace = end.graceSince(since, 1_000).then(() => (over = true));
    clock.advance(599);
    await Promise.resolve();
    expect(over).to.equal(false);
    clock.advance(1);
    await grace;
    await end.graceSince(since, 1_000);
  });
});
