import { expect } from 'chai';
import { UniqueIdSource } from '../src/pbx/unique-id.ts';
import { TestClient, until } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('calls', () => {
  afterEach(closeSimulators);

  it('notifies the agent of an incoming direct call', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const call = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    expect(call.delivered).to.deep.equal([FRONT_DESK]);
    expect(await client.nextMessage()).to.deep.equal({
      type: 'incomingCall',
      phoneNumber: '0211234567',
      uniqueId: call.uniqueId,
      callCenter: 'no',
    });
  });

  it('notifies the agent of an outgoing campaign call, with the id and further fields that were asked for', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.placeCall({
      direction: 'outgoing',
      agents: FRONT_DESK,
      phoneNumber: '101',
      callCenter: true,
      uniqueId: '1608743891.1344',
      extraFields: { queue: 'sales' },
    });
    expect(await client.nextMessage()).to.deep.equal({
      queue: 'sales',
      type: 'outgoingCall',
      phoneNumber: '101',
      uniqueId: '1608743891.1344',
      callCenter: 'yes',
    });
  });

  it('rings several agents with one unique id, as a queue', async () => {
    const simulator = await testSimulator();
    const clients = await Promise.all(
      [FRONT_DESK, SUPPORT].map((idCrm) => TestClient.authenticated(simulator.url, idCrm)),
    );
    const call = simulator.placeCall({ agents: [FRONT_DESK, SUPPORT], phoneNumber: '0211234567' });
    for (const client of clients) {
      const message = await client.nextMessage();
      expect(message['uniqueId']).to.equal(call.uniqueId);
      expect(message['callCenter']).to.equal('yes');
    }
  });

  it('delivers nothing to an agent without a session, and says so', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, SUPPORT);
    const call = simulator.placeCall({ agents: [FRONT_DESK, SUPPORT], phoneNumber: '0211234567' });
    expect(call.agents).to.deep.equal([FRONT_DESK, SUPPORT]);
    expect(call.delivered).to.deep.equal([SUPPORT]);
    expect((await client.nextMessage())['uniqueId']).to.equal(call.uniqueId);
    expect(() => simulator.placeCall({ agents: 'nobody', phoneNumber: '1' })).to.throw('no agent');
    expect(() => simulator.placeCall({ agents: [], phoneNumber: '1' })).to.throw('needs an agent');
  });

  it('makes unique ids of the form number.number that start with the Unix time in seconds', async () => {
    const simulator = await testSimulator();
    const before = Math.floor(Date.now() / 1000);
    const ids = Array.from(
      { length: 100 },
      () => simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' }).uniqueId,
    );
    const after = Math.floor(Date.now() / 1000);
    expect(new Set(ids).size).to.equal(100);
    for (const id of ids) {
      expect(id).to.match(/^\d+\.\d+$/);
      expect(Number(id.split('.')[0])).to.be.within(before, after);
    }
    expect(new UniqueIdSource(() => 1_608_743_891_999).next()).to.equal('1608743891.1');
  });

  it('sends raw frames exactly, as text or binary', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    expect(simulator.sendRaw(FRONT_DESK, '{"type": "dance" }')).to.equal(true);
    simulator.sendRaw(FRONT_DESK, new Uint8Array([0x68, 0x69]), { binary: true });
    simulator.sendRaw(FRONT_DESK, new Uint8Array([0x68, 0x6f]));
    expect(await client.next()).to.deep.equal({ text: '{"type": "dance" }', binary: false });
    expect(await client.next()).to.deep.equal({ text: 'hi', binary: true });
    expect(await client.next()).to.deep.equal({ text: 'ho', binary: false });
    expect(simulator.sendRaw(SUPPORT, 'x')).to.equal(false);
  });

  it('delivers ten thousand calls in order without loss', async () => {
    const simulator = await testSimulator();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const ids = Array.from(
      { length: 10_000 },
      () => simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' }).uniqueId,
    );
    await until(() => client.frames.length === 10_000, 'all calls have come');
    expect(client.frames.map((frame) => /"uniqueId":"([^"]+)"/.exec(frame.text)?.[1])).to.deep.equal(ids);
  });

  describe('at a rate', () => {
    it('keeps the rate, for agents that are logged in', async () => {
      const simulator = await testSimulator();
      simulator.logout(SUPPORT);
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      const startedAt = performance.now();
      simulator.traffic.start(6000);
      await until(() => simulator.statistics.calls >= 50, 'fifty calls are placed');
      const elapsed = performance.now() - startedAt;
      simulator.traffic.stop();
      expect(elapsed).to.be.greaterThan(400);
      const placed = simulator.statistics.calls;
      await until(() => client.frames.length === placed, 'all have come');
      expect(simulator.traffic.callsPerMinute).to.equal(0);
    });

    it('makes up calls of the wanted kind only', async () => {
      const simulator = await testSimulator();
      const agents = simulator.agents();
      for (const kind of ['queue', 'incoming', 'outgoing'] as const) {
        for (let i = 0; i < 50; i++) {
          const call = simulator.traffic.makeCall(kind, agents);
          const rung = [call.agents].flat();
          expect(rung).to.have.length.within(1, kind === 'queue' ? 2 : 1);
          expect(new Set(rung).size).to.equal(rung.length);
          expect(call.direction ?? 'incoming').to.equal(kind === 'outgoing' ? 'outgoing' : 'incoming');
          if (kind === 'queue') expect(call.callCenter).to.equal(true);
        }
      }
    });

    it('refuses a rate that makes no sense', async () => {
      const simulator = await testSimulator();
      for (const rate of [0, -1, Number.NaN, 60_001]) {
        expect(() => {
          simulator.traffic.start(rate);
        }).to.throw('calls per minute');
      }
    });
  });
});
