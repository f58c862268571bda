import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { ProcessEnd } from '../../../src/platform/node/process-end.ts';
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
