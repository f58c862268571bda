import { expect } from 'chai';
import { checkAgents, failuresByReason, type AgentCheck } from '../../src/hub/agent-check.ts';
import { HubRig } from '../support/hub-rig.ts';

describe('the connection test', () => {
  const SERVER = { url: 'wss://pbx.example:1' };

  /** Lets time pass until the check is over. */
  async function run(rig: HubRig, check: Promise<AgentCheck>, stepMs = 100): Promise<AgentCheck> {
    let result: AgentCheck | undefined;
    void check.then((checked) => (result = checked));
    for (let steps = 0; result === undefined && steps < 2_000; steps++) {
      rig.run(stepMs, stepMs);
      await Promise.resolve();
      await Promise.resolve();
    }
    if (result === undefined) throw new Error('The check did not end.');
    return result;
  }

  it('tells of 300 agents who are logged out that they are, though the first ones are connecting again', async () => {
    const rig = new HubRig({ connectsPerSecond: 50 });
    const agents = Array.from({ length: 300 }, (_, at) => ({ label: `a${at}`, idCrm: `agent${at}` }));
    for (const { idCrm } of agents) rig.pbx.refused.set(idCrm, 'ID_NOT_FOUND');
    const told: number[] = [];
    const check = checkAgents(agents, SERVER, {
      hub: rig.hub,
      clock: rig.clock,
      onProgress: ({ done, failed, total }) => {
        expect({ failed, total }).to.deep.equal({ failed: done, total: 300 });
        told.push(done);
      },
    });
    const { agents: checked } = await run(rig, check);
    expect(told.at(-1)).to.equal(300);
    expect(told).to.deep.equal([...new Set(told)].sort((a, b) => a - b));
    expect(checked.map(({ failure }) => failure?.code)).to.deep.equal(agents.map(() => 'ID_NOT_FOUND'));
    expect(rig.hub.sessionCount).to.equal(0);
  });

  it('tells what there is after its limit, and ends', async () => {
    const rig = new HubRig();
    rig.pbx.answering = false;
    const agents = [{ label: 'x', idCrm: 'agent1' }];
    const { agents: checked } = await run(
      rig,
      checkAgents(agents, SERVER, { hub: rig.hub, clock: rig.clock, limitMs: 1_000 }),
    );
    expect(checked.map(({ failure }) => failure?.code)).to.deep.equal(['CONNECT_TIMEOUT']);
    expect(rig.hub.sessionCount).to.equal(0);
  });

  it('does not take the reason of an earlier attempt for an outcome', async () => {
    const rig = new HubRig();
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    rig.subscribe('live', ['x', 'y']);
    rig.pbx.settle();
    rig.pbx.refused.clear();
    const agents = ['y', 'x', 'z'].map((label) => ({ label, idCrm: `id-${label}` }));
    const { agents: checked } = await run(
      rig,
      checkAgents(agents, SERVER, { hub: rig.hub, clock: rig.clock }),
    );
    expect(checked.map(({ failure }) => failure)).to.deep.equal([null, null, null]);
    expect(checked.map(({ wasConnected }) => wasConnected)).to.deep.equal([false, false, false]);
  });

  it('identifies one agent when it is asked to', async () => {
    const rig = new HubRig();
    const agents = [{ label: 'x', idCrm: 'agent1' }];
    const options = { hub: rig.hub, clock: rig.clock };
    const asked = await run(rig, checkAgents(agents, SERVER, { ...options, identify: true }));
    expect(asked.ids).to.deep.equal({ agent: '321', phone: '27', account: '15' });
    expect((await run(rig, checkAgents(agents, SERVER, options))).ids).to.equal(null);
  });

  it('says that this process itself holds the agent when it does, under another address', async () => {
    const rig = new HubRig();
    rig.subscribe('live', ['x'], { server: { url: 'ws://localhost:1' } });
    rig.pbx.settle();
    rig.pbx.refused.set('id-x', 'CONNECTION_EXISTS');
    const check = (url: string): Promise<AgentCheck> =>
      run(rig, checkAgents([{ label: 'x', idCrm: 'id-x' }], { url }, { hub: rig.hub, clock: rig.clock }));
    const { agents: elsewhere } = await check('ws://127.0.0.1:1');
    expect(elsewhere.map(({ failure }) => failure?.code)).to.deep.equal(['HELD_HERE']);
    const { agents: shared } = await check('ws://localhost:1');
    expect(shared.map(({ failure }) => failure)).to.deep.equal([null]);
  });

  it('groups the agents that failed by reason, the most common reason first', async () => {
    const rig = new HubRig();
    rig.pbx.refused.set('id-a', 'CONNECTION_EXISTS');
    for (const idCrm of ['id-c', 'id-d']) rig.pbx.refused.set(idCrm, 'ID_NOT_FOUND');
    const agents = ['a', 'b', 'c', 'd'].map((label) => ({ label, idCrm: `id-${label}` }));
    const { agents: checked } = await run(
      rig,
      checkAgents(agents, SERVER, { hub: rig.hub, clock: rig.clock }),
    );
    const groups = failuresByReason(checked, ({ failure }) => failure?.code ?? null);
    expect(groups.map((group) => [group.reason, group.agents.map(({ agent }) => agent.label)])).to.deep.equal(
      [
        ['ID_NOT_FOUND', ['c', 'd']],
        ['CONNECTION_EXISTS', ['a']],
      ],
    );
  });
});
