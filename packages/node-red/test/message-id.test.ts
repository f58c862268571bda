import { expect } from 'chai';
import { newMessageId } from '../src/runtime/message-id.ts';

describe('an id of a message', () => {
  it('is of the form that the runtime gives its own, and never the same twice', () => {
    const ids = Array.from({ length: 100_000 }, newMessageId);
    expect(ids.filter((id) => !/^[0-9a-f]{16}$/.test(id))).to.deep.equal([]);
    expect(new Set(ids).size).to.equal(ids.length);
  });
});
