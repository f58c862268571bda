import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { AccoladesError } from '../../../src/errors.ts';
import { proxyAgent } from '../../../src/platform/node/proxy.ts';

const NAMES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

describe('the proxy of the environment', () => {
  const saved = new Map(NAMES.map((name) => [name, process.env[name]]));
  beforeEach(() => {
    for (const name of NAMES) Reflect.deleteProperty(process.env, name);
  });
  afterEach(() => {
    for (const [name, value] of saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  const proxied = (href: string): boolean => proxyAgent(href, () => new AbortController().signal) !== null;

  it('is none by default', () => {
    expect(proxied('wss://client.voipit.ro:14327')).to.equal(false);
  });

  it('is chosen by scheme, for WebSockets as for HTTP', () => {
    process.env['HTTPS_PROXY'] = 'http://proxy.example:3128';
    expect(['wss://a:1', 'https://a', 'ws://a:1', 'http://a'].map(proxied)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
    process.env['http_proxy'] = 'http://proxy.example:3128';
    expect(proxied('ws://a:1')).to.equal(true);
  });

  const cases: [string, string, boolean][] = [
    ['client.voipit.ro', 'wss://client.voipit.ro:14327', false],
    ['voipit.ro', 'wss://client.voipit.ro:14327', false],
    ['ipit.ro', 'wss://client.voipit.ro:14327', true],
    ['.corp.local', 'wss://corp.local:1', false],
    ['corp.local.', 'wss://pbx.corp.local.:1', false],
    ['other.example; client.voipit.ro', 'wss://client.voipit.ro:14327', false],
    ['10.0.0.0/8', 'wss://10.1.2.3:14327', false],
    ['10.0.0.0/8', 'wss://11.1.2.3:14327', true],
    ['10.0.0.0/8:443', 'wss://10.1.2.3:14327', true],
    ['fd00::/8', 'wss://[fd12::1]:14327', false],
    ['fd00::/8', 'wss://[fe80::1]:14327', true],
    ['::1', 'ws://[::1]:14327', false],
    ['[::1]:14327', 'ws://[::1]:14327', false],
    ['[::1]:443', 'ws://[::1]:14327', true],
    ['0:0:0:0:0:0:0:1', 'ws://[::1]:14327', false],
    ['::ffff:127.0.0.1', 'ws://127.0.0.1:14327', false],
    ['10.0.0.0/99, /8, ://, [', 'wss://10.1.2.3:14327', true],
    ['.voipit.ro', 'wss://client.voipit.ro:14327', false],
    ['*.voipit.ro', 'wss://client.voipit.ro:14327', false],
    ['other.example, client.voipit.ro', 'wss://client.voipit.ro:14327', false],
    ['client.voipit.ro:14327', 'wss://client.voipit.ro:14327', false],
    ['client.voipit.ro:443', 'wss://client.voipit.ro:14327', true],
    ['CLIENT.VOIPIT.RO', 'https://client.voipit.ro/', false],
    ['127.0.0.1', 'ws://127.0.0.1:14327', false],
    ['[::1]', 'ws://[::1]:14327', false],
    ['*', 'wss://client.voipit.ro:14327', false],
  ];
  for (const [list, href, through] of cases) {
    it(`NO_PROXY=${list}: ${href} goes ${through ? 'through it' : 'straight'}`, () => {
      process.env['ALL_PROXY'] = 'http://proxy.example:3128';
      process.env['NO_PROXY'] = list;
      expect(proxied(href)).to.equal(through);
    });
  }

  for (const address of ['socks5://u:topsecret@127.0.0.1:1080', 'http://u:topsecret@ho st', 'file:///x']) {
    it(`refuses ${address.replace('topsecret', '…')} without showing it`, () => {
      process.env['ALL_PROXY'] = address;
      expect(() => proxied('wss://a:1'))
        .to.throw(AccoladesError)
        .that.satisfies(
          ({ code, message }: AccoladesError) => code === 'PROXY_FAILED' && !message.includes('topsecret'),
        );
    });
  }

  it('is found without anything that Node calls deprecated', async () => {
    const proxy = fileURLToPath(new URL('../../../src/platform/node/proxy.ts', import.meta.url));
    const script = `const { proxyAgent } = await import(${JSON.stringify(proxy)});
      console.log(proxyAgent('wss://a:1', () => new AbortController().signal) !== null);`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--throw-deprecation', '--import', 'tsx', '--input-type=module', '--eval', script],
      { env: { ...process.env, HTTPS_PROXY: 'http://u:p@127.0.0.1:3128', NO_PROXY: 'b.example' } },
    );
    expect([stdout.trim(), stderr]).to.deep.equal(['true', '']);
  }).timeout(20_000);

  it('is named when it stalls, without its user and password', () => {
    process.env['HTTPS_PROXY'] = 'http://u:topsecret@proxy.example:3128';
    const tunnel = proxyAgent('wss://a:1', () => new AbortController().signal);
    expect(tunnel?.stalledAt).to.equal('The proxy proxy.example:3128 does not answer.');
    tunnel?.emit('proxyConnect', { statusCode: 200 });
    expect(tunnel?.stalledAt).to.equal(
      'The proxy proxy.example:3128 opened the connection, but the server behind it does not answer.',
    );
  });
});
