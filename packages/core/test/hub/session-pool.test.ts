import { expect } from 'chai';
import { SessionPool } from '../../src/hub/session-pool.ts';
import type { AgentConfiguration } from '../../src/protocol/messages.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakePbx } from '../support/fake-pbx.ts';

describe('session pool', () => {
  const FIRM = { id: '15', data: 'the firm' };
  let pbx: FakePbx;
  let pool: SessionPool;
  beforeEach(() => {
    pbx = new FakePbx();
    const clock = new FakeClock();
    const admit = (go: () => void): { stop(): void } => {
      go();
      return { stop: () => undefined };
    };
    pool = new SessionPool({ clock, random: () => 0.5, connect: pbx.connect, admit });
  });

  const AGENTS = ['1', '2', '3'];

  /** The configurations that the agents' sessions keep when the server reports these accounts. */
  const configured = (...accounts: (typeof FIRM | null)[]): (AgentConfiguration | null)[] => {
    const sessions = AGENTS.map((idCrm) => pool.sessionOf({}, idCrm));
    for (const shared of sessions) pool.start(shared);
    pbx.settle();
    accounts.forEach((account, index) => {
      const id = AGENTS[index] ?? '';
      const agent = { id, data: `I am ${id}` };
      for (const transport of pbx.sessionsOf(id)) transport.frame({ type: 'configuration', account, agent });
    });
    return sessions.map(({ session }) => session.configuration);
  };

  it('gives an agent one session for the same server, however the address is written', () => {
    const shared = pool.sessionOf({}, 'x');
    expect(pool.sessionOf({ url: ' WSS://CLIENT.voipit.ro:14327/ ' }, 'x')).to.equal(shared);
    expect(pool.sessionOf({ url: 'wss://other.example:1' }, 'x')).not.to.equal(shared);
    expect(pool.size).to.equal(2);
  });

  it('keeps the account’s text once for all agents of the account, and the agent’s own for each', () => {
    const [first, second] = configured({ ...FIRM }, { ...FIRM });
    expect(second?.account).to.equal(first?.account);
    expect(second).to.deep.equal({ account: FIRM, phone: null, agent: { id: '2', data: 'I am 2' } });
  });

  for (const other of [{ ...FIRM, data: 'a new text' }, { ...FIRM, id: '16' }, null]) {
    it(`keeps ${JSON.stringify(other)} apart from another account`, () => {
      expect(configured({ ...FIRM }, other)[1]?.account).to.deep.equal(other);
    });
  }

  it('shares an account’s new text with all agents that report it after the change', () => {
    const [, second, third] = configured({ ...FIRM, data: 'old' }, { ...FIRM }, { ...FIRM });
    expect(third?.account).to.equal(second?.account);
  });
});
