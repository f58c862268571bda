import { expect } from 'chai';
import { systemClock } from '../../src/platform/node/system-clock.ts';
import { startDeadline } from '../../src/time/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('the clock of the system', () => {
  it('fires once, after the time, and not when stopped', async () => {
    const began = systemClock.monotonic();
    let stopped = 0;
    systemClock.start(1, () => stopped++).stop();
    await new Promise<void>((resolve) => {
      systemClock.start(20, resolve);
    });
    expect(systemClock.monotonic() - began).to.be.at.least(18);
    expect(stopped).to.equal(0);
  });

  it('takes a time that is longer than Node can wait for a long time, not for none', async () => {
    let fired = 0;
    const timer = systemClock.start(2 ** 40, () => fired++);
    await new Promise((resolve) => setTimeout(resolve, 20));
    timer.stop();
    expect(fired).to.equal(0);
  });
});

describe('deadline', () => {
  it('that is noticed in time expires then', () => {
    const clock = new FakeClock();
    let expired = 0;
    startDeadline(clock, 1_000, () => expired++);
    clock.advance(999);
    expect(expired).to.equal(0);
    clock.advance(1);
    expect([expired, clock.pending]).to.deep.equal([1, 0]);
  });

  it('that is noticed late, because the process slept, expires 1 s later, and can be stopped until then', () => {
    const clock = new FakeClock();
    let expired = 0;
    const [kept, stopped] = [
      startDeadline(clock, 1_000, () => expired++),
      startDeadline(clock, 1_000, () => expired++),
    ];
    clock.suspend(10_000);
    clock.advance(999);
    expect(expired).to.equal(0);
    stopped.stop();
    clock.advance(1);
    expect([expired, clock.pending]).to.deep.equal([1, 0]);
    kept.stop();
  });
});
