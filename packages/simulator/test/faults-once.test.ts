import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import type { GarbageKind, Simulator } from '../src/index.ts';
import { ALL_AGENTS } from '../src/index.ts';
import { TestClient, firstOf, until, within } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('faults that happen once', () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await testSimulator();
  });
  afterEach(closeSimulators);

  it('sends the samples of the documentation, byte for byte', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    expect(simulator.sendSeedSample(FRONT_DESK, 'incomingCall')).to.equal(true);
    const call = (await client.next()).text;
    expect(call).to.equal(
      '{\n"type": "incomingCall",\n"phoneNumber":"0211234567",\n"uniqueId":"1608743891.1344"\n"callCenter":"yes"\n}',
    );
    expect(() => {
      JSON.parse(call);
    }).to.throw();
    simulator.sendSeedSample(FRONT_DESK, 'configuration');
    const configuration = (await client.next()).text;
    expect(configuration.split('\n')).to.have.length(15);
    expect(configuration.endsWith('},\n}')).to.equal(true);
    // The digests of these lines in the vendor's text.
    expect(sha256(call)).to.equal('c07f3aad0428e8a1c99e8d8a1cb211f970901638db18cddf7ad3339f7f7c3577');
    expect(sha256(configuration)).to.equal(
      '6c5e791394363c8f9a17607c59b599f130f4d41e66789fc5d076c77f1fc01e83',
    );
  });

  it('close: closes without a word', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    expect(simulator.dropSession(FRONT_DESK, 'close')).to.equal(true);
    expect(await client.closed()).to.equal(1000);
    expect(client.frames).to.deep.equal([]);
    expect(simulator.dropSession(SUPPORT, 'close')).to.equal(false);
  });

  it('connectionClosed: announces, then closes', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.dropSession(FRONT_DESK, 'connectionClosed');
    expect(await client.nextMessage()).to.deep.equal({ type: 'connectionClosed' });
    expect(await client.closed()).to.be.oneOf([0, 1000]);
  });

  it('connectionClosedOnly: announces, leaves the connection open, and sends no calls any more', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.dropSession(FRONT_DESK, 'connectionClosedOnly');
    expect(await client.nextMessage()).to.deep.equal({ type: 'connectionClosed' });
    expect(simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' }).delivered).to.deep.equal([]);
    client.send({ type: 'version' });
    expect((await client.nextMessage())['type']).to.equal('version');
  });

  it('terminate: ends the TCP connection at once, and the agent is free at once', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.dropSession(FRONT_DESK, 'terminate');
    expect(simulator.agent(FRONT_DESK).state).to.equal('online');
    expect(await client.closed()).to.equal(1006);
  });

  it('halfOpen: answers nothing, holds the session until its timeout, and keeps the TCP connection', async () => {
    simulator.configure({ sessionTimeoutMs: 500 });
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const cutAt = performance.now();
    simulator.dropSession(FRONT_DESK, 'halfOpen');
    client.send({ type: 'version' });
    client.webSocket.ping();
    expect(simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' }).delivered).to.deep.equal([]);
    expect(simulator.sendRaw(FRONT_DESK, 'x')).to.equal(false);
    const early = await TestClient.asking(simulator.url, FRONT_DESK);
    expect((await early.nextMessage())['reason']).to.equal('CONNECTION_EXISTS');
    await until(() => simulator.sessions().length === 0, 'the session is given up');
    expect(performance.now() - cutAt).to.be.greaterThan(490);
    await TestClient.authenticated(simulator.url, FRONT_DESK);
    expect(client.isOpen).to.equal(true);
    expect(client.frames).to.deep.equal([]);
    expect(client.pongs).to.equal(0);
  });

  it('halfOpen: does not notice that the client goes away', async () => {
    simulator.configure({ sessionTimeoutMs: 500 });
    const polite = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const abrupt = await TestClient.authenticated(simulator.url, SUPPORT);
    simulator.dropSession(ALL_AGENTS, 'halfOpen');
    polite.webSocket.close();
    abrupt.webSocket.terminate();
    for (const idCrm of [FRONT_DESK, SUPPORT]) {
      const early = await TestClient.asking(simulator.url, idCrm);
      expect((await early.nextMessage())['reason']).to.equal('CONNECTION_EXISTS');
    }
    expect(polite.webSocket.readyState, 'the close is not answered').to.equal(WebSocket.CLOSING);
    await until(() => simulator.sessions().length === 0, 'the sessions are given up');
    await TestClient.authenticated(simulator.url, SUPPORT);
    expect(polite.webSocket.readyState, 'the close is not answered').to.equal(WebSocket.CLOSING);
    polite.webSocket.terminate();
    await polite.closed();
  });

  it('acts on every session at once', async () => {
    const clients = await Promise.all(
      [FRONT_DESK, SUPPORT].map((idCrm) => TestClient.authenticated(simulator.url, idCrm)),
    );
    simulator.dropSession(ALL_AGENTS, 'terminate');
    await Promise.all(clients.map((client) => client.closed()));
    expect(simulator.sessions()).to.deep.equal([]);
    expect(simulator.dropSession(ALL_AGENTS, 'terminate')).to.equal(false);
  });

  it('sends garbage that no client can take for a message', async () => {
    const received: Partial<Record<GarbageKind, { text: string; binary: boolean }>> = {};
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK, {
      maxPayload: 16 * 1024 * 1024,
    });
    for (const kind of ['text', 'truncated', 'binary', 'huge', 'nested'] as const) {
      expect(simulator.sendGarbage(FRONT_DESK, kind)).to.equal(true);
      received[kind] = await client.next();
    }
    for (const kind of ['text', 'truncated'] as const) {
      expect(() => {
        JSON.parse(received[kind]?.text ?? '{}');
      }, kind).to.throw();
    }
    expect(received.binary?.binary).to.equal(true);
    expect(received.huge?.text.length).to.be.greaterThan(1024 * 1024);
    const nested = received.nested?.text ?? '';
    expect(nested.startsWith('{"type":"incomingCall"')).to.equal(true);
    expect(nested.split('[').length - 1).to.equal(50_000);
  });

  for (const kind of ['invalidUtf8', 'brokenFrame'] as const) {
    it(`${kind}: makes the client fail the connection`, async () => {
      const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
      const failed = firstOf(client.webSocket, 'error');
      simulator.sendGarbage(FRONT_DESK, kind);
      const error = await within(failed, 'the client fails');
      expect(error)
        .to.have.property('code')
        .that.equals(kind === 'invalidUtf8' ? 'WS_ERR_INVALID_UTF8' : 'WS_ERR_UNEXPECTED_RSV_2_3');
      await until(() => simulator.sessions().length === 0, 'the session has ended');
    });
  }
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
