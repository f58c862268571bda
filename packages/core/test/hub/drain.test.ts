import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import type { FakeTransport } from '../support/fake-transport.ts';
import { HubRig, idsOf, NOTHING, type Owner } from '../support/hub-rig.ts';

describe('a subscription that drains', () => {
  let rig: HubRig;
  let over: string[];
  beforeEach(() => {
    rig = new HubRig();
    over = [];
  });
  afterEach(() => {
    rig.hub.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  const subscribe = (owner: string, agents = ['x']): Owner => {
    const subscribed = rig.subscribe(owner, agents);
    rig.pbx.settle();
    return subscribed;
  };
  const to = (path: string) => ({ server: { url: `wss://pbx.example/${path}` } });
  const subscribeBy = (path: string): Owner => {
    const subscribed = rig.subscribe('a', ['x'], to(path));
    if (path === 'old') rig.pbx.settle();
    return subscribed;
  };
  const drain = (owner: Owner, name = 'drained'): void => {
    void owner.subscription.drain().then(() => over.push(name));
  };
  const states = (): string[] => rig.pbx.transports.map(({ state }) => state);
  const transport = (index = 0): FakeTransport => {
    const found = rig.pbx.transports[index];
    if (found === undefined) throw new Error(`There is no connection ${index}.`);
    return found;
  };
  /** After pending promises have settled. */
  const told = async (): Promise<string[]> => {
    await Promise.resolve();
    await Promise.resolve();
    return over;
  };

  it('gets the calls that are already in flight, and ends after them', async () => {
    const owner = subscribe('a');
    drain(owner);
    expect([states(), rig.hub.sessionCount]).to.deep.equal([['closing'], 0]);
    rig.pbx.call('id-x', '1.1');
    rig.pbx.call('id-x', '1.2');
    transport().fail();
    expect([idsOf(owner), await told()]).to.deep.equal([['1.1', '1.2'], []]);
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
    expect(await told()).to.deep.equal(['drained']);
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('shares its agent with others that drain: all get the last calls, once', async () => {
    const [a, b] = [subscribe('a'), subscribe('b')];
    drain(a, 'a');
    expect(states(), 'while one still uses it').to.deep.equal(['open']);
    rig.pbx.call('id-x', '1.1');
    drain(b, 'b');
    rig.pbx.call('id-x', '1.2');
    rig.pbx.settle();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
    expect([idsOf(a), idsOf(b)]).to.deep.equal([
      ['1.1', '1.2'],
      ['1.1', '1.2'],
    ]);
    expect(await told()).to.deep.equal(['a', 'b']);
  });

  it('waits for all its agents, a second at most', async () => {
    const owner = subscribe('a', ['x', 'y', 'z']);
    drain(owner);
    transport(0).fail();
    transport(1).fail();
    rig.clock.advance(DEFAULT_TIMINGS.closingMs - 1);
    rig.pbx.call('id-z', '1.1');
    expect([idsOf(owner), await told()]).to.deep.equal([['1.1'], []]);
    rig.clock.advance(1);
    expect([await told(), states()]).to.deep.equal([['drained'], ['closed', 'closed', 'discarded']]);
  });

  it('ends at once when no agent is connected', async () => {
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    drain(subscribe('a'));
    expect([await told(), rig.leftovers]).to.deep.equal([['drained'], NOTHING]);
  });

  it('ends early when it is unsubscribed, and gets nothing more', async () => {
    const [a, b] = [subscribe('a'), subscribe('b')];
    drain(a, 'a');
    drain(b, 'b');
    a.subscription.unsubscribe({ removed: true });
    rig.pbx.call('id-x', '1.1');
    expect([idsOf(a), idsOf(b), await told()]).to.deep.equal([[], ['1.1'], ['a']]);
    b.subscription.unsubscribe({ removed: true });
    expect([await told(), states()]).to.deep.equal([['a', 'b'], ['discarded']]);
  });

  it('leaves the last calls to the same owner when that subscribes again', () => {
    const before = subscribe('a');
    drain(before);
    const after = rig.subscribe('a', ['x']);
    rig.pbx.call('id-x', '1.1');
    expect([idsOf(before), idsOf(after)]).to.deep.equal([[], ['1.1']]);
    transport().fail();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
  });

  it('goes on when another owner, whose server settings changed meanwhile, is removed', async () => {
    const a = rig.subscribe('a', ['x'], to('old'));
    const b = rig.subscribe('b', ['x'], to('old'));
    rig.pbx.settle();
    drain(a);
    b.subscription.unsubscribe();
    const changed = rig.subscribe('b', ['x'], to('new'));
    changed.subscription.unsubscribe({ removed: true });
    rig.pbx.call('id-x', '1.1');
    expect([idsOf(a), states(), await told()]).to.deep.equal([['1.1'], ['closing'], []]);
    transport().fail();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
    expect([await told(), rig.leftovers]).to.deep.equal([['drained'], NOTHING]);
  });

  for (const others of [[], ['b']]) {
    it(`gets the last calls also while its server settings change${others.length > 0 ? ', as others that stay' : ''}`, async () => {
      const owners = ['a', ...others];
      const before = owners.map((owner) => rig.subscribe(owner, ['x'], to('old')));
      rig.pbx.settle();
      for (const { subscription } of before) subscription.unsubscribe();
      const after = owners.map((owner) => rig.subscribe(owner, ['x'], to('new')));
      const [a] = after;
      if (a !== undefined) drain(a);
      rig.pbx.call('id-x', '1.1');
      rig.pbx.call('id-x', '1.2');
      expect(after.map(idsOf)).to.deep.equal(owners.map(() => ['1.1', '1.2']));
      expect(states()).to.deep.equal(['closing']);
      transport().fail();
      rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
      expect(states()).to.deep.equal(others.length > 0 ? ['closed', 'opening'] : ['closed']);
      if (others.length === 0) expect([await told(), rig.leftovers]).to.deep.equal([['drained'], NOTHING]);
    });
  }

  it('ends early while its server settings change, too', () => {
    subscribeBy('old');
    const a = subscribeBy('new');
    drain(a);
    a.subscription.unsubscribe({ removed: true });
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  for (const [who, path] of [
    ['another owner', 'old'],
    ['the same owner', 'old'],
    ['the same owner', 'new'],
  ] as const) {
    it(`lets ${who} that subscribes with ${path} settings meanwhile connect only after its end`, () => {
      const a = rig.subscribe('a', ['x'], to('old'));
      rig.pbx.settle();
      drain(a);
      const next = rig.subscribe(who === 'the same owner' ? 'a' : 'b', ['x'], to(path));
      rig.pbx.call('id-x', '1.1');
      expect(states()).to.deep.equal(['closing']);
      expect([idsOf(a), idsOf(next)]).to.deep.equal([who === 'the same owner' ? [] : ['1.1'], ['1.1']]);
      transport().fail();
      expect(states()).to.deep.equal(['closed']);
      rig.clock.advance(DEFAULT_TIMINGS.releaseMs);
      rig.pbx.settle();
      rig.pbx.call('id-x', '1.2');
      expect([transport(1).sentTypes[0], idsOf(next)]).to.deep.equal(['authRequest', ['1.1', '1.2']]);
      expect(rig.pbx.mostSessionsPerAgent).to.equal(1);
    });
  }

  it('resolves when asked twice, or after its end', async () => {
    const owner = subscribe('a');
    owner.subscription.unsubscribe({ removed: true });
    drain(owner);
    drain(owner);
    expect(await told()).to.deep.equal(['drained', 'drained']);
  });

  it('keeps the process alive until it ends, and leaves the agent to its other users', () => {
    const [a, b] = [subscribe('a'), subscribe('b')];
    drain(a);
    b.subscription.unsubscribe();
    expect(rig.alive).to.equal(1);
    a.subscription.unsubscribe({ removed: true });
    expect([rig.alive, states()]).to.deep.equal([0, ['open']]);
    const again = subscribe('b');
    rig.pbx.call('id-x', '1.1');
    expect([idsOf(a), idsOf(again)]).to.deep.equal([[], ['1.1']]);
  });

  it('leaves the last calls also to an owner that moves to other server settings', () => {
    const before = rig.subscribe('a', ['x'], to('old'));
    const other = rig.subscribe('b', ['x'], to('old'));
    rig.pbx.settle();
    before.subscription.unsubscribe();
    const after = rig.subscribe('a', ['x'], to('new'));
    drain(other);
    other.subscription.unsubscribe({ removed: true });
    rig.pbx.call('id-x', '1.1');
    expect([idsOf(other), idsOf(after), states()]).to.deep.equal([[], ['1.1'], ['closing', 'opening']]);
  });
});
