import { expect } from 'chai';
import { AccoladesError, messageOf } from '../src/errors.ts';

describe('AccoladesError', () => {
  it('knows the errors of a separately loaded copy of the library', async () => {
    const copy: unknown = await import(`../src/errors.ts?copy=${Date.now()}`);
    if (typeof copy !== 'object' || copy === null || !('AccoladesError' in copy))
      throw new Error('No copy was loaded.');
    const Other = copy.AccoladesError;
    if (typeof Other !== 'function') throw new Error('The copy is something else.');
    expect(Other).not.to.equal(AccoladesError);
    const foreign: unknown = Reflect.construct(Other, ['ID_NOT_FOUND']);
    expect(foreign instanceof AccoladesError).to.equal(true);
  });

  it('finds a text for whatever was thrown', () => {
    const unspeakable: unknown = Object.create(null);
    expect([messageOf(new Error('a')), messageOf('b'), messageOf(null)]).to.deep.equal(['a', 'b', 'null']);
    expect(messageOf(unspeakable)).to.contain('no text');
  });

  it('knows no other error', () => {
    for (const other of [new Error('x'), null, undefined, 'x', { code: 'ID_NOT_FOUND' }]) {
      expect(other instanceof AccoladesError).to.equal(false);
    }
  });
});
