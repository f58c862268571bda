import { expect } from 'chai';
import { TestClient, until } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('agents', () => {
  afterEach(closeSimulators);

  it('answers the configuration with the three entities and their texts', async () => {
    const simulator = await testSimulator({
      agents: [
        {
          idCrm: FRONT_DESK,
          name: 'Front desk',
          account: { id: '15', data: 'INFO_ACCOUNT' },
          phone: { id: '27', data: 'INFO_PHONE' },
          agent: { id: '321', data: 'INFO_AGENT' },
        },
      ],
    });
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    client.send({ type: 'configuration' });
    expect(await client.nextMessage()).to.deep.equal({
      type: 'configuration',
      account: { id: '15', data: 'INFO_ACCOUNT' },
      phone: { id: '27', data: 'INFO_PHONE' },
      agent: { id: '321', data: 'INFO_AGENT' },
    });
  });

  it('gives each agent ids of its own, and all of them one account', async () => {
    const simulator = await testSimulator();
    simulator.addAgent({ idCrm: 'third', name: 'Third' });
    const agents = simulator.agents();
    expect(new Set(agents.map((agent) => agent.agent.id)).size).to.equal(3);
    expect(new Set(agents.map((agent) => agent.phone.id)).size).to.equal(3);
    expect(new Set(agents.map((agent) => agent.account.id)).size).to.equal(1);
    for (const agent of agents) expect(agent.agent.id).to.match(/^\d+$/);
  });

  it('shares the text of an account, and only that', async () => {
    const simulator = await testSimulator();
    simulator.setText(FRONT_DESK, 'account', 'ours');
    simulator.setText(FRONT_DESK, 'phone', 'mine');
    expect(simulator.agent(SUPPORT).account.data).to.equal('ours');
    expect(simulator.agent(SUPPORT).phone.data).to.equal('');
  });

  it('takes texts of 2,000 characters, not bytes, and no more', async () => {
    const simulator = await testSimulator();
    const text = '😀'.repeat(2000);
    simulator.setText(FRONT_DESK, 'agent', text);
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    client.send({ type: 'configuration' });
    expect((await client.nextMessage())['agent']).to.deep.equal({ id: '321', data: text });
    expect(() => {
      simulator.setText(FRONT_DESK, 'agent', 'x'.repeat(2001));
    }).to.throw('2001 characters; Accolades keeps at most 2000');
    expect(() =>
      simulator.addAgent({ idCrm: 'x', name: 'X', phone: { id: '1', data: 'x'.repeat(2001) } }),
    ).to.throw('at most 2000');
    expect(simulator.agents()).to.have.length(2);
  });

  it('refuses what cannot be an agent, without showing a key', async () => {
    const simulator = await testSimulator();
    const attempt = (setup: Parameters<typeof simulator.addAgent>[0]) => () => simulator.addAgent(setup);
    expect(attempt({ idCrm: '', name: 'X' })).to.throw('idCrm');
    expect(attempt({ idCrm: 'x', name: ' ' })).to.throw('name');
    expect(attempt({ idCrm: FRONT_DESK, name: 'Again' }))
      .to.throw('already an agent')
      .with.property('message')
      .that.does.not.contain(FRONT_DESK);
    expect(attempt({ idCrm: 'x', name: 'X', agent: { id: '321', data: '' } })).to.throw('id 321');
    expect(attempt({ idCrm: 'x', name: 'X', agent: { id: 'a', data: '' } })).to.throw('number');
    expect(() => {
      simulator.login('no-such-agent-key');
    })
      .to.throw('no agent')
      .with.property('message')
      .that.does.not.contain('no-such-agent-key');
  });

  it('announces a log-out to the client, then closes', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.logout(FRONT_DESK);
    expect((await client.next()).text).to.equal('{"type":"connectionClosed"}');
    await client.closed();
    await until(() => simulator.agent(FRONT_DESK).state === 'offline', 'the agent is offline');
  });

  it('closes the session of an agent that is removed', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.removeAgent(FRONT_DESK);
    expect(await client.nextMessage()).to.deep.equal({ type: 'connectionClosed' });
    await client.closed();
    expect(simulator.agents().map((agent) => agent.name)).to.deep.equal(['Support']);
    await until(() => simulator.sessions().length === 0, 'the session has ended');
    simulator.addAgent({ idCrm: FRONT_DESK, name: 'Back again' });
    await TestClient.authenticated(simulator.url, FRONT_DESK);
  });

  it('tells its listeners', async () => {
    const simulator = await testSimulator();
    const heard: string[] = [];
    simulator.on('agent', ({ event, agent }) => heard.push(`${agent.name} ${event} ${agent.state}`));
    simulator.on('session', ({ event, name }) => heard.push(`${name} session ${event}`));
    simulator.logout(SUPPORT);
    simulator.login(SUPPORT);
    simulator.setText(SUPPORT, 'agent', 'x');
    const client = await TestClient.authenticated(simulator.url, SUPPORT);
    client.webSocket.terminate();
    await until(() => simulator.sessions().length === 0, 'the session has ended');
    simulator.removeAgent(SUPPORT);
    expect(heard).to.deep.equal([
      'Support loggedOut offline',
      'Support loggedIn online',
      'Support textChanged online',
      'Support session opened',
      'Support session ended',
      'Support removed offline',
    ]);
  });
});
