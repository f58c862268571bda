import { expect } from 'chai';
import { RecentMap } from '../../src/json/recent-map.ts';

describe('a map of what is recent', () => {
  it('drops the oldest entry for one more than it holds', () => {
    const map = new RecentMap<number>(3);
    for (let n = 0; n < 8; n++) map.add(`key ${n}`, n);
    expect(Array.from({ length: 8 }, (_, n) => map.get(`key ${n}`))).to.deep.equal([
      ...Array.from({ length: 5 }, () => undefined),
      5,
      6,
      7,
    ]);
  });

  it('drops an entry in its turn, also one whose value was replaced', () => {
    const map = new RecentMap<string>(2);
    map.add('first', 'old');
    map.add('second', 'kept');
    map.replace('first', 'new');
    expect(map.get('first')).to.equal('new');
    map.add('third', 'added');
    expect(['first', 'second', 'third'].map((key) => map.get(key))).to.deep.equal([
      undefined,
      'kept',
      'added',
    ]);
  });

  it('tells a value that is null from a key that it does not hold', () => {
    const map = new RecentMap<null>(2);
    map.add('known', null);
    expect([map.get('known'), map.get('unknown')]).to.deep.equal([null, undefined]);
  });
});
