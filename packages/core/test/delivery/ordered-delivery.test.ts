import { expect } from 'chai';
import {
  ACKNOWLEDGE_MS,
  GIVE_UP_MS,
  GRACE_MS,
  KEPT_MS,
  STALL_REPORT_MS,
} from '../../src/delivery/delivery-options.ts';
import { OrderedDelivery } from '../../src/delivery/ordered-delivery.ts';
import { FakeHost } from '../support/fake-host.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);

describe('Ordered delivery', () => {
  let host: FakeHost;
  let delivery: OrderedDelivery<string>;

  beforeEach(() => {
    host = new FakeHost();
    delivery = host.delivery();
  });

  const add = (...items: readonly string[]) => {
    for (const item of items) delivery.add(item);
  };

  it('delivers an item at once when nothing is pending', () => {
    add('a1');
    host.acknowledge('a1');
    add('a2');
    expect(host.delivered).to.deep.equal(['a1', 'a2']);
    host.acknowledge('a2');
    expect(host.clock.pending).to.equal(0);
  });

  it('delivers the next item when the one before is acknowledged, once', () => {
    add('a1', 'a2', 'a3');
    expect(host.delivered).to.deep.equal(['a1']);
    host.acknowledge('a1');
    expect(host.delivered).to.deep.equal(['a1', 'a2']);
    host.acknowledge('a1');
    expect(host.delivered, 'acknowledged twice').to.deep.equal(['a1', 'a2']);
    host.acknowledge('a2');
    expect(host.delivered).to.deep.equal(['a1', 'a2', 'a3']);
  });

  it('keeps the order of many items, as slow as the host may be', async () => {
    add(...numbered(100));
    for (let next = 0; next < 100; next++) {
      expect(host.delivered).to.have.lengthOf(next + 1);
      await host.pass(ACKNOWLEDGE_MS + GRACE_MS - 1);
      host.acknowledge(`a${next}`);
    }
    expect(host.delivered).to.deep.equal(numbered(100));
    expect(host.reports).to.deep.equal([]);
    expect(host.clock.pending).to.equal(0);
  });

  it('lets an item wait for its own keys only', () => {
    add('a1', 'a2', 'b1', 'b2');
    expect(host.delivered).to.deep.equal(['a1', 'b1']);
    host.acknowledge('b1');
    expect(host.delivered).to.deep.equal(['a1', 'b1', 'b2']);
    host.acknowledge('a1');
    expect(host.delivered).to.deep.equal(['a1', 'b1', 'b2', 'a2']);
  });

  it('lets an item of two keys wait for both, and later ones wait for it', () => {
    add('a1', 'b1', 'a+b', 'b2', 'a2');
    host.acknowledge('a1');
    expect(host.delivered).to.deep.equal(['a1', 'b1']);
    host.acknowledge('b1');
    expect(host.delivered).to.deep.equal(['a1', 'b1', 'a+b']);
    host.acknowledge('a+b');
    expect(host.delivered).to.deep.equal(['a1', 'b1', 'a+b', 'b2', 'a2']);
  });

  it('delivers thousands to a host that acknowledges each at once', () => {
    const order: number[] = [];
    const eager = new OrderedDelivery<number>({
      clock: host.clock,
      keysOf: () => ['same'],
      deliver: (item, acknowledge) => {
        order.push(item);
        if (item === 0) for (let more = 1; more <= 20_000; more++) eager.add(more);
        acknowledge();
        return undefined;
      },
      onReport: (report) => host.reports.push(report),
    });
    eager.add(0);
    expect(order).to.deep.equal(Array.from({ length: 20_001 }, (_, i) => i));
    expect(host.clock.pending).to.equal(0);
  });

  it('goes on after an item that cannot be delivered, even when that cannot be reported', () => {
    const order: string[] = [];
    const failing = host.delivery({
      deliver: (item) => {
        order.push(item);
        throw new Error(`not ${item}`);
      },
    });
    failing.add('a1');
    failing.add('a2');
    expect(order).to.deep.equal(['a1', 'a2']);
    expect(host.reports).to.deep.equal([
      { kind: 'failed', message: 'not a1' },
      { kind: 'failed', message: 'not a2' },
    ]);
    const silent = host.delivery({
      deliver: () => {
        throw new Error('no');
      },
      onReport: () => {
        throw new Error('no log');
      },
    });
    silent.add('a1');
    silent.add('a2');
    expect(silent.waiting + silent.unacknowledged + host.clock.pending).to.equal(0);
  });

  describe('to a host that stalls', () => {
    beforeEach(() => {
      host.proven().responsive = false;
    });

    it('holds what waits, however long it lasts, and delivers in order when the host is back', async () => {
      add(...numbered(50));
      await host.pass(30_000);
      expect(host.delivered).to.deep.equal(['a0']);
      expect(host.reports).to.deep.equal([{ kind: 'stalled', waiting: 49 }]);
      await host.wake();
      for (const item of numbered(50)) host.acknowledge(item);
      expect(host.delivered).to.deep.equal(numbered(50));
      expect(host.reports.at(-1)).to.deep.equal({ kind: 'resumed', stalledMs: 30_000 });
      expect(host.clock.pending).to.equal(0);
    });

    it('says nothing of a stall that ends soon', async () => {
      add('a1', 'a2');
      await host.pass(STALL_REPORT_MS - 1);
      host.acknowledge('a1', 'a2');
      await host.wake();
      await host.pass(60_000);
      expect(host.reports).to.deep.equal([]);
    });

    it('checks it again when the check fails', async () => {
      add('a1', 'a2');
      await host.pass(ACKNOWLEDGE_MS);
      for (let failure = 1; failure <= 20; failure++) {
        expect(host.checks).to.equal(failure);
        await host.failCheck();
        await host.pass(1_000);
      }
      expect(host.delivered).to.deep.equal(['a1']);
      host.acknowledge('a1');
      expect(host.delivered).to.deep.equal(['a1', 'a2']);
    });

    it('delivers once more what the host lost in the stall, in order', async () => {
      add('a1', 'a2', 'b1', 'b2');
      await host.pass(30_000);
      await host.wake();
      host.acknowledge('b1', 'b2');
      await host.pass(GRACE_MS);
      expect(host.takenBack).to.deep.equal(['a1']);
      expect(host.delivered).to.deep.equal(['a1', 'b1', 'b2', 'a1']);
      host.acknowledge('a1', 'a2');
      expect(host.delivered).to.deep.equal(['a1', 'b1', 'b2', 'a1', 'a2']);
      expect(host.reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'resumed']);
      expect(host.clock.pending).to.equal(0);
    });

    it('tells its owner when too much waits, by number or by size, and when there is room', () => {
      const calls: string[] = [];
      const capacity = {
        maxItems: 4,
        maxSize: 100,
        sizeOf: (item: string) => (item.startsWith('b') ? 60 : 1),
        onFull: () => calls.push('full'),
        onRoom: () => calls.push('room'),
      };
      delivery = host.delivery({ capacity });
      add('a0', 'a1', 'a2', 'a3');
      expect(calls).to.deep.equal([]);
      add('a4');
      expect(calls).to.deep.equal(['full']);
      host.acknowledge('a0');
      expect(calls).to.deep.equal(['full']);
      host.acknowledge('a1');
      expect(calls).to.deep.equal(['full', 'room']);
      add('b0', 'b1', 'b2');
      expect(calls).to.deep.equal(['full', 'room', 'full']);
    });
  });

  describe('to a host that loses items', () => {
    beforeEach(() => {
      host.proven();
    });

    it('delivers an item again and again, and holds those behind it', async () => {
      add('a1', 'a2', 'b1');
      host.acknowledge('b1');
      await host.pass(60_000);
      expect(host.delivered.slice(0, 2)).to.deep.equal(['a1', 'b1']);
      expect(new Set(host.delivered.slice(2))).to.deep.equal(new Set(['a1']));
      expect(host.takenBack).to.have.lengthOf(host.delivered.length - 2);
      host.acknowledge('a1');
      expect(host.delivered.at(-1)).to.equal('a2');
      host.acknowledge('a2');
      expect(host.reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'resumed']);
      expect(host.clock.pending).to.equal(0);
    });

    it('gives a busy host more time with each attempt', async () => {
      add('a1');
      await host.pass(GIVE_UP_MS);
      expect(host.takenBack).to.have.lengthOf.within(4, 7);
    });

    it('reports an item that it gave up, and goes on', async () => {
      add('a1', 'a2');
      await host.pass(GIVE_UP_MS + 60_000);
      expect(host.delivered).to.include('a2');
      expect(host.reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'lost']);
      host.acknowledge('a2');
      expect(host.clock.pending).to.equal(0);
    });

    it('keeps what cannot be taken back from being overtaken for a minute', async () => {
      const order: string[] = [];
      delivery = host.delivery({
        deliver: (item) => {
          order.push(item);
          return undefined;
        },
      });
      add('a1', 'a2');
      await host.pass(KEPT_MS - 1);
      expect(order).to.deep.equal(['a1']);
      await host.pass(2 * GRACE_MS);
      expect(order).to.deep.equal(['a1', 'a2']);
      expect(host.reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'lost']);
    });

    it('ignores a late acknowledgement of what was taken back', async () => {
      let late: () => void = () => undefined;
      delivery = host.delivery({
        deliver: (item, acknowledge) => {
          host.delivered.push(item);
          if (item === 'b1') late = acknowledge;
          return () => undefined;
        },
      });
      delivery.add('b1');
      const first = late;
      await host.pass(ACKNOWLEDGE_MS + GRACE_MS);
      expect(host.delivered.filter((item) => item === 'b1')).to.have.lengthOf(2);
      first();
      expect(delivery.unacknowledged).to.equal(1);
      late();
      expect(delivery.unacknowledged).to.equal(0);
    });
  });

  describe('to a host that gives no acknowledgements', () => {
    it('stops waiting after the first item, and says so once', async () => {
      add('a1', 'a2', 'a3');
      await host.pass(ACKNOWLEDGE_MS + GRACE_MS);
      expect(host.delivered, 'nothing twice').to.deep.equal(['a1', 'a2', 'a3']);
      expect(host.reports).to.deep.equal([{ kind: 'unacknowledging' }]);
      add('a4', 'a5');
      expect(host.delivered).to.deep.equal(['a1', 'a2', 'a3', 'a4', 'a5']);
      await host.pass(600_000);
      expect(host.reports).to.have.lengthOf(1);
      expect(delivery.unacknowledged + host.clock.pending).to.equal(0);
    });

    it('stops waiting when a host that acknowledged before no longer does', async () => {
      host.proven();
      add('a1', 'a2', 'a3', 'a4');
      await host.pass(2 * GIVE_UP_MS + 120_000);
      expect(host.delivered.slice(-2)).to.deep.equal(['a3', 'a4']);
      expect(host.reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'lost', 'unacknowledging']);
    });

    it('waits again once it acknowledges', async () => {
      add('a1');
      await host.pass(ACKNOWLEDGE_MS + GRACE_MS);
      add('a2');
      host.acknowledge('a2');
      add('a3', 'a4');
      expect(host.delivered).to.deep.equal(['a1', 'a2', 'a3']);
    });

    it('that cannot be checked either, stops waiting as soon', async () => {
      delivery = host.delivery({ check: () => null });
      add('a1', 'a2');
      await host.pass(ACKNOWLEDGE_MS + GRACE_MS);
      expect(host.delivered).to.deep.equal(['a1', 'a2']);
      expect(host.reports).to.deep.equal([{ kind: 'unacknowledging' }]);
    });
  });

  it('delivers everything when it is flushed', () => {
    add('a1', 'a2', 'a3');
    delivery.flush();
    expect(host.delivered).to.deep.equal(['a1', 'a2', 'a3']);
    host.acknowledge('a1', 'a2', 'a3');
    expect(host.clock.pending).to.equal(0);
  });

  describe('closed', () => {
    it('returns what was not delivered, and ends its timers', async () => {
      add('a1', 'a2', 'a3');
      const closed = delivery.close();
      host.acknowledge('a1');
      expect(await closed).to.deep.equal(['a2', 'a3']);
      expect(host.clock.pending).to.equal(0);
      expect(host.delivered).to.deep.equal(['a1']);
      expect(await delivery.close()).to.deep.equal([]);
    });

    it('takes back what the host has not acknowledged in time', async () => {
      host.proven();
      add('a1', 'b1', 'a2');
      const closed = delivery.close();
      host.acknowledge('b1');
      host.clock.advance(ACKNOWLEDGE_MS);
      expect(await closed).to.deep.equal(['a1', 'a2']);
      expect(host.takenBack).to.deep.equal(['a1']);
      expect(host.clock.pending).to.equal(0);
    });

    it('leaves with a host that was never seen to acknowledge what it was given', async () => {
      add('a1', 'a2');
      const closed = delivery.close();
      host.clock.advance(ACKNOWLEDGE_MS);
      expect(await closed).to.deep.equal(['a2']);
      expect(host.takenBack).to.deep.equal([]);
    });

    it('delivers at once what comes later', async () => {
      add('a1');
      const closed = delivery.close();
      host.acknowledge('a1');
      await closed;
      add('a2', 'a3');
      expect(host.delivered).to.deep.equal(['a1', 'a2', 'a3']);
    });
  });
});
