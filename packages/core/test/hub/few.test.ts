import { expect } from 'chai';
import { allOf, sizeOf, withItem, withoutItems, type Few } from '../../src/hub/few.ts';

interface Item {
  readonly name: string;
}

const a: Item = { name: 'a' };
const b: Item = { name: 'b' };
const c: Item = { name: 'c' };

/** Each list, and what is in it. */
const LISTS: readonly (readonly [Few<Item>, readonly Item[]])[] = [
  [null, []],
  [a, [a]],
  [withItem(a, b), [a, b]],
  [withItem(withItem(a, b), c), [a, b, c]],
];

describe('a list of few', () => {
  for (const [list, items] of LISTS) {
    it(`holds ${items.length} in their order`, () => {
      expect([allOf(list), sizeOf(list)]).to.deep.equal([items, items.length]);
    });

    it(`of ${items.length} gets one more without being changed`, () => {
      const more: Item = { name: 'more' };
      expect(allOf(withItem(list, more))).to.deep.equal([...items, more]);
      expect(allOf(list)).to.deep.equal(items);
    });

    it(`of ${items.length} loses each of them without being changed`, () => {
      for (const item of items) {
        expect(allOf(withoutItems(list, (other) => other === item))).to.deep.equal(
          items.filter((other) => other !== item),
        );
      }
      expect(allOf(list)).to.deep.equal(items);
    });

    it(`of ${items.length} is the same list when nothing leaves, and none when all do`, () => {
      expect(withoutItems(list, () => false)).to.equal(list);
      expect(withoutItems(list, () => true)).to.equal(null);
    });
  }

  it('holds a single one as itself', () => {
    expect(withItem<Item>(null, a)).to.equal(a);
    expect(withoutItems(withItem(a, b), (item) => item === a)).to.equal(b);
  });
});
