import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { Simulator } from '../src/index.ts';
import { ALL_AGENTS, SEED_SAMPLES } from '../src/index.ts';
import { TestClient, until, within } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

describe('faults', () => {
  let simulator: Simulator;
  const rawSockets: Socket[] = [];

  beforeEach(async () => {
    simulator = await testSimulator();
  });
  afterEach(async () => {
    for (const socket of rawSockets.splice(0)) socket.destroy();
    await closeSimulators();
  });

  function rawConnection(): { socket: Socket; received: () => string } {
    const socket = connect(simulator.port, '127.0.0.1');
    rawSockets.push(socket);
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    return { socket, received: () => text };
  }

  /**
   * Proves that a first connection has been left alone: a later one, without the fault, gets its
   * answer.
   */
  async function laterConnectionWorks(): Promise<void> {
    simulator.faults.clear();
    await TestClient.authenticated(simulator.url, SUPPORT);
  }

  describe('of the connection', () => {
    it('silentTcp: accepts and reads nothing', async () => {
      simulator.faults.set(ALL_AGENTS, { silentTcp: true });
      const { socket, received } = rawConnection();
      socket.write(UPGRADE);
      await until(() => simulator.statistics.connections === 1, 'the connection is accepted');
      await laterConnectionWorks();
      expect(received()).to.equal('');
      expect(socket.readyState).to.equal('open');
    });

    it('neverUpgrade: never answers the HTTP request', async () => {
      simulator.faults.set(ALL_AGENTS, { neverUpgrade: true });
      const { socket, received } = rawConnection();
      socket.write(UPGRADE);
      await until(() => simulator.statistics.upgrades === 1, 'the request is read');
      await laterConnectionWorks();
      expect(received()).to.equal('');
      expect(socket.readyState).to.equal('open');
    });

    it('upgradeStatus: answers the upgrade with an HTTP error', async () => {
      simulator.faults.set(ALL_AGENTS, { upgradeStatus: 503 });
      const { socket, received } = rawConnection();
      socket.write(UPGRADE);
      await within(once(socket, 'close'), 'the connection closes');
      expect(received()).to.match(/^HTTP\/1\.1 503 /);
    });

    it('can only be set for all agents', () => {
      expect(() => {
        simulator.faults.set(FRONT_DESK, { neverUpgrade: true });
      }).to.throw('only be set for all agents');
    });
  });

  describe('of the authentication', () => {
    it('noAuthAnswer: leaves the client without an answer', async () => {
      simulator.faults.set(FRONT_DESK, { noAuthAnswer: true });
      const client = await TestClient.asking(simulator.url, FRONT_DESK);
      client.send({ type: 'version' });
      expect((await client.nextMessage())['type'], 'the answer to the later request comes first').to.equal(
        'error',
      );
      expect(simulator.sessions()).to.deep.equal([]);
      await TestClient.authenticated(simulator.url, SUPPORT);
    });

    it('authDelayMs: answers late', async () => {
      simulator.faults.set(ALL_AGENTS, { authDelayMs: 120 });
      const startedAt = performance.now();
      await TestClient.authenticated(simulator.url, FRONT_DESK);
      expect(performance.now() - startedAt).to.be.greaterThan(115);
    });

    it('authDelayMs: does not authenticate a client that has left meanwhile', async () => {
      simulator.faults.set(ALL_AGENTS, { authDelayMs: 50 });
      const client = await TestClient.asking(simulator.url, FRONT_DESK);
      await until(() => simulator.statistics.framesIn === 1, 'the request has come');
      client.webSocket.terminate();
      await TestClient.authenticated(simulator.url, FRONT_DESK);
      expect(simulator.statistics.connects).to.equal(1);
    });

    it('authTwice: sends the success twice', async () => {
      simulator.faults.set(FRONT_DESK, { authTwice: true });
      const client = await TestClient.asking(simulator.url, FRONT_DESK);
      expect([await client.next(), await client.next()].map((frame) => frame.text)).to.deep.equal(
        Array(2).fill('{"type":"authSucces","version":"1.1.0"}'),
      );
    });

    for (const reason of ['SOMETHING_NEW', 'IP_MISMATCH', '']) {
      it(`refuseWith: refuses with ${reason || 'nothing when it is empty'}`, async () => {
        simulator.faults.set(FRONT_DESK, { refuseWith: reason });
        const client = await TestClient.asking(simulator.url, FRONT_DESK);
        const answer = await client.nextMessage();
        if (reason === '') {
          expect(answer['type']).to.equal('authSucces');
        } else {
          expect(answer).to.deep.equal({ type: 'authFailed', reason });
          expect(simulator.statistics.refusals[reason]).to.equal(1);
        }
      });
    }
  });

  describe('of a session', () => {
    it('frameDelayMs: waits before each frame, and keeps their order', async () => {
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      simulator.faults.set(FRONT_DESK, { frameDelayMs: 60 });
      const startedAt = performance.now();
      const ids = [1, 2, 3].map(() => simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' }).uniqueId);
      const received = [await client.nextMessage(), await client.nextMessage(), await client.nextMessage()];
      expect(performance.now() - startedAt).to.be.greaterThan(170);
      expect(received.map((message) => message['uniqueId'])).to.deep.equal(ids);
    });

    it('frameDelayMs: also before the frames that are sent right after it is cleared, which stay in order', async () => {
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      simulator.faults.set(FRONT_DESK, { frameDelayMs: 40 });
      simulator.sendRaw(FRONT_DESK, 'one');
      simulator.sendRaw(FRONT_DESK, 'two');
      simulator.faults.clear();
      simulator.sendRaw(FRONT_DESK, 'three');
      simulator.dropSession(FRONT_DESK, 'close');
      const received = [await client.next(), await client.next(), await client.next()];
      expect(received.map((frame) => frame.text)).to.deep.equal(['one', 'two', 'three']);
      await client.closed();
    });

    for (const size of [10, 300, 70_000]) {
      it(`bytesPerSecond: trickles a frame of ${size} bytes that arrives whole`, async () => {
        const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
        const bytesPerSecond = size * 6;
        simulator.faults.set(FRONT_DESK, { bytesPerSecond });
        const payload = 'ă'.repeat(size / 2);
        const startedAt = performance.now();
        simulator.sendRaw(FRONT_DESK, payload);
        expect((await client.next()).text === payload).to.equal(true);
        expect(performance.now() - startedAt).to.be.greaterThan(100);
      });
    }

    it('noConfigurationAnswer and noVersionAnswer: leave just these requests unanswered', async () => {
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      simulator.faults.set(FRONT_DESK, { noConfigurationAnswer: true });
      client.send({ type: 'configuration' });
      client.send({ type: 'version' });
      expect((await client.nextMessage())['type']).to.equal('version');
      simulator.faults.set(FRONT_DESK, { noConfigurationAnswer: false, noVersionAnswer: true });
      client.send({ type: 'version' });
      client.send({ type: 'configuration' });
      expect((await client.nextMessage())['type']).to.equal('configuration');
    });

    it('noPong: does not answer pings, which it does otherwise', async () => {
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      client.webSocket.ping();
      await until(() => client.pongs === 1, 'the pong comes');
      simulator.faults.set(FRONT_DESK, { noPong: true });
      client.webSocket.ping();
      client.send({ type: 'version' });
      await client.next();
      expect(client.pongs).to.equal(1);
    });

    it('seedCommas: sends live calls and configurations with the mistakes of the samples', async () => {
      simulator.faults.set(ALL_AGENTS, { seedCommas: true });
      simulator.removeAgent(SUPPORT);
      simulator.addAgent({
        idCrm: SUPPORT,
        name: 'As documented',
        account: { id: '15', data: 'INFO_ACCOUNT' },
        phone: { id: '27', data: 'INFO_PHONE' },
        agent: { id: '555', data: 'INFO_AGENT' },
      });
      const client = await TestClient.authenticated(simulator.url, SUPPORT);
      simulator.placeCall({
        agents: SUPPORT,
        phoneNumber: '0211234567',
        uniqueId: '1608743891.1344',
        callCenter: true,
      });
      expect((await client.next()).text).to.equal(SEED_SAMPLES.incomingCall);
      client.send({ type: 'configuration' });
      expect((await client.next()).text).to.equal(SEED_SAMPLES.configuration.replace('321', '555'));
    });

    it('logoutWithoutClose: announces the end, and holds the session', async () => {
      simulator.faults.set(FRONT_DESK, { logoutWithoutClose: true });
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      simulator.logout(FRONT_DESK);
      expect(await client.nextMessage()).to.deep.equal({ type: 'connectionClosed' });
      simulator.login(FRONT_DESK);
      const second = await TestClient.asking(simulator.url, FRONT_DESK);
      expect((await second.nextMessage())['reason']).to.equal('CONNECTION_EXISTS');
      expect(client.isOpen).to.equal(true);
    });
  });

  describe('settings', () => {
    it('for one agent outrank those for all, and are cleared apart', () => {
      const { faults } = simulator;
      faults.set(ALL_AGENTS, { frameDelayMs: 5, noPong: true });
      faults.set(FRONT_DESK, { frameDelayMs: 0 });
      expect(faults.get(FRONT_DESK)).to.include({ frameDelayMs: 0, noPong: true });
      expect(faults.get(SUPPORT)).to.include({ frameDelayMs: 5, noPong: true });
      expect(faults.active(FRONT_DESK)).to.deep.equal(['noPong']);
      faults.clear(ALL_AGENTS);
      expect(faults.own(FRONT_DESK)).to.deep.equal({ frameDelayMs: 0 });
      expect(faults.active()).to.deep.equal([]);
      faults.clear();
      expect(faults.own(FRONT_DESK)).to.deep.equal({});
    });

    it('are checked', () => {
      const bad: [object, string][] = [
        [{ noPong: 'yes' }, 'noPong must be true or false'],
        [{ frameDelayMs: -1 }, 'milliseconds'],
        [{ bytesPerSecond: 0.5 }, 'bytes'],
        [{ upgradeStatus: 200 }, '400 to 599'],
        [{ refuseWith: 5 }, 'text'],
        [{ explode: true }, 'no fault named explode'],
      ];
      for (const [settings, message] of bad) {
        expect(() => {
          simulator.faults.set(ALL_AGENTS, settings);
        }).to.throw(message);
      }
      expect(simulator.faults.active()).to.deep.equal([]);
    });
  });
});
