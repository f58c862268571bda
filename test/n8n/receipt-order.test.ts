import { expect } from 'chai';
import { ReceiptOrder } from '../../nodes/shared/webhook/receipt-order.ts';
import { withResolvers } from '../../packages/core/src/time/with-resolvers.ts';

describe('The order of receipt of notifications', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is kept where one is checked and the next is not, for each node alone', async () => {
    const order = new ReceiptOrder();
    const passed: string[] = [];
    const add = (key: string, name: string, check: Promise<boolean> | null): void => {
      order.add(key, check, () => passed.push(name));
    };
    const { promise, resolve } = withResolvers<boolean>();
    add('a', 'at once', null);
    add('a', 'answer', promise);
    add('a', 'hangup', null);
    add('a', 'refused', Promise.resolve(false));
    add('b', 'of another node', null);
    await turn();
    expect(passed).to.deep.equal(['at once', 'of another node']);
    resolve(true);
    await turn();
    add('a', 'later', null);
    expect(passed.slice(2)).to.deep.equal(['answer', 'hangup', 'later']);
  });

  it('is given up for what is beyond the limit', async () => {
    const order = new ReceiptOrder();
    let passed = 0;
    const { promise, resolve } = withResolvers<boolean>();
    for (let count = 0; count < 1_005; count++) order.add('a', promise, () => passed++);
    order.add('a', null, () => passed++);
    expect(passed).to.equal(1);
    resolve(true);
    await turn();
    expect(passed).to.equal(1_006);
  });
});
