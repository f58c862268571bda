import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { OrderedDelivery } from '../../src/delivery/ordered-delivery.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HubRig, NOTHING } from '../support/hub-rig.ts';

describe('async callbacks', () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => {
    unhandled.push(reason);
  };
  let others: NodeJS.UnhandledRejectionListener[];
  beforeEach(() => {
    unhandled.length = 0;
    // The test runner's own listener would end the run.
    others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', onUnhandled);
  });
  afterEach(() => {
    process.off('unhandledRejection', onUnhandled);
    for (const other of others) process.on('unhandledRejection', other);
  });

  it('of an ordered delivery do not end the process when they reject', async () => {
    const reports: string[] = [];
    const delivery = new OrderedDelivery<string>({
      clock: new FakeClock(),
      keysOf: () => [],
      deliver: () => {
        throw new Error('no room');
      },
      onReport: ({ kind }) => {
        reports.push(kind);
        return Promise.reject(new Error('the log fails'));
      },
    });
    delivery.add('a');
    await setImmediate();
    expect({ reports, unhandled }).to.deep.equal({ reports: ['failed'], unhandled: [] });
    await delivery.close();
  });

  it('of a subscription do not end the process when they reject, and a rejected event is reported', async () => {
    const rig = new HubRig();
    const reports: string[] = [];
    const fail = (): Promise<void> => Promise.reject(new Error('no\nroom'));
    const { subscription } = rig.subscribe('owner', ['x'], {
      onEvent: fail,
      onStatus: fail,
      onReport: ({ kind, text }) => {
        reports.push(`${kind}: ${text}`);
        return fail();
      },
    });
    rig.pbx.settle();
    rig.pbx.call('id-x', '1608743891.1');
    rig.pbx.call('id-x', '1608743891.2');
    await setImmediate();
    await setImmediate();
    expect(unhandled).to.deep.equal([]);
    expect(reports).to.deep.equal(Array(2).fill('failedOwner: An event could not be passed on: no room'));
    subscription.unsubscribe({ removed: true });
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });
});
