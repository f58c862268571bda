import { expect } from 'chai';
import { CommonAccount } from '../../src/hub/common-account.ts';
import type { AgentConfiguration } from '../../src/protocol/messages.ts';

const of = (account: AgentConfiguration['account'], agent: string): AgentConfiguration => ({
  account,
  phone: null,
  agent: { id: agent, data: `I am ${agent}` },
});

describe('the account that agents have in common', () => {
  it('is one object for agents of the same account, who keep what is theirs', () => {
    const common = new CommonAccount();
    const first = common.in(of({ id: '15', data: 'the firm' }, '1'));
    const second = common.in(of({ id: '15', data: 'the firm' }, '2'));
    expect(second.account).to.equal(first.account);
    expect([first, second]).to.deep.equal([
      of({ id: '15', data: 'the firm' }, '1'),
      of({ id: '15', data: 'the firm' }, '2'),
    ]);
  });

  for (const other of [
    { id: '15', data: 'a new text' },
    { id: '16', data: 'the firm' },
    { id: null, data: 'the firm' },
    null,
  ]) {
    it(`is not that of an agent with ${JSON.stringify(other)}`, () => {
      const common = new CommonAccount();
      common.in(of({ id: '15', data: 'the firm' }, '1'));
      expect(common.in(of(other, '2'))).to.deep.equal(of(other, '2'));
    });
  }

  it('with a new text is the new one for all who come after', () => {
    const common = new CommonAccount();
    common.in(of({ id: '15', data: 'old' }, '1'));
    const second = common.in(of({ id: '15', data: 'new' }, '2'));
    expect(common.in(of({ id: '15', data: 'new' }, '3')).account).to.equal(second.account);
  });
});
