import { expect } from 'chai';
import { FakeClock } from '../../core/test/support/fake-clock.ts';
import {
  DeliveryQueue,
  FAILURES_BEFORE_PROBE,
  MAX_EVENT_AGE_MS,
  MAX_QUEUED,
  SET_ASIDE_ATTEMPTS,
} from '../src/delivery-queue.ts';
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
        onFailed: (_failure, waiting) => told.push(`failed ${waiting}`),
        onLost: (count, reason) => told.push(`lost ${count} ${reason}`),
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
    expect(told).to.deep.equal(['failed 1', 'lost 1 refused']);
    expect(posted).to.deep.equal(['a', 'b']);
  });

  it('is bounded: the oldest go, but never the one on its way', async () => {
    queue.start();
    for (let i = 0; i <= MAX_QUEUED + 1; i++) queue.add(event(String(i)));
    expect(queue.size).to.equal(MAX_QUEUED);
    expect(told).to.deep.equal(['lost 1 full', 'lost 1 full']);
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

  it('knows while it is paused what is not known to be delivered', async () => {
    queue.start();
    queue.add(event('a'));
    queue.add(event('b'));
    queue.pause();
    expect(queue.waiting.map(({ id }) => id)).to.deep.equal(['a', 'b']);
    expect(queue.inFlight?.id).to.equal('a');
    await settle(failed('soon'));
    expect(clock.pending).to.equal(0);
    expect(posted).to.deep.equal(['a']);
    for (const waiting of queue.waiting) queue.remove(waiting);
    queue.start();
    expect(posted).to.deep.equal(['a']);
  });

  it('is bounded by size too', () => {
    const frame = 'x'.repeat(1024 * 1024);
    for (const id of ['a', 'b', 'c']) queue.add({ id, at: 0, content: { frame, shortFrame: '' } });
    expect(queue.waiting.map(({ id }) => id)).to.deep.equal(['b', 'c']);
    expect(told).to.deep.equal(['lost 1 full']);
  });

  it('gives up an event after half a day', () => {
    queue.add(event('a'));
    clock.advance(MAX_EVENT_AGE_MS + 1);
    queue.add({ ...event('b'), at: clock.monotonic() });
    queue.start();
    expect(posted).to.deep.equal(['b']);
    expect(told).to.deep.equal(['lost 1 old']);
  });

  describe('with an event that the endpoint refuses', () => {
    /** Answers every post until nothing happens for two minutes of time. */
    const run = async (outcomeOf: (id: string) => DeliveryOutcome): Promise<void> => {
      for (let idle = 0; idle < 120;) {
        if (answer === null) {
          clock.advance(1_000);
          idle++;
        } else {
          idle = 0;
          await settle(outcomeOf(posted.at(-1) ?? ''));
        }
      }
    };
    const delivered = (): string[] => told.filter((line) => line.startsWith('delivered'));

    it('delivers the later ones within seconds, in order, and gives the refused one up in the end', async () => {
      queue.start();
      for (const id of ['bad', 'b', 'c', 'd']) queue.add(event(id));
      const start = clock.monotonic();
      let doneAt = 0;
      await run((id) => {
        if (id === 'd') doneAt = clock.monotonic();
        return id === 'bad' ? failed('soon') : DELIVERED;
      });
      expect(delivered()).to.deep.equal(['delivered b', 'delivered c', 'delivered d']);
      expect(doneAt - start).to.be.below(10_000);
      expect(told.at(-1)).to.equal('lost 1 refused');
      expect(posted.filter((id) => id === 'bad')).to.have.lengthOf(
        FAILURES_BEFORE_PROBE + SET_ASIDE_ATTEMPTS,
      );
      expect(queue.size).to.equal(0);
      expect(clock.pending).to.equal(0);
    });

    it('still delivers it when the endpoint takes it after all', async () => {
      queue.start();
      for (const id of ['bad', 'b']) queue.add(event(id));
      let attempts = 0;
      await run((id) => (id === 'bad' && ++attempts < 6 ? failed('soon') : DELIVERED));
      expect(delivered()).to.deep.equal(['delivered b', 'delivered bad']);
    });

    it('gets past several', async () => {
      queue.start();
      for (const id of ['bad1', 'bad2', 'b', 'bad3', 'c']) queue.add(event(id));
      await run((id) => (id.startsWith('bad') ? failed('soon') : DELIVERED));
      expect(delivered()).to.deep.equal(['delivered b', 'delivered c']);
      expect(queue.size).to.equal(0);
    });

    it('does not give it up while the endpoint takes nothing', async () => {
      queue.start();
      for (const id of ['bad', 'b']) queue.add(event(id));
      await run((id) => (id === 'bad' && posted.length < 8 ? failed('soon') : DELIVERED));
      told.length = 0;
      queue.add(event('c'));
      for (let i = 0; i < 40; i++) {
        await settle(failed('soon'));
        clock.advance(clock.untilNext ?? 0);
      }
      expect(told.filter((line) => line.startsWith('lost'))).to.deep.equal([]);
    });

    it('keeps the order over an outage of the endpoint', async () => {
      queue.start();
      for (const id of ['a', 'b', 'c', 'd']) queue.add(event(id));
      let outage = 30;
      // The endpoint comes back between two attempts.
      await run((id) => (outage-- > 0 || (outage > -1 && id !== 'a') ? failed('soon') : DELIVERED));
      expect(delivered()).to.deep.equal(['delivered a', 'delivered b', 'delivered c', 'delivered d']);
    });

    it('does not try the others when the secret is wrong', async () => {
      queue.start();
      queue.add(event('a'));
      queue.add(event('b'));
      for (let i = 0; i < 6; i++) {
        await settle({ kind: 'failed', problem: 'secret', again: 'later', status: 401 });
        clock.advance(clock.untilNext ?? 0);
      }
      expect(new Set(posted)).to.deep.equal(new Set(['a']));
    });

    it('goes on when the listener throws', async () => {
      const throwing = new DeliveryQueue({
        clock,
        random: () => 0,
        post: ({ id }) => {
          posted.push(id);
          return Promise.resolve(DELIVERED);
        },
        listener: {
          onDelivered: ({ id }) => {
            if (id === 'a') throw new Error('a page that cannot be opened');
          },
          onFailed: () => undefined,
          onLost: () => undefined,
        },
      });
      throwing.add(event('a'));
      throwing.add(event('b'));
      throwing.start();
      for (let i = 0; i < 10; i++) await Promise.resolve();
      expect(posted).to.deep.equal(['a', 'b']);
    });
  });
});
