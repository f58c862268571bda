import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import type { SubscribeOptions } from '../../src/hub/subscription.ts';
import type { FakeTransport } from '../support/fake-transport.ts';
import { HubRig, idsOf, NOTHING, type Owner } from '../support/hub-rig.ts';

/** Other settings for the same server. */
const to = (path: string): Partial<SubscribeOptions> => ({ server: { url: `wss://pbx.example/${path}` } });

describe('a redeploy that changes the server settings of an agent', () => {
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
  /** The server ends the connection, and has registered it. */
  const ends = (index: number): void => {
    transport(index).fail();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
  };
  const settle = (): void => {
    rig.pbx.settle();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
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

  it('delivers what was held, with the agent’s ids and texts', () => {
    before.subscription.unsubscribe();
    ring('1.1', '1.2');
    const after = rig.subscribe('a', ['x'], { ...to('new'), includeConfiguration: true });
    expect(idsOf(after)).to.deep.equal(['1.1', '1.2']);
    expect(after.events[0]).to.deep.include({
      agent: { label: 'x', id: '321', phoneId: '27', accountId: '15' },
    });
    expect(after.events[0]).to.have.property('configuration');
  });

  it('drains the old session, then connects the new one: the last calls of the old one arrive, once', () => {
    const after = redeploy('new');
    ring('1.1');
    expect(states()).to.deep.equal(['closing']);
    ends(0);
    expect(states()).to.deep.equal(['closed', 'opening']);
    settle();
    ring('1.2');
    expect([idsOf(before), idsOf(after)]).to.deep.equal([[], ['1.1', '1.2']]);
    expect(after.subscription.status.connected).to.equal(1);
    expect(rig.hub.sessionCount).to.equal(1);
  });

  it('reports the gap as agentDisconnected and agentConnected', () => {
    const after = redeploy('new', { filter: { events: ['agentConnected', 'agentDisconnected'] } });
    settle();
    expect(after.events.map((event) => [event.event, 'reason' in event ? event.reason : ''])).to.deep.equal([
      ['agentDisconnected', 'SESSION_CLOSED'],
      ['agentConnected', null],
    ]);
  });

  it('reports one disconnection when the new settings do not work', () => {
    before = redeploy('old', { filter: { events: ['agentConnected', 'agentDisconnected'] } });
    const after = redeploy('new', { filter: { events: ['agentConnected', 'agentDisconnected'] } });
    ends(0);
    transport(1).fail('NETWORK');
    expect(after.events.map(({ event }) => event)).to.deep.equal(['agentDisconnected']);
  });

  it('holds the last calls of the old session for a paused owner', () => {
    const after = redeploy('new', { startPaused: true });
    ring('1.1');
    settle();
    ring('1.2');
    expect(idsOf(after)).to.deep.equal([]);
    after.subscription.resume();
    expect(idsOf(after)).to.deep.equal(['1.1', '1.2']);
  });

  it('connects a second later when the server does not answer the close', () => {
    redeploy('new');
    rig.clock.advance(DEFAULT_TIMINGS.closingMs - 1);
    expect(states()).to.deep.equal(['closing']);
    rig.clock.advance(1);
    expect(states()).to.deep.equal(['discarded', 'opening']);
  });

  it('connects at once when the old session was not connected', () => {
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    transport(0).fail();
    rig.run(2_000);
    const attempts = rig.pbx.transports.length;
    rig.pbx.refused.clear();
    redeploy('new');
    expect(rig.pbx.transports).to.have.length(attempts + 1);
  });

  it('connects again with the old settings once the old session has ended', () => {
    const second = redeploy('new');
    second.subscription.unsubscribe();
    const third = rig.subscribe('a', ['x'], to('old'));
    ring('1.1');
    expect(states()).to.deep.equal(['closing']);
    settle();
    ring('1.2');
    expect(idsOf(third)).to.deep.equal(['1.1', '1.2']);
    expect([states(), transport(1).server.url]).to.deep.equal([['closed', 'open'], 'wss://pbx.example/old']);
    expect(rig.hub.sessionCount).to.equal(1);
  });

  it('skips settings that were replaced before the old session had ended', () => {
    redeploy('new').subscription.unsubscribe();
    const third = rig.subscribe('a', ['x'], to('third'));
    ring('1.1');
    settle();
    ring('1.2');
    expect(idsOf(third)).to.deep.equal(['1.1', '1.2']);
    expect([states(), transport(1).server.url]).to.deep.equal([
      ['closed', 'open'],
      'wss://pbx.example/third',
    ]);
  });

  it('drains a session that is about to be authenticated, with the call behind the answer', () => {
    redeploy('new');
    ends(0);
    transport(1).open();
    before.subscription.unsubscribe();
    const third = rig.subscribe('a', ['x'], to('third'));
    expect(states()).to.deep.equal(['closed', 'closing']);
    transport(1).frame({ type: 'authSucces', version: '1.1.0' });
    transport(1).frame({ type: 'incomingCall', phoneNumber: '1', uniqueId: '1.1', callCenter: 'no' });
    settle();
    expect(idsOf(third)).to.deep.equal(['1.1']);
    expect(states()).to.deep.equal(['closed', 'closed', 'open']);
  });

  it('keeps the old session for an owner that moves a moment later: both get each call once', () => {
    const other = rig.subscribe('b', ['x'], to('old'));
    other.subscription.unsubscribe();
    const a = redeploy('new');
    ring('1.1');
    expect(states(), 'while the other owner is expected back').to.deep.equal(['open']);
    const b = rig.subscribe('b', ['x'], to('new'));
    ring('1.2');
    settle();
    ring('1.3');
    expect([idsOf(a), idsOf(b)]).to.deep.equal([
      ['1.1', '1.2', '1.3'],
      ['1.1', '1.2', '1.3'],
    ]);
    expect(states()).to.deep.equal(['closed', 'open']);
  });

  it('delivers the old session’s calls while another owner keeps it, until the new one is ready', () => {
    const other = rig.subscribe('b', ['x'], to('old'));
    const a = redeploy('new');
    transport(1).open();
    transport(1).frame({ type: 'authFailed', reason: 'CONNECTION_EXISTS' });
    ring('1.1');
    expect([idsOf(a), idsOf(other)]).to.deep.equal([['1.1'], ['1.1']]);
    other.subscription.unsubscribe({ removed: true });
    ring('1.2');
    expect(states()).to.deep.equal(['closing', 'discarded']);
    rig.run(2_000);
    ring('1.3');
    expect([idsOf(a), idsOf(other)]).to.deep.equal([['1.1', '1.2', '1.3'], ['1.1']]);
  });

  it('leaves nothing behind when the owner is removed during the change', () => {
    const after = redeploy('new');
    after.subscription.unsubscribe({ removed: true });
    ring('1.1');
    expect(rig.leftovers).to.deep.equal(NOTHING);
    expect([states(), idsOf(after)]).to.deep.equal([['discarded'], []]);
  });

  it('ends the session of an agent that the owner has no longer at once, and drops what was held for it', () => {
    before = rig.subscribe('a', ['x', 'y'], to('old'));
    settle();
    before.subscription.unsubscribe();
    rig.pbx.call('id-y', '2.1');
    ring('1.1');
    const after = rig.subscribe('a', ['x'], to('new'));
    expect(states()).to.deep.equal(['closing', 'discarded']);
    expect(idsOf(after)).to.deep.equal(['1.1']);
  });

  it('counts a call that rang before the change as rung', () => {
    ring('1.1');
    const after = redeploy('new');
    ring('1.1');
    expect(after.events).to.have.length(1);
    expect(after.events[0]).to.deep.include({ firstRing: false });
  });

  it('keeps no process alive once the owner is away', () => {
    const after = redeploy('new');
    settle();
    after.subscription.unsubscribe();
    expect([rig.alive, rig.pbx.live.length]).to.deep.equal([0, 1]);
  });

  it('moves thousands of agents at once', () => {
    const agents = Array.from({ length: 3_000 }, (_, index) => `n${index}`);
    before = rig.subscribe('many', agents, to('old'));
    settle();
    before.subscription.unsubscribe();
    const after = rig.subscribe('many', agents, to('new'));
    settle();
    expect(after.subscription.status.connected).to.equal(3_000);
    expect(rig.pbx.live).to.have.length(3_001);
  }).timeout(20_000);
});
