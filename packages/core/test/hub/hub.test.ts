import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { reasonsOf } from '../../src/hub/subscription.ts';
import { HubRig, idsOf, NOTHING, type Owner } from '../support/hub-rig.ts';

describe('hub', () => {
  let rig: HubRig;
  beforeEach(() => {
    rig = new HubRig();
  });

  it('two owners of one agent share one session, and each gets every call once', () => {
    const a = rig.subscribe('a', ['x']);
    const b = rig.subscribe('b', ['x']);
    rig.pbx.settle();
    expect(rig.pbx.transports).to.have.length(1);
    for (let i = 0; i < 50; i++) rig.pbx.call('id-x', `1.${i}`);
    const all = Array.from({ length: 50 }, (_, i) => `1.${i}`);
    expect(idsOf(a)).to.deep.equal(all);
    expect(idsOf(b)).to.deep.equal(all);
    expect(a.events[0]).not.to.equal(b.events[0]);
  });

  it('counts references: the session ends with its last user', () => {
    const a = rig.subscribe('a', ['x']);
    const b = rig.subscribe('b', ['x']);
    rig.pbx.settle();
    a.subscription.unsubscribe({ removed: true });
    expect(rig.pbx.sessionsOf('id-x')).to.have.length(1);
    rig.pbx.call('id-x', '1.1');
    expect([idsOf(a), idsOf(b)]).to.deep.equal([[], ['1.1']]);
    b.subscription.unsubscribe({ removed: true });
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('separates sessions by server, certificate choice and TLS material', () => {
    const servers = [
      {},
      { url: 'wss://other.example:1' },
      { allowUnauthorizedCerts: true },
      { tls: { ca: 'PEM' } },
      { tls: { servername: 'pbx.example' } },
    ];
    servers.forEach((server, i) => rig.subscribe(`owner ${i}`, ['x'], { server }));
    expect(rig.hub.sessionCount).to.equal(servers.length);
    rig.subscribe('again', ['x'], { server: { url: ' WSS://CLIENT.voipit.ro:14327/ ' } });
    expect(rig.hub.sessionCount).to.equal(servers.length);
  });

  it('tells a new subscription the state of a session that is already connected', () => {
    rig.subscribe('a', ['x']);
    rig.pbx.settle();
    const b = rig.subscribe('b', ['x'], { filter: { events: ['agentConnected', 'agentDisconnected'] } });
    expect(b.events.map(({ event }) => event)).to.deep.equal(['agentConnected']);
    expect(b.subscription.status).to.include({ connected: 1, total: 1 });
  });

  it('reports the start and the end of an outage, not each failed attempt', () => {
    const a = rig.subscribe('a', ['x'], { filter: { events: ['agentConnected', 'agentDisconnected'] } });
    rig.pbx.settle();
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    rig.pbx.live[0]?.fail();
    rig.run(300_000);
    rig.pbx.refused.clear();
    rig.run(60_000);
    expect(a.events.map((e) => [e.event, 'reason' in e ? e.reason : ''])).to.deep.equal([
      ['agentConnected', null],
      ['agentDisconnected', 'CONNECTION_LOST'],
      ['agentConnected', null],
    ]);
  });

  it('counts the agents that are connected', () => {
    const a = rig.subscribe('a', ['x', 'y', 'z']);
    rig.pbx.refused.set('id-y', 'ID_NOT_FOUND');
    rig.pbx.settle();
    expect(a.subscription.status).to.include({ connected: 2, total: 3 });
    rig.pbx.sessionsOf('id-x')[0]?.fail();
    expect(a.subscription.status.connected).to.equal(1);
    const again = rig.subscribe('a', ['z', 'w']);
    expect(again.subscription.status).to.include({ connected: 1, total: 2 });
    rig.pbx.settle();
    expect(again.subscription.status.connected).to.equal(2);
    again.subscription.unsubscribe({ removed: true });
    expect(again.subscription.status).to.include({ connected: 0, total: 0 });
  });

  it('gives the reason of each agent that is not connected, by label', () => {
    const a = rig.subscribe('a', ['x', 'y']);
    rig.pbx.refused.set('id-y', 'IP_MISSMATCH');
    rig.pbx.settle();
    const reasons = reasonsOf(a.subscription.status).map(({ label, reason }) => [label, reason.code]);
    expect(reasons).to.deep.equal([['y', 'IP_MISSMATCH']]);
  });

  it('resolves firstOutcome when each agent has become ready or failed', async () => {
    rig.pbx.refused.set('id-y', 'CONNECTION_EXISTS');
    const a = rig.subscribe('a', ['x', 'y']);
    let resolved = false;
    const outcome = a.subscription.firstOutcome.then((status) => {
      resolved = true;
      return status;
    });
    await Promise.resolve();
    expect(resolved).to.equal(false);
    rig.pbx.settle();
    expect(reasonsOf(await outcome).map(({ reason }) => reason.code)).to.deep.equal(['CONNECTION_EXISTS']);
  });

  it('resolves firstOutcome when asked late, and when the subscription ends first', async () => {
    const a = rig.subscribe('a', ['x', 'y']);
    rig.pbx.settle();
    expect(await a.subscription.firstOutcome).to.include({ connected: 2, total: 2 });
    const { subscription } = rig.subscribe('b', ['z']);
    const asked = subscription.firstOutcome;
    subscription.unsubscribe({ removed: true });
    expect(await asked).to.include({ connected: 0, total: 1 });
    expect((await subscription.firstOutcome).connected).to.equal(0);
  });

  it('treats an agent that is given twice as one, with its last label', () => {
    const agents = ['x', 'y', 'again'].map((label, i) => ({ label, idCrm: `id-${i % 2}` }));
    const a = rig.subscribe('a', [], { agents });
    rig.pbx.settle();
    expect(a.subscription.status.agents.map(({ label }) => label)).to.deep.equal(['again', 'y']);
    rig.pbx.call('id-0', '1.1');
    expect(a.events.map(({ agent }) => agent.label)).to.deep.equal(['again']);
  });

  it('a new subscription ends the backoff of a session that others use', () => {
    rig.pbx.refused.set('id-x', 'IP_MISSMATCH');
    rig.subscribe('a', ['x']);
    for (let i = 0; i < 12; i++) {
      rig.pbx.settle();
      if (i < 11) rig.clock.advance(300_000);
    }
    rig.clock.advance(1_000);
    const before = rig.pbx.transports.length;
    rig.pbx.refused.clear();
    const b = rig.subscribe('b', ['x']);
    rig.clock.advance(0);
    rig.pbx.settle();
    expect(rig.pbx.transports).to.have.length(before + 1);
    expect(b.subscription.status.connected).to.equal(1);
  });

  for (const [what, options, code] of [
    ['no agent', { agents: [] }, 'INVALID_CREDENTIAL'],
    ['a bad address', { server: { url: 'http://x' } }, 'INVALID_URL'],
    ['a bad country', { country: 'Romania' }, 'INVALID_PARAMETER'],
    ['a bad filter', { filter: { numbers: '/(/' } }, 'INVALID_PARAMETER'],
  ] as const) {
    it(`refuses ${what} and changes nothing`, () => {
      const a = rig.subscribe('a', ['x']);
      rig.pbx.settle();
      expect(() => rig.subscribe('a', ['x'], options))
        .to.throw(AccoladesError)
        .with.property('code', code);
      rig.pbx.call('id-x', '1.1');
      expect(idsOf(a)).to.deep.equal(['1.1']);
      expect(rig.hub.sessionCount).to.equal(1);
    });
  }

  it('an owner whose callbacks throw does not affect the others', () => {
    const bad = rig.subscribe('bad', ['x'], {
      onEvent: () => {
        throw new Error('broken flow');
      },
      onStatus: () => {
        throw new Error('broken status');
      },
    });
    const good = rig.subscribe('good', ['x']);
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-x', '1.2');
    expect(idsOf(good)).to.deep.equal(['1.1', '1.2']);
    expect(bad.reports).to.deep.equal(['failedOwner', 'failedOwner']);
  });

  it('marks the first ring per subscription', () => {
    const a = rig.subscribe('a', ['x', 'y']);
    const b = rig.subscribe('b', ['y']);
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-y', '1.1');
    const rings = (owner: Owner): unknown[] =>
      owner.events.map((e) => ('firstRing' in e ? e.firstRing : null));
    expect(rings(a)).to.deep.equal([true, false]);
    expect(rings(b)).to.deep.equal([true]);
    // A hunting queue rings the same agents again.
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-y', '1.1');
    expect(rings(a)).to.deep.equal([true, false, false, false]);
    expect(rings(b)).to.deep.equal([true, false]);
  });

  it('counts the ring of an internal call as the first, although the caller’s event had the same id', () => {
    const owner = rig.subscribe('a', ['x', 'y'], {
      filter: { events: ['incomingCall'], firstRingOnly: true },
    });
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1', { type: 'outgoingCall' });
    rig.pbx.call('id-y', '1.1');
    expect(idsOf(owner)).to.deep.equal(['1.1']);
  });

  it('gives the ids of the agent with each event once they are known, and the texts when asked', () => {
    const a = rig.subscribe('a', ['x'], { includeConfiguration: true });
    const b = rig.subscribe('b', ['x']);
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1');
    expect(a.events[0]?.agent).to.deep.equal({ label: 'x', id: '321', phoneId: '27', accountId: '15' });
    expect(a.events[0]).to.have.nested.property('configuration.agent.id', '321');
    expect(b.events[0]).not.to.have.property('configuration');
  });

  it('gives each owner a copy of the texts, also of those that agents share', () => {
    const owner = rig.subscribe('a', ['x', 'y'], { includeConfiguration: true });
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1');
    const [first] = owner.events;
    if (first === undefined || !('configuration' in first)) throw new Error('There is no configuration.');
    Object.assign(first.configuration?.account ?? {}, { data: 'changed by a flow' });
    rig.pbx.call('id-x', '1.2');
    rig.pbx.call('id-y', '1.3');
    expect(owner.events).to.have.length(3);
    for (const event of owner.events.slice(1)) {
      expect(event).to.have.deep.nested.property('configuration.account', { id: '15', data: '' });
    }
  });

  it('asks over the live session, by label', async () => {
    const a = rig.subscribe('a', ['x', 'y']);
    rig.pbx.settle();
    const asked = a.subscription.requestVersion('y');
    rig.pbx.settle();
    expect(await asked).to.equal('1.1.0');
    for (const label of [undefined, 'nobody']) {
      const error: unknown = await a.subscription.requestVersion(label).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(AccoladesError).with.property('code', 'INVALID_PARAMETER');
    }
    a.subscription.unsubscribe();
    const error: unknown = await a.subscription.requestVersion('x').catch((e: unknown) => e);
    expect(error).to.be.instanceOf(AccoladesError).with.property('code', 'SESSION_CLOSED');
  });

  describe('startPaused', () => {
    it('holds events until resume, then delivers them in order, once', () => {
      const a = rig.subscribe('a', ['x'], { startPaused: true });
      rig.pbx.settle();
      for (let i = 0; i < 10; i++) rig.pbx.call('id-x', `1.${i}`);
      expect(a.events).to.deep.equal([]);
      a.subscription.resume();
      a.subscription.resume();
      rig.pbx.call('id-x', '1.10');
      expect(idsOf(a)).to.deep.equal(Array.from({ length: 11 }, (_, i) => `1.${i}`));
    });

    it('shows the status meanwhile', () => {
      const a = rig.subscribe('a', ['x'], { startPaused: true });
      rig.pbx.settle();
      expect(a.statuses.at(-1)).to.include({ connected: 1 });
    });
  });

  it('connects a new agent before thousands that are refused and retry', () => {
    const rig = new HubRig({ connectsPerSecond: 50 });
    const absent = Array.from({ length: 3_000 }, (_, index) => `n${index}`);
    for (const label of absent) rig.pbx.refused.set(`id-${label}`, 'ID_NOT_FOUND');
    rig.subscribe('many', absent);
    for (let second = 0; second < 120; second++) {
      rig.clock.advance(1_000);
      rig.pbx.settle();
    }
    const { subscription } = rig.subscribe('newcomer', ['x']);
    rig.clock.advance(1_000);
    rig.pbx.settle();
    expect(subscription.status.connected).to.equal(1);
    rig.hub.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  }).timeout(20_000);

  it('close ends everything at once, and may be repeated', () => {
    rig.subscribe('a', ['x', 'y']);
    rig.subscribe('b', ['y']).subscription.unsubscribe();
    rig.pbx.settle();
    rig.hub.close();
    rig.hub.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
    rig.clock.advance(3_600_000);
    expect(rig.pbx.live).to.deep.equal([]);
  });

  it('counts 10,000 agents of one owner without going through all of them at each change', () => {
    const agents = Array.from({ length: 10_000 }, (_, i) => `agent ${i}`);
    const began = performance.now();
    const a = rig.subscribe('a', agents, { onStatus: () => undefined });
    rig.pbx.settle();
    expect(a.subscription.status.connected).to.equal(10_000);
    // Quadratic counting took minutes here.
    expect(performance.now() - began).to.be.below(8_000);
  }).timeout(20_000);
});
