import { expect } from 'chai';
import { plainAddress } from '../src/websocket-api/address.ts';
import { TestClient, until } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('authentication', () => {
  afterEach(closeSimulators);

  it('succeeds as the documentation spells it, with the version', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.asking(simulator.url, FRONT_DESK);
    expect((await client.next()).text).to.equal('{"type":"authSucces","version":"1.1.0"}');
    expect(simulator.agent(FRONT_DESK).state).to.equal('connected');
    expect(simulator.agent(FRONT_DESK).connectedFrom).to.equal('127.0.0.1');
    expect(simulator.sessions().map((session) => session.idCrm)).to.deep.equal([FRONT_DESK]);
    expect(simulator.statistics.connects).to.equal(1);
  });

  it("succeeds as the vendor's connector spells it, with another version, when configured so", async () => {
    const simulator = await testSimulator({ authSuccessType: 'authSuccess', version: '2.0.0' });
    const client = await TestClient.asking(simulator.url, FRONT_DESK);
    expect(await client.nextMessage()).to.deep.equal({ type: 'authSuccess', version: '2.0.0' });
  });

  it('refuses an unknown agent and closes', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.asking(simulator.url, 'nobody');
    expect((await client.next()).text).to.equal('{"type":"authFailed","reason":"ID_NOT_FOUND"}');
    await client.closed();
    expect(simulator.statistics.refusals).to.deep.equal({ ID_NOT_FOUND: 1 });
  });

  it('refuses an agent that is not logged in, until it is', async () => {
    const simulator = await testSimulator({ closeAfterAuthFailed: false });
    simulator.logout(FRONT_DESK);
    expect(simulator.agent(FRONT_DESK).state).to.equal('offline');
    const client = await TestClient.asking(simulator.url, FRONT_DESK);
    expect(await client.nextMessage()).to.deep.equal({ type: 'authFailed', reason: 'ID_NOT_FOUND' });
    simulator.login(FRONT_DESK);
    expect(simulator.agent(FRONT_DESK).state).to.equal('online');
    client.send({ type: 'authRequest', idCrm: FRONT_DESK });
    expect((await client.nextMessage())['type']).to.equal('authSucces');
  });

  it('refuses another IP, spelled as the vendor does', async () => {
    const simulator = await testSimulator({
      agents: [{ idCrm: FRONT_DESK, name: 'Far away', ip: '203.0.113.7' }],
    });
    const client = await TestClient.asking(simulator.url, FRONT_DESK);
    expect((await client.next()).text).to.equal('{"type":"authFailed","reason":"IP_MISSMATCH"}');
    await client.closed();
  });

  it('accepts the right IP, also when it came in over an IPv6 socket', async () => {
    const simulator = await testSimulator({ agents: [{ idCrm: FRONT_DESK, name: 'Near', ip: '127.0.0.1' }] });
    const client = await TestClient.asking(simulator.url, FRONT_DESK);
    expect((await client.nextMessage())['type']).to.equal('authSucces');
    expect(plainAddress('::ffff:127.0.0.1')).to.equal('127.0.0.1');
    expect(plainAddress('2001:db8::1')).to.equal('2001:db8::1');
  });

  it('refuses a second connection while the first is alive, and keeps the first', async () => {
    const simulator = await testSimulator();
    const first = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const second = await TestClient.asking(simulator.url, FRONT_DESK);
    expect((await second.next()).text).to.equal('{"type":"authFailed","reason":"CONNECTION_EXISTS"}');
    await second.closed();
    first.send({ type: 'version' });
    expect(await first.nextMessage()).to.deep.equal({ type: 'version', value: '1.1.0' });
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
    expect(simulator.statistics.maxConnectionsPerAgent).to.equal(2);
  });

  it('accepts a new connection as soon as the first has ended', async () => {
    const simulator = await testSimulator();
    const first = await TestClient.authenticated(simulator.url, FRONT_DESK);
    first.webSocket.terminate();
    await until(() => simulator.agent(FRONT_DESK).state === 'online', 'the session is free');
    await TestClient.authenticated(simulator.url, FRONT_DESK);
    expect(simulator.statistics.connects).to.equal(2);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });

  it('lets only one of many that ask at once in', async () => {
    const simulator = await testSimulator();
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => TestClient.asking(simulator.url, FRONT_DESK)),
    );
    const answers = await Promise.all(clients.map((client) => client.nextMessage()));
    expect(answers.filter((answer) => answer['type'] === 'authSucces')).to.have.length(1);
    expect(simulator.statistics.refusals).to.deep.equal({ CONNECTION_EXISTS: 19 });
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });

  it('leaves the connection open after a refusal when configured so', async () => {
    const simulator = await testSimulator({ closeAfterAuthFailed: false });
    const client = await TestClient.asking(simulator.url, 'nobody');
    await client.next();
    client.send({ type: 'authRequest', idCrm: SUPPORT });
    expect((await client.nextMessage())['type']).to.equal('authSucces');
  });

  it('answers what it does not understand with an error, and counts it', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.open(simulator.url);
    for (const request of [
      { type: 'configuration' },
      { type: 'version' },
      { type: 'dance' },
      'not json',
      '[]',
      'null',
      { type: 'authRequest' },
      { type: 'authRequest', idCrm: 5 },
    ]) {
      client.send(request);
      const answer = await client.nextMessage();
      expect(answer['type'], JSON.stringify(request)).to.equal('error');
      expect(answer['message']).to.be.a('string');
    }
    client.webSocket.send(Buffer.from('{"type":"version"}'), { binary: true });
    expect((await client.nextMessage())['type']).to.equal('error');
    expect(simulator.statistics.badRequests).to.equal(9);
  });

  it('answers a second authentication on the same connection with an error and keeps the session', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    client.send({ type: 'authRequest', idCrm: SUPPORT });
    expect((await client.nextMessage())['type']).to.equal('error');
    expect(simulator.sessions().map((session) => session.idCrm)).to.deep.equal([FRONT_DESK]);
  });

  it('tells a plain HTTP client what this is', async () => {
    const simulator = await testSimulator();
    const response = await fetch(simulator.url.replace('ws:', 'http:'));
    expect(response.status).to.equal(426);
    await response.text();
  });
});
