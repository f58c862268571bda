import { expect } from 'chai';
import type { FrameLogEntry } from '../src/index.ts';
import { maskSecret, maskText } from '../src/masking.ts';
import { TestClient, until } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

describe('masking', () => {
  afterEach(closeSimulators);

  it('shows two characters at each end of a key, and nothing of a short one', () => {
    expect(maskSecret('f8cb549544')).to.equal('f8…44');
    expect(maskSecret('12345678')).to.equal('12…78');
    expect(maskSecret('1234567')).to.equal('•••');
    expect(maskSecret('')).to.equal('•••');
  });

  it('finds a key as a property, also in text that is hardly JSON', () => {
    for (const text of [
      '{"type":"authRequest", "idCrm":"f8cb549544"}',
      '{"type":"authRequest", "idCrm" : "f8cb549544',
      "{type:'authRequest', idCrm:'f8cb549544'}",
      'idCrm=f8cb549544',
      '{"IDCRM":"f8cb549544"}',
    ]) {
      expect(maskText(text, []), text).to.contain('f8…44').and.not.to.contain('cb5495');
    }
  });

  it('finds known keys anywhere, also escaped', () => {
    expect(maskText('of f8cb549544!', ['f8cb549544'])).to.equal('of f8…44!');
    expect(maskText(JSON.stringify('say "hi" there'), ['say "hi" there'])).to.equal('"sa…re"');
  });

  it('hides the keys in every entry of the frame log', async () => {
    const simulator = await testSimulator({ closeAfterAuthFailed: false });
    const entries: FrameLogEntry[] = [];
    simulator.on('frame', (entry) => entries.push(entry));
    const stranger = 'a-key-nobody-knows';
    const refused = await TestClient.asking(simulator.url, stranger);
    refused.send(`I said ${stranger}`);
    await refused.next();
    await refused.next();
    refused.webSocket.close();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    client.send(`{"type":"authRequest","idCrm":"${SUPPORT}"}`);
    client.send(`{"broken ${FRONT_DESK}, not ${SUPPORT}`);
    simulator.sendRaw(FRONT_DESK, `${'x'.repeat(3990)}${FRONT_DESK}`);
    simulator.sendRaw(FRONT_DESK, Buffer.from(SUPPORT), { binary: true });
    await until(() => client.frames.length === 4, 'all frames have come');
    client.webSocket.close();
    await until(
      () => entries.filter((entry) => entry.kind === 'close').length === 2,
      'both closes are logged',
    );
    const everything = JSON.stringify(entries);
    expect(everything).to.contain('fr…01').and.to.contain('su…02');
    for (const secret of [stranger, FRONT_DESK, SUPPORT]) {
      expect(everything).to.not.contain(secret);
      expect(everything).to.not.contain(secret.slice(1, -1));
    }
    const request = entries.find((entry) => entry.name === 'Front desk');
    expect(request).to.include({ direction: 'in', kind: 'text', agent: 'fr…01' });
    expect(request?.size).to.equal(JSON.stringify({ type: 'authRequest', idCrm: FRONT_DESK }).length);
  });
});
