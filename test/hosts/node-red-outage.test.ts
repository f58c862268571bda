import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { arrayFrom, objectFrom } from '../../hosts/guards.ts';
import { agentNode, flowNode, tab } from './flow-nodes.ts';
import { NodeRedRig } from './node-red-rig.ts';

const COUNT = 300;
const ID_CRMS = Array.from({ length: COUNT }, (_, index) => `e${(0xabcdef000 + index * 7919).toString(16)}`);

describe('An outage of many agents in a real Node-RED', function () {
  this.timeout(180_000);
  let simulator: Simulator;
  let rig: NodeRedRig;

  before(async () => {
    simulator = await createSimulator({ agents: ID_CRMS.map((idCrm) => ({ idCrm, name: idCrm })) });
    rig = await NodeRedRig.start();
    const list = ID_CRMS.map((idCrm, index) => `Agent ${index + 1}=${idCrm}`).join('\n');
    await rig.deploy([
      tab('a'),
      agentNode('agent', simulator.url, list),
      flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [[]]),
    ]);
    await allConnected();
  });
  after(async () => {
    await rig.expectNoSecret(ID_CRMS);
    await rig.stop();
    await simulator.close();
  });

  const status = (fill: string, text: string) =>
    rig.client.waitForStatus('calls', (now) => now.fill === fill && now.text === text, 90_000);
  const allConnected = () => status('green', `${COUNT}/${COUNT} connected`);
  const agents = async () => {
    const answer = objectFrom(await rig.client.get('/accolades-agent/agent/agents'), 'the states');
    return arrayFrom(answer['agents'], 'the agents').map((agent) => objectFrom(agent, 'an agent'));
  };
  /** The lines of the call node's log from a position on. */
  const linesSince = (from: number): string[] =>
    rig.host
      .output()
      .slice(from)
      .split('\n')
      .filter((line) => line.includes('[accolades-call:'));

  const isBack = (line: string) => /: connected\.$/.test(line.trim());
  const outagesSince = (from: number) => linesSince(from).filter((line) => !isBack(line));

  it('of the server turns the status red with the reason, and is one line in the log', async () => {
    const from = rig.host.output().length;
    await simulator.stop();
    await status('red', 'connection refused');
    const states = await waitUntil(
      'the attempts of all agents',
      async () => {
        const all = await agents();
        return all.every(({ code }) => code === 'CONNECTION_REFUSED') && all;
      },
      { deadlineMs: 60_000 },
    );
    expect(states).to.have.lengthOf(COUNT);
    expect(new Set(states.map(({ state }) => state))).to.deep.equal(new Set(['waiting']));
    await simulator.start();
    await allConnected();
    await waitUntil('the line of the end', () => linesSince(from).some(isBack), {
      deadlineMs: 30_000,
      details: () => linesSince(from).join('\n'),
    });
    const outages = outagesSince(from);
    expect(outages, outages.join('\n')).to.have.lengthOf(1);
    expect(outages[0]).to.match(/300 agents are not connected\. .+ They are: Agent \d+, .+ 295/);
  });

  it('because all are logged out turns the status red with that reason, named before the agents', async () => {
    const from = rig.host.output().length;
    for (const idCrm of ID_CRMS) simulator.logout(idCrm);
    await status('red', '0/300 agent offline');
    // Agents that were connected for less than a minute try again later, and are reported later.
    const line = await waitUntil(
      'a line with the reason',
      () => outagesSince(from).find((one) => one.includes('no logged-in agent')),
      { deadlineMs: 60_000, details: () => linesSince(from).join('\n') },
    );
    expect(line).to.match(/\d+ agents are not connected\. .+ They are: Agent \d+, .+ and \d+ more\./);
    expect(outagesSince(from)).to.have.lengthOf.at.most(3);
  });
});
