import { expect } from 'chai';
import { LINE_EVERY_MS, LineLimiter } from '../../src/log/line-limiter.ts';

describe('the limiter of lines', () => {
  it('admits a kind once a minute, and tells how many were only counted', () => {
    let now = 0;
    const limiter = new LineLimiter(() => now);
    expect(limiter.admit('a')).to.equal(0);
    now = LINE_EVERY_MS - 1;
    expect(limiter.admit('a')).to.equal(null);
    expect(limiter.admit('a')).to.equal(null);
    expect(limiter.admit('b')).to.equal(0);
    now = LINE_EVERY_MS;
    expect(limiter.admit('a')).to.equal(2);
    expect(limiter.admit('a')).to.equal(null);
    now = 2 * LINE_EVERY_MS;
    expect(limiter.admit('a')).to.equal(1);
  });
});
