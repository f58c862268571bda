import { expect } from 'chai';
import { SecretStore, SECRET_FRESH_MS } from '../../nodes/AccoladesWebhookTrigger/secret-store.ts';

describe('The secrets that the n8n webhook trigger has read', () => {
  let now: number;
  let store: SecretStore;

  beforeEach(() => {
    now = 1_000;
    store = new SecretStore(() => now);
  });

  it('are fresh for a while, and known afterwards', async () => {
    expect(store.recall('node')).to.equal(null);
    expect(await store.read('node', () => Promise.resolve('first'))).to.equal('first');
    now += SECRET_FRESH_MS - 1;
    expect(store.recall('node')).to.deep.equal({ secret: 'first', isFresh: true });
    now += 1;
    expect(store.recall('node')).to.deep.equal({ secret: 'first', isFresh: false });
    expect(store.recall('another node')).to.equal(null);
  });

  it('are as old as the beginning of their reading', async () => {
    await store.read('node', () => {
      now += SECRET_FRESH_MS;
      return Promise.resolve('first');
    });
    expect(store.recall('node')).to.deep.equal({ secret: 'first', isFresh: false });
  });

  it('are read once for all who ask meanwhile, and stay known till then', async () => {
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
});
