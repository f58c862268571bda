import { expect } from 'chai';
import fc from 'fast-check';
import { BoundedQueue } from '../../src/delivery/bounded-queue.ts';

const queueOf = (maxItems: number, maxSize: number): BoundedQueue<string> =>
  new BoundedQueue({ maxItems, maxSize, sizeOf: (item) => item.length });

describe('BoundedQueue', () => {
  it('gives items in the order in which they were added', () => {
    const queue = queueOf(10, 10);
    queue.push('c');
    queue.push('d');
    queue.unshift(['a', 'b']);
    expect(queue.shift()).to.equal('a');
    expect(queue.takeAll()).to.deep.equal(['b', 'c', 'd']);
    expect([queue.shift(), queue.length, queue.size]).to.deep.equal([undefined, 0, 0]);
  });

  it('drops and counts the oldest when there are too many', () => {
    const queue = queueOf(2, 100);
    for (const item of ['a', 'b', 'c']) queue.push(item);
    expect(queue.takeDropped()).to.equal(1);
    expect(queue.takeDropped()).to.equal(0);
    expect(queue.takeAll()).to.deep.equal(['b', 'c']);
  });

  it('drops and counts the oldest when they are too large together', () => {
    const queue = queueOf(100, 5);
    for (const item of ['aaa', 'b', 'ccc']) queue.push(item);
    expect(queue.takeDropped()).to.equal(1);
    expect([queue.size, queue.takeAll()]).to.deep.equal([4, ['b', 'ccc']]);
  });

  it('drops an item that is larger than the whole queue, and keeps the others', () => {
    const queue = queueOf(100, 5);
    queue.push('a');
    queue.push('too large');
    expect([queue.takeDropped(), queue.takeAll()]).to.deep.equal([1, ['a']]);
  });

  it('drops what was put in front first, since that is the oldest', () => {
    const queue = queueOf(3, 100);
    queue.push('c');
    queue.push('d');
    queue.unshift(['a', 'b']);
    expect([queue.takeDropped(), queue.takeAll()]).to.deep.equal([1, ['b', 'c', 'd']]);
  });

  it('says how many an update removed, and frees their room', () => {
    const queue = queueOf(100, 10);
    for (const item of ['aaa', 'bbb', 'ccc']) queue.push(item);
    queue.shift();
    expect(queue.update((item) => (item === 'bbb' ? undefined : item.toUpperCase()))).to.equal(1);
    expect([queue.size, queue.length, queue.takeDropped()]).to.deep.equal([3, 1, 0]);
    expect(queue.shift()).to.equal('CCC');
  });

  it('never exceeds its limits, and every item is given once or counted', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), item: fc.string({ maxLength: 8 }) }),
      fc.record({ kind: fc.constant('unshift' as const), item: fc.string({ maxLength: 8 }) }),
      fc.record({ kind: fc.constant('shift' as const), item: fc.constant('') }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = queueOf(5, 20);
        let [added, given] = [0, 0];
        for (const { kind, item } of steps) {
          if (kind === 'shift') given += queue.shift() === undefined ? 0 : 1;
          else {
            added++;
            if (kind === 'push') queue.push(item);
            else queue.unshift([item]);
          }
          expect(queue.length).to.be.at.most(5);
          expect(queue.size).to.be.within(0, 20);
        }
        const left = queue.takeAll();
        expect(queue.size).to.equal(0);
        expect(given + left.length + queue.takeDropped()).to.equal(added);
      }),
    );
  });

  it('gives many items in order', () => {
    const queue = new BoundedQueue<number>({ maxItems: 10_000, maxSize: 1e9, sizeOf: () => 1 });
    for (let n = 0; n < 10_000; n++) queue.push(n);
    for (let n = 0; n < 10_000; n++) expect(queue.shift()).to.equal(n);
    expect(queue.length).to.equal(0);
  });
});
