import { expect } from 'chai';
import { generate } from 'selfsigned';
import { readObject, TestClient } from './support/client.ts';
import { FRONT_DESK, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe("the vendor's browser connector", () => {
  afterEach(closeSimulators);

  it('goes through its whole message flow over wss', async () => {
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }]);
    const simulator = await testSimulator({
      authSuccessType: 'authSuccess',
      tls: { key: certificate.private, cert: certificate.cert },
    });
    expect(simulator.url).to.match(/^wss:\/\/127\.0\.0\.1:\d+$/);
    // What that connector does: ask on open, ask for the configuration on success, read calls, heed
    // the end.
    const client = await TestClient.open(simulator.url, { rejectUnauthorized: false });
    client.send('{"type":"authRequest","idCrm":"' + FRONT_DESK + '"}');
    expect(await client.nextMessage()).to.deep.equal({ type: 'authSuccess', version: '1.1.0' });
    client.send('{"type":"configuration"}');
    const configuration = await client.nextMessage();
    expect(configuration['type']).to.equal('configuration');
    for (const kind of ['account', 'phone', 'agent']) {
      expect(readObject(JSON.stringify(configuration[kind]))).to.have.all.keys('id', 'data');
    }
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0311234567', direction: 'outgoing' });
    expect(await client.nextMessage()).to.include({ type: 'incomingCall', phoneNumber: '0211234567' });
    expect(await client.nextMessage()).to.include({ type: 'outgoingCall', phoneNumber: '0311234567' });
    simulator.logout(FRONT_DESK);
    expect(await client.nextMessage()).to.deep.equal({ type: 'connectionClosed' });
    await client.closed();
  });

  it('closes by itself when it is refused', async () => {
    const simulator = await testSimulator({ authSuccessType: 'authSuccess', closeAfterAuthFailed: false });
    const client = await TestClient.asking(simulator.url, 'nobody');
    expect((await client.nextMessage())['type']).to.equal('authFailed');
    client.webSocket.close();
    expect(await client.closed()).to.equal(1005);
  });
});
