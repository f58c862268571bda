import { setImmediate } from 'node:timers/promises';
import { AccoladesError } from '@accolades-flow/core';
import { expect } from 'chai';
import { RENEWAL_PAUSES_MS, SecretStore, SECRET_FRESH_MS } from '../../nodes/shared/webhook/secret-store.ts';
import { FakeClock } from '../../packages/core/test/support/fake-clock.ts';

describe('The secrets that the n8n webhook trigger has read', () => {
  let clock: FakeClock;
  let store: SecretStore;

  beforeEach(() => {
    clock = new FakeClock();
    store = new SecretStore(clock);
  });

  /** Completes failing reads and their pauses until a read succeeds. @returns the pauses */
  const passPauses = async (): Promise<number[]> => {
    const pauses: number[] = [];
    for (;;) {
      await setImmediate();
      const { untilNext } = clock;
      if (untilNext === null) return pauses;
      pauses.push(untilNext);
      clock.advance(untilNext);
    }
  };

  const failing = (times: number, error: Error) => {
    let left = times;
    return () => (left-- > 0 ? Promise.reject(error) : Promise.resolve('second'));
  };

  it('are fresh for a while, and known afterwards', async () => {
    expect(store.recall('node')).to.equal(null);
    expect(await store.read('node', () => Promise.resolve('first'))).to.equal('first');
    clock.advance(SECRET_FRESH_MS - 1);
    expect(store.recall('node')).to.deep.equal({ secret: 'first', isFresh: true });
    clock.advance(1);
    expect(store.recall('node')).to.deep.equal({ secret: 'first', isFresh: false });
    expect(store.recall('another node')).to.equal(null);
  });

  it('are as old as the beginning of their reading', async () => {
    await store.read('node', () => {
      clock.advance(SECRET_FRESH_MS);
      return Promise.resolve('first');
    });
    expect(store.recall('node')).to.deep.equal({ secret: 'first', isFresh: false });
  });

  it('are read once for all concurrent callers, and stay cached meanwhile', async () => {
    await store.read('node', () => Promise.resolve('first'));
    let finish: (secret: string) => void = () => undefined;
    const slow = store.read('node', () => new Promise<string>((resolve) => (finish = resolve)));
    const second = store.read('node', () => Promise.reject(new Error('It is being read.')));
    expect(store.recall('node')).to.include({ secret: 'first' });
    finish('second');
    expect(await Promise.all([slow, second])).to.deep.equal(['second', 'second']);
    expect(store.recall('node')).to.include({ secret: 'second' });
  });

  it('are forgotten when they cannot be read any more, and on demand', async () => {
    await store.read('node', () => Promise.resolve('first'));
    const failed: unknown = await store
      .read('node', () => Promise.reject(new Error('The credential was deleted.')))
      .catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
    expect(store.recall('node')).to.equal(null);
    await store.read('node', () => Promise.resolve('second'));
    store.forget('node');
    expect(store.recall('node')).to.equal(null);
  });

  it('are renewed when the database answers again', async () => {
    const renewing = store.renew(
      'node',
      failing(RENEWAL_PAUSES_MS.length, new Error('The database is away.')),
    );
    expect(await passPauses()).to.deep.equal(RENEWAL_PAUSES_MS);
    expect(await renewing).to.equal('second');
    expect(store.recall('node')).to.include({ secret: 'second' });
  });

  it('are not renewed without end, nor when they are read but not valid', async () => {
    const failure = (error: Error, times: number): Promise<unknown> =>
      store.renew('node', failing(times, error)).catch((reason: unknown) => reason);
    const away = new Error('The database is away.');
    const givenUp = failure(away, RENEWAL_PAUSES_MS.length + 1);
    expect(await passPauses()).to.deep.equal(RENEWAL_PAUSES_MS);
    expect(await givenUp).to.equal(away);
    const invalid = new AccoladesError('INVALID_CREDENTIAL');
    const refused = failure(invalid, 1);
    expect(await passPauses()).to.deep.equal([]);
    expect(await refused).to.equal(invalid);
  });
});
