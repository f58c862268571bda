import { expect } from 'chai';
import type { SubscribeOptions } from '../../src/hub/subscription.ts';
import { CLOSING_DEADLINE_MS, RELEASE_MS } from '../../src/session/session.ts';
import type { FakeTransport } from '../support/fake-transport.ts';
import { HubRig, idsOf, NOTHING, type Owner } from '../support/hub-rig.ts';

/** Another way to the same server. */
const to = (path: string): Partial<SubscribeOptions> => ({ server: { url: `wss://pbx.example/${path}` } });

describe('an owner that comes back for the same agent in another way', () => {
  let rig: HubRig;
  let before: Owner;
  beforeEach(() => {
    rig = new HubRig();
    before = rig.subscribe('a', ['x'], to('old'));
    rig.pbx.settle();
  });

  const transport = (index: number): FakeTransport => {
    const found = rig.pbx.transports[index];
    if (found === undefined) throw new Error(`There is no connection ${index}.`);
    return found;
  };
  const states = (): string[] => rig.pbx.transports.map(({ state }) => state);
  const ring = (...ids: string[]): void => {
    for (const id of ids) rig.pbx.call('id-x', id);
  };
  /** The server ends the connection, and has noticed. */
  const ends = (index: number): void => {
    transport(index).fail();
    rig.clock.advance(RELEASE_MS);
  };
  const settle = (): void => {
    rig.pbx.settle();
    rig.clock.advance(RELEASE_MS);
    rig.pbx.settle();
  };
  const redeploy = (path: string, more: Partial<SubscribeOptions> = {}): Owner => {
    before.subscription.unsubscribe();
    return rig.subscribe('a', ['x'], { ...to(path), ...more });
  };
  afterEach(() => {
    rig.hub.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
    expect(rig.pbx.mostSessionsPerAgent).to.equal(1);
  });

  it('gets what was held for it, with the agent’s ids and texts', () => {
    before.subscription.unsubscribe();
    ring('1.1', '1.2');
    const after = rig.subscribe('a', ['x'], { ...to('new'), includeConfiguration: true });
    expect(idsOf(after)).to.deep.equal(['1.1', '1.2']);
    expect(after.events[0]).to.deep.include({
      agent: { label: 'x', id: '321', phoneId: '27', accountId: '15' },
    });
    expect(after.events[0]).to.have.property('configuration');
  });

  it('gets what comes by the old connection until the new one is open, and in the moment of closing, in order, once', () => {
    const after = redeploy('new');
    ring('1.1');
    expect([states(), transport(1).sent]).to.deep.equal([['open', 'opening'], []]);
    transport(1).open();
    // Two sessions of an agent are not allowed: the new one waits until the old one has ended.
    expect([states(), transport(1).sent]).to.deep.equal([['closing', 'open'], []]);
    ring('1.2');
    ends(0);
    expect(transport(1).sentTypes).to.deep.equal(['authRequest']);
    settle();
    ring('1.3');
    expect([idsOf(before), idsOf(after)]).to.deep.equal([[], ['1.1', '1.2', '1.3']]);
    expect(after.subscription.status.connected).to.equal(1);
    expect(rig.hub.sessionCount).to.equal(1);
  });

  it('gets them also paused, at resume', () => {
    const after = redeploy('new', { startPaused: true });
    ring('1.1');
    transport(1).open();
    ring('1.2');
    settle();
    ring('1.3');
    expect(idsOf(after)).to.deep.equal([]);
    after.subscription.resume();
    expect(idsOf(after)).to.deep.equal(['1.1', '1.2', '1.3']);
  });

  it('is connected a second later when the server does not answer the close', () => {
    redeploy('new');
    transport(1).open();
    rig.clock.advance(CLOSING_DEADLINE_MS - 1);
    expect([states(), transport(1).sent]).to.deep.equal([['closing', 'open'], []]);
    rig.clock.advance(1);
    expect([states(), transport(1).sentTypes]).to.deep.equal([['discarded', 'open'], ['authRequest']]);
  });

  it('is let go by the old connection when the new one cannot be made, and gets its last calls', () => {
    const after = redeploy('new');
    transport(1).fail('NETWORK');
    expect(states()).to.deep.equal(['closing', 'closed']);
    ring('1.1');
    settle();
    expect([idsOf(after), rig.pbx.live, rig.hub.sessionCount]).to.deep.equal([['1.1'], [], 1]);
  });

  it('waits for the end of the old connection also when the new one is made at a second attempt', () => {
    redeploy('new');
    transport(1).fail('NETWORK');
    rig.clock.advance(500);
    transport(2).open();
    expect([states(), transport(2).sent]).to.deep.equal([['closing', 'closed', 'open'], []]);
    ends(0);
    expect(transport(2).sentTypes).to.deep.equal(['authRequest']);
  });

  it('keeps the old connection when it comes back to it before the new one is open', () => {
    redeploy('new').subscription.unsubscribe();
    const again = rig.subscribe('a', ['x'], to('old'));
    ring('1.1');
    expect([states(), idsOf(again), rig.hub.sessionCount]).to.deep.equal([['open', 'discarded'], ['1.1'], 1]);
    expect(again.subscription.status.connected).to.equal(1);
  });

  it('comes back to the old way while that closes: connected anew once it has', () => {
    const second = redeploy('new');
    transport(1).open();
    second.subscription.unsubscribe();
    const third = rig.subscribe('a', ['x'], to('old'));
    transport(2).open();
    ring('1.1');
    expect([states(), transport(1).sent, transport(2).sent]).to.deep.equal([
      ['closing', 'discarded', 'open'],
      [],
      [],
    ]);
    settle();
    ring('1.2');
    expect(idsOf(third)).to.deep.equal(['1.1', '1.2']);
    expect([states(), rig.hub.sessionCount]).to.deep.equal([['closed', 'discarded', 'open'], 1]);
  });

  it('changes again before the new connection is open: the old one stays for the third', () => {
    redeploy('new').subscription.unsubscribe();
    const third = rig.subscribe('a', ['x'], to('third'));
    ring('1.1');
    expect(states()).to.deep.equal(['open', 'discarded', 'opening']);
    transport(2).open();
    ring('1.2');
    settle();
    ring('1.3');
    expect(idsOf(third)).to.deep.equal(['1.1', '1.2', '1.3']);
    expect([states(), rig.hub.sessionCount]).to.deep.equal([['closed', 'discarded', 'open'], 1]);
  });

  it('changes again while the server may have a session already: what that one brings is not lost', () => {
    redeploy('new');
    transport(1).open();
    ends(0);
    expect(transport(1).sentTypes).to.deep.equal(['authRequest']);
    before.subscription.unsubscribe();
    const third = rig.subscribe('a', ['x'], to('third'));
    settle();
    expect(states()).to.deep.equal(['closed', 'closed', 'open']);
    expect(rig.pbx.mostSessionsPerAgent).to.equal(1);
    ring('1.1');
    expect(idsOf(third)).to.deep.equal(['1.1']);
  });

  it('changes again while the answer to the authentication is under way, with a call behind it', () => {
    redeploy('new');
    transport(1).open();
    ends(0);
    const third = rig.subscribe('a', ['x'], to('third'));
    transport(1).frame({ type: 'authSucces', version: '1.1.0' });
    transport(1).frame({ type: 'incomingCall', phoneNumber: '1', uniqueId: '1.1', callCenter: 'no' });
    transport(2).open();
    transport(1).frame({ type: 'incomingCall', phoneNumber: '1', uniqueId: '1.2', callCenter: 'no' });
    expect([states(), transport(2).sent]).to.deep.equal([['closed', 'closing', 'open'], []]);
    expect(idsOf(third)).to.deep.equal(['1.1', '1.2']);
  });

  it('shares the old connection with one that changes a moment later: both get each call once', () => {
    const other = rig.subscribe('b', ['x'], to('old'));
    const a = redeploy('new');
    ring('1.1');
    other.subscription.unsubscribe();
    ring('1.2');
    const b = rig.subscribe('b', ['x'], to('new'));
    ring('1.3');
    transport(1).open();
    ring('1.4');
    settle();
    ring('1.5');
    expect(idsOf(a)).to.deep.equal(['1.1', '1.2', '1.3', '1.4', '1.5']);
    expect([...idsOf(other), ...idsOf(b)]).to.deep.equal(['1.1', '1.2', '1.3', '1.4', '1.5']);
    expect(rig.hub.sessionCount).to.equal(1);
  });

  it('lets the old connection close at once when the last who stayed leaves it while the new one waits to be tried again', () => {
    const other = rig.subscribe('b', ['x'], to('old'));
    redeploy('new');
    transport(1).open();
    transport(1).frame({ type: 'authFailed', reason: 'CONNECTION_EXISTS' });
    expect(states()).to.deep.equal(['open', 'discarded']);
    other.subscription.unsubscribe({ removed: true });
    expect(states()).to.deep.equal(['closing', 'discarded']);
  });

  it('does not keep a connection that the server ends meanwhile, nor makes it again', () => {
    const after = redeploy('new');
    ends(0);
    rig.clock.advance(5_000);
    expect(rig.pbx.transports).to.have.length(2);
    transport(1).open();
    expect(transport(1).sentTypes).to.deep.equal(['authRequest']);
    rig.run(60_000);
    expect([states(), rig.hub.sessionCount]).to.deep.equal([['closed', 'open'], 1]);
    expect(after.subscription.status.connected).to.equal(1);
  });

  for (const moment of ['before', 'after'] as const) {
    it(`is removed ${moment} the new connection is open: nothing is left, at once`, () => {
      const after = redeploy('new');
      if (moment === 'after') transport(1).open();
      after.subscription.unsubscribe({ removed: true });
      ring('1.1');
      expect(rig.leftovers).to.deep.equal(NOTHING);
      expect(states()).to.deep.equal(['discarded', 'discarded']);
      expect(idsOf(after)).to.deep.equal([]);
    });
  }

  it('without one of its agents: what was held for that one is dropped, and its connection ends at once', () => {
    before = rig.subscribe('a', ['x', 'y'], to('old'));
    settle();
    before.subscription.unsubscribe();
    rig.pbx.call('id-y', '2.1');
    ring('1.1');
    const after = rig.subscribe('a', ['x'], to('new'));
    expect(states()).to.deep.equal(['open', 'discarded', 'opening']);
    expect(idsOf(after)).to.deep.equal(['1.1']);
  });

  it('takes a call that rings again for the same ring of the same agent', () => {
    ring('1.1');
    const after = redeploy('new');
    ring('1.1');
    expect(after.events).to.have.length(1);
    expect(after.events[0]).to.deep.include({ firstRing: true });
  });

  it('keeps no process alive once it lingers', () => {
    const after = redeploy('new');
    after.subscription.unsubscribe();
    expect(rig.clock.referenced).to.equal(0);
    transport(1).open();
    expect(rig.clock.referenced).to.equal(0);
    expect(rig.pbx.live.map(({ keepsProcessAlive }) => keepsProcessAlive)).to.deep.equal([false, false]);
  });

  it('keeps many agents connected until the limiter lets each of them change', () => {
    rig.hub.close();
    rig = new HubRig({ connectsPerSecond: 1 });
    const agents = ['x', 'y', 'z'];
    before = rig.subscribe('a', agents, to('old'));
    rig.run(4_000);
    before.subscription.unsubscribe();
    const after = rig.subscribe('a', agents, to('new'));
    for (let second = 0; second < 5; second++) {
      for (const agent of agents) rig.pbx.call(`id-${agent}`, `${agent}.${second}`);
      rig.run(1_000);
    }
    expect(idsOf(after)).to.have.length(15);
    expect(after.subscription.status.connected).to.equal(3);
    expect(rig.hub.sessionCount).to.equal(3);
  });
});
