import { expect } from 'chai';
import { FakeClock } from '../../core/test/support/fake-clock.ts';
import { DeliveryQueue, MAX_QUEUED } from '../src/delivery-queue.ts';
import type { ConnectorEvent, DeliveryOutcome } from '../src/webhook-post.ts';

const DELIVERED: DeliveryOutcome = { kind: 'delivered', page: null };
const failed = (again: 'soon' | 'later' | 'never'): DeliveryOutcome => ({
  kind: 'failed',
  problem: 'unreachable',
  again,
  status: null,
});

describe('the queue of deliveries', () => {
  let clock: FakeClock;
  let posted: string[];
  let told: string[];
  let answer: ((outcome: DeliveryOutcome) => void) | null;
  let queue: DeliveryQueue;

  beforeEach(() => {
    clock = new FakeClock();
    posted = [];
    told = [];
    answer = null;
    queue = new DeliveryQueue({
      clock,
      random: () => 0.999,
      post: (event) => {
        expect(answer, 'one at a time').to.equal(null);
        posted.push(event.id);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      listener: {
        onDelivered: ({ id }) => told.push(`delivered ${id}`),
        onFailed: (_failure, retryMs, waiting) => told.push(`failed ${String(retryMs)} ${waiting}`),
        onLost: (count) => told.push(`lost ${count}`),
      },
    });
  });

  const event = (id: string): ConnectorEvent => ({
    id,
    at: 0,
    content: { event: 'agentConnected', reason: null },
  });

  const settle = async (outcome: DeliveryOutcome): Promise<void> => {
    const resolve = answer;
    answer = null;
    resolve?.(outcome);
    await Promise.resolve();
    await Promise.resolve();
  };

  it('holds everything until it is known where to, and then delivers in order, one at a time', async () => {
    for (const id of ['a', 'b', 'c']) queue.add(event(id));
    expect(posted).to.deep.equal([]);
    queue.start();
    for (let i = 0; i < 3; i++) await settle(DELIVERED);
    expect(posted).to.deep.equal(['a', 'b', 'c']);
    expect(told).to.deep.equal(['delivered a', 'delivered b', 'delivered c']);
    expect(clock.pending).to.equal(0);
  });

  it('tries the same event again, ever later, and begins anew once one was taken', async () => {
    queue.start();
    queue.add(event('a'));
    const waits: (number | null)[] = [];
    for (let i = 0; i < 7; i++) {
      await settle(failed('soon'));
      waits.push(clock.untilNext);
      clock.advance(clock.untilNext ?? 0);
    }
    expect(waits).to.deep.equal([999, 1_998, 3_996, 7_992, 15_984, 29_970, 29_970]);
    expect(new Set(posted)).to.deep.equal(new Set(['a']));
    await settle(DELIVERED);
    queue.add(event('b'));
    await settle(failed('soon'));
    expect(clock.untilNext).to.equal(999);
  });

  it('waits longer where somebody must act, and not at all once it is told to', async () => {
    queue.start();
    queue.add(event('a'));
    for (let i = 0; i < 8; i++) {
      await settle(failed('later'));
      if (i < 7) clock.advance(clock.untilNext ?? 0);
    }
    expect(clock.untilNext).to.equal(59_940);
    queue.retryNow();
    expect(clock.pending).to.equal(0);
    expect(posted).to.have.lengthOf(9);
  });

  it('gives up what the endpoint will never take, and goes on', async () => {
    queue.start();
    queue.add(event('a'));
    queue.add(event('b'));
    await settle(failed('never'));
    expect(told).to.deep.equal(['failed null 1', 'lost 1']);
    expect(posted).to.deep.equal(['a', 'b']);
  });

  it('is bounded: the oldest go, but never the one on its way', async () => {
    queue.start();
    for (let i = 0; i <= MAX_QUEUED + 1; i++) queue.add(event(String(i)));
    expect(queue.size).to.equal(MAX_QUEUED);
    expect(told).to.deep.equal(['lost 1', 'lost 1']);
    await settle(failed('soon'));
    queue.retryNow();
    await settle(DELIVERED);
    expect(posted).to.deep.equal(['0', '0', '3']);
  });

  it('keeps what comes while it is paused', async () => {
    queue.start();
    queue.add(event('a'));
    await settle(failed('soon'));
    queue.pause();
    expect(clock.pending).to.equal(0);
    queue.add(event('b'));
    expect(posted).to.deep.equal(['a']);
    queue.start();
    await settle(DELIVERED);
    expect(posted).to.deep.equal(['a', 'a', 'b']);
  });

  it('gives back, when it is closed, what is not known to be delivered, and does nothing more', async () => {
    queue.start();
    queue.add(event('a'));
    queue.add(event('b'));
    expect(queue.close().map(({ id }) => id)).to.deep.equal(['a', 'b']);
    await settle(failed('soon'));
    queue.add(event('c'));
    queue.start();
    expect(posted).to.deep.equal(['a']);
    expect(told).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
    expect(queue.close()).to.deep.equal([]);
  });
});
