import { setImmediate } from 'node:timers/promises';
import { GRACE_MS, KEPT_MS, type DeliveryReport } from '@accolades-flow/core';
import { expect } from 'chai';
import {
  MAX_PAUSE_MS,
  MAX_START_MS,
  MAX_WAITING,
  PAUSE_PER_REQUEST_MS,
  StartOrder,
  type Started,
} from '../../nodes/AccoladesWebhookTrigger/start-order.ts';
import { FakeClock } from '../../packages/core/test/support/fake-clock.ts';

describe('The order in which n8n starts the workflows of answered requests', () => {
  let clock: FakeClock;
  let endProcess: (() => void) | null;
  let order: StartOrder;
  let reports: DeliveryReport[];
  let check: () => Promise<unknown> | null;
  let started: { readonly name: number; readonly written: Started }[];

  beforeEach(() => {
    clock = new FakeClock();
    endProcess = null;
    const onBegin = (listener: () => void) => {
      endProcess = listener;
      return () => {
        endProcess = null;
      };
    };
    order = new StartOrder({ onBegin }, clock);
    started = [];
    reports = [];
    check = () => Promise.resolve();
  });

  const request = async (...names: number[]): Promise<void> => {
    for (const name of names) {
      order.add({
        bodyBytes: 100,
        keys: ['start'],
        check: () => check(),
        report: (report) => reports.push(report),
        begin: (written) => {
          started.push({ name, written });
          return undefined;
        },
      });
    }
    await setImmediate();
  };
  const names = (): number[] => started.map(({ name }) => name);
  const write = async (index: number): Promise<void> => {
    started[index]?.written();
    await setImmediate();
  };
  const pass = async (ms: number): Promise<void> => {
    let left = ms;
    for (let next = clock.untilNext; next !== null && next <= left; next = clock.untilNext) {
      clock.advance(next);
      await setImmediate();
      left -= next;
    }
    clock.advance(left);
    await setImmediate();
  };
  const someRequests = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('is that of the requests, each when the one before is written', async () => {
    await request(1, 2, 3);
    expect(names()).to.deep.equal([1]);
    await write(0);
    await pass(2 * PAUSE_PER_REQUEST_MS);
    expect(names()).to.deep.equal([1, 2]);
    await write(1);
    await pass(0);
    expect(names()).to.deep.equal([1, 2, 3]);
    await write(2);
    await pass(0);
    expect(clock.pending).to.equal(0);
    await request(4);
    expect(names()).to.deep.equal([1, 2, 3, 4]);
  });

  it('leaves time to answer requests that arrived meanwhile, but not indefinitely', async () => {
    await request(1);
    await request(...Array.from({ length: 4 }, (_, index) => index + 2));
    await write(0);
    await pass(3 * PAUSE_PER_REQUEST_MS - 1);
    expect(names()).to.deep.equal([1]);
    await pass(1);
    expect(names()).to.deep.equal([1, 2]);
    await request(...Array.from({ length: 200 }, (_, index) => index + 6));
    await write(1);
    await pass(MAX_PAUSE_MS);
    expect(names()).to.deep.equal([1, 2, 3]);
  });

  it('starts all that wait, with one line, when n8n never says that it saves one', async () => {
    await request(...someRequests(30));
    await pass(MAX_START_MS + GRACE_MS);
    expect(names()).to.deep.equal(someRequests(30));
    expect(reports).to.deep.equal([{ kind: 'unacknowledging' }]);
    await request(30, 31);
    expect(names()).to.deep.equal(someRequests(32));
  });

  it('stops waiting, too, when n8n saved some before and answers, but saves no more', async () => {
    await request(0);
    await write(0);
    await request(...someRequests(31).slice(1));
    await pass(MAX_PAUSE_MS);
    await pass(2 * KEPT_MS + 30_000);
    expect(names()).to.deep.equal(someRequests(31));
    expect(reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'lost', 'unacknowledging']);
  });

  it('waits for an n8n whose database does not answer, says so, and keeps the order', async () => {
    await request(0);
    await write(0);
    check = () => new Promise(() => undefined);
    await request(...someRequests(31).slice(1));
    await pass(45_000);
    expect(names()).to.deep.equal([0, 1]);
    expect(reports).to.deep.equal([{ kind: 'stalled', waiting: 29 }]);
    for (let next = 1; next <= 30; next++) {
      await write(next);
      await pass(MAX_PAUSE_MS);
    }
    expect(names()).to.deep.equal(someRequests(31));
    expect(reports.map(({ kind }) => kind)).to.deep.equal(['stalled', 'resumed']);
  });

  it('lets all go that wait when the process is asked to end', async () => {
    await request(1, 2, 3);
    endProcess?.();
    await setImmediate();
    expect(names()).to.deep.equal([1, 2, 3]);
  });

  it('starts requests at once when the queue is full', async () => {
    await request(...Array.from({ length: MAX_WAITING + 1 }, (_, index) => index));
    expect(names()).to.deep.equal([0]);
    await request(-1);
    expect(names()).to.deep.equal([0, -1]);
  });

  it('wants to know of the end of the process only while something waits', async () => {
    expect(endProcess).to.equal(null);
    await request(1, 2);
    expect(endProcess).not.to.equal(null);
    await write(0);
    await pass(MAX_PAUSE_MS);
    await write(1);
    await pass(MAX_PAUSE_MS);
    expect(endProcess).to.equal(null);
  });
});
