import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { parseServerUrl, serverKey } from '../../src/net/server-url.ts';

describe('server address', () => {
  for (const empty of [undefined, '', '   ']) {
    it(`is the default when ${JSON.stringify(empty)}`, () => {
      expect(parseServerUrl(empty)).to.deep.equal({
        href: 'wss://client.voipit.ro:14327/',
        encrypted: true,
        exposed: false,
      });
    });
  }

  for (const [text, encrypted, exposed] of [
    ['wss://pbx.example', true, false],
    [' WSS://PBX.example:443/path?x=1 ', true, false],
    ['ws://pbx.example:14327', false, true],
    ['ws://localhost:1', false, false],
    ['ws://LOCALHOST:1', false, false],
    ['ws://127.0.0.1:1', false, false],
    ['ws://127.1:1', false, false],
    ['ws://127.9.9.9:1', false, false],
    ['ws://[::1]:1', false, false],
    ['ws://127.0.0.1.evil.example', false, true],
    ['ws://localhost.evil.example', false, true],
    ['ws://10.0.0.1', false, true],
    ['ws://0.0.0.0', false, true],
  ] as const) {
    it(`${text} is ${exposed ? 'exposed' : 'not exposed'}`, () => {
      expect(parseServerUrl(text)).to.include({ encrypted, exposed });
    });
  }

  for (const [text, part] of [
    ['client.voipit.ro:14327', 'must start with wss://'],
    ['client.voipit.ro', 'must start with wss://'],
    ['//client.voipit.ro', 'must start with wss://'],
    ['https://client.voipit.ro', 'https://'],
    ['javascript://x', 'must start with wss://'],
    ['topsecret://x', 'must start with wss://'],
    ['wss://', 'cannot be read'],
    ['wss://host:99999', 'cannot be read'],
    ['wss://ho st', 'cannot be read'],
    ['wss://user:topsecret@host', 'user name or password'],
    ['wss://host/#x', '#'],
    [7, 'must be text'],
    [null, 'must be text'],
    [{}, 'must be text'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} and says what to write`, () => {
      let error: unknown;
      try {
        parseServerUrl(text);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.instanceOf(AccoladesError).with.property('code', 'INVALID_URL');
      expect(String(error)).to.contain(part).and.not.contain('topsecret');
    });
  }

  it('the key is the same for the same server, however it is spelt, and another for other TLS material', () => {
    expect(serverKey({})).to.equal(serverKey({ url: 'WSS://client.voipit.ro:14327' }));
    expect(serverKey({ tls: { ca: 'a' } })).to.equal(serverKey({ tls: { ca: ['a'] } }));
    const keys = [
      {},
      { allowUnauthorizedCerts: true },
      { tls: { ca: 'ab' } },
      { tls: { ca: ['a', 'b'] } },
      { tls: { cert: 'ab' } },
      { tls: { key: 'ab' } },
      { tls: { passphrase: 'ab' } },
      { tls: { servername: 'ab' } },
    ].map((server) => serverKey(server));
    expect(new Set(keys).size).to.equal(keys.length);
    expect(keys.join()).not.to.contain('ab ');
  });
});
