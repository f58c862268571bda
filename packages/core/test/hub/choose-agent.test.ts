import { expect } from 'chai';
import { chooseAgent } from '../../src/hub/choose-agent.ts';

const agentOf = (label: string): { label: string; idCrm: string } => ({ label, idCrm: `id-${label}` });
const ONE = [agentOf('Front desk')];
const SEVERAL = [agentOf('Front desk'), agentOf('102')];

describe('The choice of an agent', () => {
  const choose = (agents: typeof ONE, label: unknown): [string | null, string | null] => {
    const { agent, wanted } = chooseAgent(agents, label);
    return [agent?.label ?? null, wanted];
  };

  it('takes the only agent when no label is given', () => {
    for (const none of [undefined, null, '', '  ']) {
      expect(choose(ONE, none)).to.deep.equal(['Front desk', null]);
      expect(choose(SEVERAL, none)).to.deep.equal([null, null]);
    }
  });

  it('finds an agent by its label, as text or as a number, with spaces around it', () => {
    expect(choose(SEVERAL, ' Front desk ')).to.deep.equal(['Front desk', 'Front desk']);
    expect(choose(SEVERAL, 102)).to.deep.equal(['102', '102']);
  });

  it('takes no other agent for a label that does not exist, not even the only one', () => {
    expect(choose(ONE, 'Sales')).to.deep.equal([null, 'Sales']);
    expect(choose(ONE, 'x'.repeat(500))).to.deep.equal([null, 'x'.repeat(100)]);
    expect(choose(ONE, { label: 'Front desk' })).to.deep.equal([null, 'object']);
    expect(choose(ONE, false)).to.deep.equal([null, 'boolean']);
  });
});
