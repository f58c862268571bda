import { expect } from 'chai';
import { DEFAULT_LINGER_MS } from '../../src/hub/hub.ts';
import { MAX_HELD_CHARS, MAX_HELD_EVENTS } from '../../src/hub/held-events.ts';
import type { Report } from '../../src/hub/subscription.ts';
import { HubRig, idsOf, NOTHING } from '../support/hub-rig.ts';

describe('linger', () => {
  let rig: HubRig;
  beforeEach(() => {
    rig = new HubRig();
  });
  const ids = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) => `1.${from + i}`);
  const ring = (from: number, to: number): void => {
    for (const id of ids(from, to)) rig.pbx.call('id-x', id);
  };

  it('is 5 s by default', () => {
    expect(DEFAULT_LINGER_MS).to.equal(5_000);
  });

  it('keeps the session connected and delivers what arrived meanwhile, in order, once', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    ring(0, 5);
    before.subscription.unsubscribe();
    ring(5, 10);
    rig.clock.advance(4_999);
    ring(10, 15);
    const after = rig.subscribe('a', ['x']);
    ring(15, 20);
    expect(idsOf(before)).to.deep.equal(ids(0, 5));
    expect(idsOf(after)).to.deep.equal(ids(5, 20));
    expect(rig.pbx.transports).to.have.length(1);
  });

  it('ends after its time, with the session and what was held', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    before.subscription.unsubscribe();
    ring(0, 5);
    rig.clock.advance(5_000);
    expect(rig.leftovers).to.deep.equal(NOTHING);
    const after = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    expect(idsOf(after)).to.deep.equal([]);
  });

  it('a removed owner releases at once', () => {
    const a = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    a.subscription.unsubscribe({ removed: true });
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('is as long as the owner asked for when it unsubscribed', () => {
    const a = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    a.subscription.unsubscribe({ lingerMs: 20_000 });
    rig.run(19_999);
    expect(rig.hub.sessionCount).to.equal(1);
    rig.run(1);
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('ends at once when the owner is given up, unless it has subscribed again', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    before.subscription.unsubscribe();
    const after = rig.subscribe('a', ['x']);
    before.subscription.giveUp();
    ring(0, 1);
    expect(idsOf(after)).to.deep.equal(ids(0, 1));
    after.subscription.unsubscribe();
    after.subscription.giveUp();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  describe('reports what was held and is dropped', () => {
    const dropped: unknown[] = [];
    const options = {
      filter: { events: ['incomingCall'] },
      onReport: (report: Report) => {
        dropped.push(report.dropped);
      },
    };
    beforeEach(() => {
      dropped.length = 0;
    });

    it('when the owner does not come back', () => {
      rig.subscribe('a', ['x'], options).subscription.unsubscribe();
      rig.pbx.settle();
      ring(0, 3);
      rig.clock.advance(5_000);
      expect(dropped).to.deep.equal([{ count: 3, cause: 'ownerGone' }]);
    });

    it('when a paused owner is removed', () => {
      const a = rig.subscribe('a', ['x'], { ...options, startPaused: true });
      rig.pbx.settle();
      ring(0, 2);
      expect(a.subscription.heldCount).to.equal(2);
      a.subscription.unsubscribe({ removed: true });
      expect(dropped).to.deep.equal([{ count: 2, cause: 'ownerGone' }]);
    });

    it('when the owner comes back without the agent', () => {
      rig.subscribe('a', ['x', 'y'], options).subscription.unsubscribe();
      rig.pbx.settle();
      ring(0, 2);
      const after = rig.subscribe('a', ['y'], options);
      expect(dropped).to.deep.equal([{ count: 2, cause: 'agentRemoved' }]);
      after.subscription.unsubscribe({ removed: true });
    });

    it('also what a full queue had dropped before, when the owner does not come back', () => {
      const { subscription, reports } = rig.subscribe('a', ['x']);
      rig.pbx.settle();
      subscription.unsubscribe();
      ring(0, MAX_HELD_EVENTS + 10);
      rig.clock.advance(5_000);
      expect(reports).to.deep.equal(['dropped', 'dropped']);
    });

    it('when returned events are of an agent that was removed, but not when it was renamed', () => {
      const a = rig.subscribe('a', ['x', 'y']);
      rig.pbx.settle();
      rig.pbx.call('id-x', '1.1');
      rig.pbx.call('id-y', '1.2');
      const renamed = rig.subscribe('a', [], { agents: [{ label: 'new name', idCrm: 'id-x' }] });
      renamed.subscription.pause();
      renamed.subscription.requeue(a.events);
      renamed.subscription.resume();
      expect(idsOf(renamed)).to.deep.equal(['1.1']);
      expect(renamed.reports).to.deep.equal(['dropped']);
    });

    it('but says nothing when the owner’s filter would not have let it through', () => {
      rig
        .subscribe('a', ['x'], { ...options, filter: { events: ['outgoingCall'] } })
        .subscription.unsubscribe();
      rig.pbx.settle();
      ring(0, 3);
      rig.clock.advance(5_000);
      expect(dropped).to.deep.equal([]);
    });
  });

  it('an owner that comes back for another agent releases the first at once', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    before.subscription.unsubscribe();
    ring(0, 3);
    const after = rig.subscribe('a', ['y']);
    rig.pbx.settle();
    expect(rig.pbx.sessionsOf('id-x')).to.deep.equal([]);
    expect(rig.pbx.sessionsOf('id-y')).to.have.length(1);
    expect(idsOf(after)).to.deep.equal([]);
  });

  it('an owner that comes back for one agent more keeps the first, with what it held', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    before.subscription.unsubscribe();
    ring(0, 3);
    const after = rig.subscribe('a', ['y', 'x']);
    rig.pbx.settle();
    expect(idsOf(after)).to.deep.equal(ids(0, 3));
    expect(rig.pbx.transports).to.have.length(2);
  });

  it('another owner gets none of the held events, but shares the session', () => {
    rig.subscribe('a', ['x']).subscription.unsubscribe();
    rig.pbx.settle();
    ring(0, 3);
    const other = rig.subscribe('b', ['x']);
    ring(3, 5);
    expect(idsOf(other)).to.deep.equal(ids(3, 5));
    rig.clock.advance(5_000);
    ring(5, 6);
    expect(idsOf(other)).to.deep.equal(ids(3, 6));
    expect(rig.pbx.transports).to.have.length(1);
  });

  it('of 0 releases at once', () => {
    rig = new HubRig({ lingerMs: 0 });
    const a = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    a.subscription.unsubscribe();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('a superseding subscription takes over without a gap', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    ring(0, 2);
    const after = rig.subscribe('a', ['x']);
    ring(2, 4);
    before.subscription.unsubscribe({ removed: true });
    before.subscription.resume();
    ring(4, 6);
    expect(idsOf(before)).to.deep.equal(ids(0, 2));
    expect(idsOf(after)).to.deep.equal(ids(2, 6));
    expect(rig.pbx.transports).to.have.length(1);
  });

  it('events held for a paused owner go to its next subscription', () => {
    const before = rig.subscribe('a', ['x'], { startPaused: true });
    rig.pbx.settle();
    ring(0, 2);
    const after = rig.subscribe('a', ['x'], { startPaused: true });
    ring(2, 4);
    after.subscription.resume();
    expect([idsOf(before), idsOf(after)]).to.deep.equal([[], ids(0, 4)]);
  });

  it('is bounded: the oldest are dropped and reported', () => {
    rig.subscribe('a', ['x']).subscription.unsubscribe();
    rig.pbx.settle();
    // agentConnected takes one of them.
    ring(0, MAX_HELD_EVENTS + 10);
    const after = rig.subscribe('a', ['x']);
    expect(idsOf(after)).to.deep.equal(ids(10, MAX_HELD_EVENTS + 10));
    expect(after.reports).to.deep.equal(['dropped']);
  });

  it('reports lost events in words that are right for every number', () => {
    rig.subscribe('a', ['x']).subscription.unsubscribe();
    rig.pbx.settle();
    // agentConnected takes one of them.
    ring(0, MAX_HELD_EVENTS);
    const texts: string[] = [];
    rig.subscribe('a', ['x'], {
      onReport: ({ text }) => {
        texts.push(text);
      },
    });
    expect(texts).to.deep.equal(['Dropped events: 1. More arrived than are held for an absent node.']);
  });

  it('is bounded by size, too: only very large calls reach that limit', () => {
    const large = { note: 'x'.repeat(1_000_000) };
    rig.subscribe('a', ['x']).subscription.unsubscribe();
    rig.pbx.settle();
    ring(0, 20);
    for (let n = 20; n < 40; n++) rig.pbx.call('id-x', `1.${n}`, large);
    const room = Math.floor(MAX_HELD_CHARS / 1_000_200);
    const after = rig.subscribe('a', ['x']);
    expect(idsOf(after)).to.deep.equal(ids(40 - room, 40));
    expect(after.reports).to.deep.equal(['dropped']);
  });

  it('is bounded also for events that an owner returns', () => {
    const a = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    for (let n = 0; n < 20; n++) rig.pbx.call('id-x', `1.${n}`, { note: 'x'.repeat(1_000_000) });
    a.subscription.pause();
    a.subscription.requeue(a.events.splice(0));
    ring(20, 21);
    a.subscription.resume();
    const came = idsOf(a);
    expect(came).to.deep.equal(ids(21 - came.length, 21));
    expect(came.length).to.be.within(5, 9);
    expect(a.reports).to.deep.equal(['dropped']);
  });

  it('holds the connection events, too, and repeats none', () => {
    const filter = { events: ['agentConnected', 'agentDisconnected', 'incomingCall'] };
    const before = rig.subscribe('a', ['x'], { filter });
    rig.pbx.settle();
    before.subscription.unsubscribe();
    rig.pbx.live[0]?.fail();
    rig.clock.advance(1_000);
    rig.pbx.settle();
    ring(0, 1);
    const after = rig.subscribe('a', ['x'], { filter });
    expect(before.events.map(({ event }) => event)).to.deep.equal(['agentConnected']);
    expect(after.events.map(({ event }) => event)).to.deep.equal([
      'agentDisconnected',
      'agentConnected',
      'incomingCall',
    ]);
  });

  it('reconnects a lingering session that drops', () => {
    const before = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    before.subscription.unsubscribe();
    rig.pbx.live[0]?.fail();
    rig.clock.advance(1_000);
    rig.pbx.settle();
    ring(0, 2);
    expect(idsOf(rig.subscribe('a', ['x']))).to.deep.equal(ids(0, 2));
  });

  it('begins anew at each unsubscribe', () => {
    let owner = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    for (let i = 0; i < 100; i++) {
      owner.subscription.unsubscribe();
      rig.clock.advance(4_000);
      rig.pbx.pong();
      owner = rig.subscribe('a', ['x']);
    }
    expect(rig.pbx.transports).to.have.length(1);
    owner.subscription.unsubscribe();
    rig.clock.advance(5_000);
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('unsubscribing twice, or after the linger time, has no effect', () => {
    const a = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    a.subscription.unsubscribe();
    rig.clock.advance(4_000);
    a.subscription.unsubscribe({ removed: true });
    rig.clock.advance(999);
    expect(rig.hub.sessionCount).to.equal(1);
    rig.clock.advance(1);
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('keeps no process alive', () => {
    const a = rig.subscribe('a', ['x', 'y']);
    rig.pbx.settle();
    expect(rig.alive).to.equal(1);
    a.subscription.unsubscribe();
    expect([rig.alive, rig.pbx.live.length]).to.deep.equal([0, 2]);
    rig.subscribe('a', ['x', 'y']);
    expect(rig.alive).to.equal(1);
  });

  it('keeps no process alive when the last live owner of a shared session is removed', () => {
    const a = rig.subscribe('a', ['x']);
    const b = rig.subscribe('b', ['x']);
    rig.pbx.settle();
    b.subscription.unsubscribe();
    expect(rig.alive).to.equal(1);
    a.subscription.unsubscribe({ removed: true });
    expect([rig.alive, rig.pbx.live.length]).to.deep.equal([0, 1]);
  });

  it('keeps no process alive while its session waits for the limiter', () => {
    rig = new HubRig({ connectsPerSecond: 1 });
    const a = rig.subscribe('a', ['x', 'y', 'z']);
    a.subscription.unsubscribe();
    expect(rig.alive).to.equal(0);
  });

  it('keeps the process alive while its owner is subscribed, also when a callback unsubscribes', () => {
    const onStatus = (): void => {
      owner.subscription.unsubscribe();
    };
    const owner = rig.subscribe('a', ['x'], { onStatus });
    expect(rig.alive).to.equal(1);
    rig.pbx.settle();
    expect(rig.alive).to.equal(0);
  });
});
