import { expect } from 'chai';
import { HubRig, idsOf, NOTHING, type Owner } from '../support/hub-rig.ts';

describe('hub, with owners that subscribe or unsubscribe in a callback', () => {
  let rig: HubRig;
  beforeEach(() => {
    rig = new HubRig();
  });

  it('removed and subscribed again during a call: the call is not delivered twice', () => {
    rig.subscribe('other', ['x']);
    const ids: string[] = [];
    const subscribe = (): void => {
      const { subscription } = rig.subscribe('a', ['x'], {
        onEvent: (event) => {
          if (!('uniqueId' in event)) return;
          ids.push(event.uniqueId);
          if (ids.length > 10) return;
          subscription.unsubscribe({ removed: true });
          subscribe();
        },
      });
    };
    subscribe();
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-x', '1.2');
    expect(ids).to.deep.equal(['1.1', '1.2']);
  });

  it('unsubscribed as the last user at a retry: other owners get a new session, not the closed one', () => {
    const rig = new HubRig();
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    let leaves = false;
    const a = rig.subscribe('a', ['x'], {
      onStatus: () => {
        if (leaves) a.subscription.unsubscribe({ removed: true });
      },
    });
    for (let attempt = 0; attempt < 8; attempt++) rig.run(60_000, 1_000);
    leaves = true;
    rig.pbx.refused.clear();
    const b = rig.subscribe('b', ['x']);
    rig.run(2_000);
    rig.pbx.call('id-x', '1.1');
    expect([b.subscription.status.connected, idsOf(b), rig.hub.sessionCount]).to.deep.equal([1, ['1.1'], 1]);
    rig.hub.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('changing the configuration that was requested changes no other copy', async () => {
    const rig = new HubRig();
    const a = rig.subscribe('a', ['x'], { includeConfiguration: true });
    rig.pbx.settle();
    const asked = [a.subscription.requestConfiguration(), a.subscription.requestConfiguration()];
    rig.pbx.settle();
    const [one, other] = await Promise.all(asked);
    Object.assign(one?.account ?? {}, { data: 'changed' });
    rig.pbx.call('id-x', '1.1');
    expect(other?.account?.data).to.equal('');
    expect(a.events.at(-1)).to.have.nested.property('configuration.account.data', '');
    rig.hub.close();
  });

  it('subscribed again during a connection event: notified once', () => {
    const changes: string[] = [];
    const events = { filter: { events: ['agentConnected'] } } as const;
    const b = (): Owner =>
      rig.subscribe('b', ['x'], { ...events, onEvent: ({ event }) => changes.push(event) });
    let again = true;
    rig.subscribe('a', ['x'], {
      ...events,
      onEvent: () => {
        if (again) b();
        again = false;
      },
    });
    b();
    rig.pbx.settle();
    expect(changes).to.deep.equal(['agentConnected']);
  });

  it('a call that arrives while held events are delivered comes last', () => {
    const ids: string[] = [];
    const a = rig.subscribe('a', ['x'], {
      startPaused: true,
      onEvent: (event) => {
        const id = 'uniqueId' in event ? event.uniqueId : '';
        ids.push(id);
        if (id === '1.1') rig.pbx.call('id-x', '1.3');
      },
    });
    rig.pbx.settle();
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-x', '1.2');
    a.subscription.resume();
    expect(ids).to.deep.equal(['1.1', '1.2', '1.3']);
  });

  it('unsubscribed at the first held event: gets no other', () => {
    const first = rig.subscribe('a', ['x']);
    rig.pbx.settle();
    first.subscription.unsubscribe();
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-x', '1.2');
    const ids: string[] = [];
    const second = rig.subscribe('a', ['x'], {
      startPaused: true,
      onEvent: (event) => {
        ids.push('uniqueId' in event ? event.uniqueId : '');
        second.subscription.unsubscribe({ removed: true });
      },
    });
    second.subscription.resume();
    expect(ids).to.deep.equal(['1.1']);
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });
});
