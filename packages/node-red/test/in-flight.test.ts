import { expect } from 'chai';
import { InFlight } from '../src/runtime/in-flight.ts';
import { FakeHooks } from './fake-hooks.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Messages in flight', () => {
  it('are recalled in order, and are not delivered', async () => {
    const hooks = new FakeHooks();
    const inFlight = new InFlight<string>(hooks.api);
    inFlight.sent('id1', 'first');
    inFlight.sent('id2', 'second');
    expect(inFlight.recall()).to.deep.equal(['first', 'second']);
    expect(inFlight.recall()).to.deep.equal([]);
    expect(hooks.lets('id1')).to.equal(false);
    expect(hooks.lets('id2')).to.equal(false);
    expect(hooks.lets('another')).to.equal(true);
    await nextTurn();
    expect(hooks.count).to.equal(0);
  });

  it('are no longer in flight once they were delivered', async () => {
    const hooks = new FakeHooks();
    const inFlight = new InFlight<string>(hooks.api);
    inFlight.sent('id1', 'first');
    await nextTurn();
    expect(inFlight.recall()).to.deep.equal([]);
    expect(hooks.count).to.equal(0);
  });

  it('are recalled when all earlier messages were delivered', async () => {
    const inFlight = new InFlight<string>(new FakeHooks().api);
    inFlight.sent('id1', 'first');
    await nextTurn();
    inFlight.sent('id2', 'second');
    expect(inFlight.recall()).to.deep.equal(['second']);
  });

  it('that were recalled do not count for later messages', async () => {
    const hooks = new FakeHooks();
    const inFlight = new InFlight<string>(hooks.api);
    inFlight.sent('id1', 'first');
    inFlight.recall();
    inFlight.sent('id2', 'second');
    inFlight.sent('id3', 'third');
    expect(inFlight.recall()).to.deep.equal(['second', 'third']);
    await nextTurn();
    inFlight.sent('id4', 'fourth');
    expect(inFlight.recall()).to.deep.equal(['fourth']);
  });

  it('are recalled although earlier messages were delivered', async () => {
    const hooks = new FakeHooks();
    const inFlight = new InFlight<string>(hooks.api);
    inFlight.sent('id1', 'first');
    const between = nextTurn().then(() => inFlight.recall());
    inFlight.sent('id2', 'second');
    expect(await between).to.deep.equal(['second']);
  });

  it('cannot be recalled in a runtime without hooks', () => {
    const inFlight = new InFlight<string>(undefined);
    inFlight.sent('id1', 'first');
    expect(inFlight.recall()).to.deep.equal([]);
  });
});
