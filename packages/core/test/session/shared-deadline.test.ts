import { expect } from 'chai';
import { SharedDeadline } from '../../src/session/shared-deadline.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('shared deadline', () => {
  let clock: FakeClock;
  let expired: string[];
  beforeEach(() => {
    clock = new FakeClock();
    expired = [];
  });
  const start = (name: string, ms = 10_000): SharedDeadline =>
    new SharedDeadline(clock, ms, () => expired.push(name));

  it('expires once, when its time is over', () => {
    start('a');
    clock.advance(9_999);
    expect(expired).to.deep.equal([]);
    clock.advance(1);
    clock.advance(60_000);
    expect(expired).to.deep.equal(['a']);
    expect(clock.pending).to.equal(0);
  });

  it('shares one timer with all of its length, each from its own beginning', () => {
    for (let i = 0; i < 100; i++) {
      start(String(i));
      clock.advance(50);
    }
    start('short', 2_000);
    expect(clock.pending).to.equal(2);
    clock.advance(5_000);
    expect(expired).to.deep.equal(['short', '0']);
    clock.advance(49 + 50);
    expect(expired.slice(2)).to.deep.equal(['1']);
  });

  it('does not expire once it is stopped, whatever the others do', () => {
    const [a, , c] = [start('a'), start('b'), start('c')];
    a.stop();
    c.stop();
    c.stop();
    clock.advance(10_000);
    expect(expired).to.deep.equal(['b']);
    expect(clock.pending).to.equal(0);
  });

  it('keeps the process alive while one of them is to', () => {
    const [a, b] = [start('a'), start('b')];
    a.unref();
    expect(clock.referenced).to.equal(1);
    b.unref();
    expect([clock.pending, clock.referenced]).to.deep.equal([1, 0]);
    a.ref();
    expect(clock.referenced).to.equal(1);
    a.stop();
    expect([clock.pending, clock.referenced]).to.deep.equal([1, 0]);
  });

  it('gives the peer a grace when the process slept past it', () => {
    start('a');
    clock.suspend(3_600_000);
    clock.advance(999);
    expect(expired).to.deep.equal([]);
    clock.advance(1);
    expect(expired).to.deep.equal(['a']);
  });
});
