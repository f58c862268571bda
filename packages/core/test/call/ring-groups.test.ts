import { expect } from 'chai';
import { RingGroups } from '../../src/call/ring-groups.ts';

describe('ring groups', () => {
  it('the first agent that a call rings is the first, the others are not', () => {
    const groups = new RingGroups();
    expect(['a', 'b', 'c'].map((agent) => groups.isFirstRing('1.1', agent))).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect(groups.isFirstRing('1.2', 'b')).to.equal(true);
  });

  it('an agent that is rung again by the same call is still the first, until another was', () => {
    const groups = new RingGroups();
    expect([groups.isFirstRing('1.1', 'a'), groups.isFirstRing('1.1', 'a')]).to.deep.equal([true, true]);
    groups.isFirstRing('1.1', 'b');
    expect(groups.isFirstRing('1.1', 'a')).to.equal(false);
  });

  it('a call without a usable id is always the first', () => {
    const groups = new RingGroups();
    for (const id of ['', 'x'.repeat(257)]) {
      expect([groups.isFirstRing(id, 'a'), groups.isFirstRing(id, 'b')]).to.deep.equal([true, true]);
    }
  });

  it('remembers the last 1,000 calls', () => {
    const groups = new RingGroups();
    for (let i = 0; i < 1_000; i++) groups.isFirstRing(`1.${i}`, 'a');
    expect(groups.isFirstRing('1.0', 'b')).to.equal(false);
    groups.isFirstRing('1.1000', 'a');
    expect(groups.isFirstRing('1.0', 'b')).to.equal(true);
  });
});
