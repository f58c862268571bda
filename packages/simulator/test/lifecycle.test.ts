import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { createSimulator } from '../src/index.ts';
import { TestClient, firstOf, until, within } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('lifecycle', () => {
  afterEach(closeSimulators);

  it('stops with an announcement and starts again on the same address, with its agents', async () => {
    const simulator = await testSimulator();
    const { url } = simulator;
    const client = await TestClient.authenticated(url, FRONT_DESK);
    const stopping = simulator.stop();
    expect(await client.nextMessage()).to.deep.equal({ type: 'connectionClosed' });
    await client.closed();
    await stopping;
    expect(simulator.running).to.equal(false);
    expect(simulator.sessions()).to.deep.equal([]);
    const error = await within(firstOf(new TestClient(url).webSocket, 'error'), 'the connection fails');
    expect(error).to.have.property('code', 'ECONNREFUSED');
    await simulator.start();
    expect(simulator.url).to.equal(url);
    await TestClient.authenticated(url, FRONT_DESK);
  });

  it('stops abruptly without a word', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    await simulator.stop({ abrupt: true });
    expect(await client.closed()).to.be.oneOf([0, 1006]);
    expect(client.frames).to.deep.equal([]);
    expect(simulator.sessions()).to.deep.equal([]);
    await simulator.start();
    await TestClient.authenticated(simulator.url, FRONT_DESK);
    expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
  });

  it('drops a client that has gone silent after the session timeout, not one that answers pings', async () => {
    const simulator = await testSimulator({ sessionTimeoutMs: 150 });
    const silent = await TestClient.authenticated(simulator.url, FRONT_DESK, { autoPong: false });
    const answering = await TestClient.authenticated(simulator.url, SUPPORT);
    await silent.closed();
    await until(() => simulator.sessions().length === 1, 'the session has ended');
    expect(answering.isOpen).to.equal(true);
    expect(simulator.sessions().map((session) => session.idCrm)).to.deep.equal([SUPPORT]);
  });

  it('closes within a second, twice, with half-open sessions, delayed answers and traffic under way', async () => {
    const simulator = await testSimulator({ console: {} });
    await TestClient.authenticated(simulator.url, FRONT_DESK);
    const slow = await TestClient.authenticated(simulator.url, SUPPORT);
    simulator.dropSession(FRONT_DESK, 'halfOpen');
    simulator.faults.set(SUPPORT, { frameDelayMs: 60_000, authDelayMs: 60_000 });
    simulator.sendRaw(SUPPORT, 'late');
    simulator.traffic.start(600);
    const startedAt = performance.now();
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator.close();
    expect(performance.now() - startedAt).to.be.lessThan(1000);
    expect(await slow.closed()).to.be.oneOf([0, 1006]);
    expect(slow.frames).to.deep.equal([]);
  });

  it('leaves nothing behind', async () => {
    const before = activeResources();
    const simulator = await createSimulator({
      agents: [{ idCrm: FRONT_DESK, name: 'Front desk' }],
      console: {},
    });
    simulator.faults.set('*', { authDelayMs: 5, frameDelayMs: 5 });
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const page = get(`${simulator.consoleUrl ?? ''}/api/events`);
    page.on('error', () => {});
    await once(page, 'response');
    simulator.traffic.start(6000);
    expect(activeResources().length).to.be.greaterThan(before.length);
    await simulator.close();
    await client.closed();
    page.destroy();
    await until(() => activeResources().length <= before.length, 'everything is released');
    expect(simulator.eventNames()).to.deep.equal([]);
  });

  it('says which port is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      for (const options of [{ port }, { console: { port } }]) {
        const error: unknown = await createSimulator(options).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.include({ code: 'EADDRINUSE', port });
      }
    } finally {
      other.close();
    }
  });

  it('refuses settings that make no sense', async () => {
    const error: unknown = await createSimulator({ sessionTimeoutMs: 0 }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error).with.property('message').that.contains('sessionTimeoutMs');
  });

  it('remembers when connections came, and forgets on reset', async () => {
    const simulator = await testSimulator();
    const before = Date.now();
    await TestClient.authenticated(simulator.url, FRONT_DESK);
    const times = simulator.statistics.connectTimes;
    expect(times).to.have.length(1);
    expect(times[0]).to.be.within(before, Date.now());
    expect(simulator.statistics).to.include({ connections: 1, framesIn: 1, framesOut: 1 });
    simulator.statistics.reset();
    expect(simulator.statistics).to.include({ connections: 0, framesIn: 0, framesOut: 0, connects: 0 });
    expect(simulator.statistics.connectTimes).to.deep.equal([]);
  });
});

/**
 * That the process can end, timers included, is shown by the command's test: it ends without being
 * made to.
 */
function activeResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap');
}
