import { expect } from 'chai';
import { readConfiguration, readLabel } from '../src/configuration.ts';
import { readParameters } from '../src/parameters.ts';
import { POST_FIELDS } from '../src/webhook-post.ts';

const texts = (account: string, agent = '') => ({
  account: { id: '15', data: account },
  phone: null,
  agent: { id: '321', data: agent },
});
const own = (accoladesFlow: unknown) => texts(JSON.stringify({ other: 1, accoladesFlow }));
const URL_OF_FLOW = 'https://flow.example/webhook/calls';

describe('the configuration text', () => {
  it('gives address, secret and origins, whatever else it holds', () => {
    const screenPop = { origins: ['https://crm.example', 'https://Wiki.example:8443/'] };
    expect(readConfiguration(own({ url: URL_OF_FLOW, secret: 's3cret', screenPop }))).to.deep.equal({
      ok: true,
      configuration: {
        url: URL_OF_FLOW,
        secret: 's3cret',
        secretParameter: 'secret',
        popOrigins: new Set(['https://crm.example', 'https://wiki.example:8443']),
      },
    });
  });

  it('opens no page unless origins are listed', () => {
    const read = readConfiguration(own({ url: URL_OF_FLOW, secret: '', secretParameter: 'key' }));
    expect(read).to.have.nested.property('configuration.popOrigins').that.is.empty;
    expect(read).to.have.nested.property('configuration.secretParameter', 'key');
  });

  it('may name a flow on this machine without TLS', () => {
    for (const url of ['http://127.0.0.1:1880/accolades', 'http://localhost:5678/webhook/x']) {
      expect(readConfiguration(own({ url, secret: '' }))).to.include({ ok: true });
    }
  });

  for (const [problem, text] of [
    ['noText', texts('  ')],
    ['noText', { account: null, phone: null, agent: null }],
    ['notJson', texts('url=https://flow.example')],
    ['notJson', texts('["accoladesFlow"]')],
    ['noKey', texts('{"url":"https://flow.example"}')],
    ['noKey', own('https://flow.example')],
    ['urlMissing', own({ secret: 'x' })],
    ['urlWrong', own({ url: 'flow.example/calls' })],
    ['urlWrong', own({ url: 'https://me:word@flow.example/' })],
    ['urlNotHttps', own({ url: 'http://flow.example/calls' })],
    ['urlNotHttps', own({ url: 'javascript:alert(1)' })],
    ['urlHoldsSecret', own({ url: 'https://flow.example/calls/s3cret', secret: 's3cret' })],
    ['secretWrong', own({ url: URL_OF_FLOW, secret: 7 })],
    ['secretMissing', own({ url: `${URL_OF_FLOW}/s3cret` })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/5f4dcc3b5aa765d61d8327deb882cf99` })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/5f4dcc3b5aa765d61d8327deb882cf99`, secret: '' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}?secret=s3cret` })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}?key=s3cret`, secret: '', secretParameter: 'key' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/s%33cret`, secret: 's3cret' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/s%2533cret`, secret: 's3cret' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/%FF/s%33cret`, secret: 's3cret' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/a%20b%2Fc`, secret: 'a b/c' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}?x=a+b%26c`, secret: 'a b&c' })],
    ['urlHoldsSecret', own({ url: `${URL_OF_FLOW}/geheim-ș`, secret: 'geheim-ș' })],
    ...[...POST_FIELDS, '__proto__'].map(
      (name) => ['parameterTaken', own({ url: URL_OF_FLOW, secret: 'x-7', secretParameter: name })] as const,
    ),
    ['originsWrong', own({ url: URL_OF_FLOW, secret: 'x-7', screenPop: { origins: 'https://crm.example' } })],
    [
      'originsWrong',
      own({ url: URL_OF_FLOW, secret: 'x-7', screenPop: { origins: ['http://crm.example'] } }),
    ],
    [
      'originsWrong',
      own({ url: URL_OF_FLOW, secret: 'x-7', screenPop: { origins: ['https://crm.example/contacts'] } }),
    ],
    [
      'originsWrong',
      own({ url: URL_OF_FLOW, secret: 'x-7', screenPop: { origins: ['https://*.example', '*'] } }),
    ],
  ] as const) {
    it(`is refused as ${problem}: ${(text.account?.data ?? '').slice(0, 70)}`, () => {
      expect(readConfiguration(text)).to.include({ ok: false, problem });
    });
  }

  it('may begin with what an editor puts there, and end so', () => {
    const { account } = own({ url: URL_OF_FLOW, secret: '' });
    expect(readConfiguration(texts(`\uFEFF\u00A0${account.data}\u00A0\n`))).to.include({ ok: true });
  });

  it('says where it is not JSON', () => {
    expect(readConfiguration(texts('{\n  “accoladesFlow”: {}\n}'))).to.deep.include({
      problem: 'notJson',
      fault: { line: 2, column: 3, mistake: 'typographicQuote', character: '“' },
    });
    expect(readConfiguration(texts('["accoladesFlow"]'))).to.deep.include({
      problem: 'notJson',
      fault: null,
    });
  });

  it('of the agent may hold a name', () => {
    expect(readLabel(texts('', '{"accoladesFlow":{"label":" Front desk "}}'))).to.equal('Front desk');
    for (const text of ['', 'Front desk', '{"accoladesFlow":{"label":7}}'])
      expect(readLabel(texts('', text))).to.equal('');
  });
});

describe("the frame's address", () => {
  const QUERY = '?serverFqdn=client.voipit.ro&serverPort=14327&agentId=f8cb549544';

  it('says where to connect, and as whom', () => {
    expect(readParameters(QUERY)).to.deep.equal({
      ok: true,
      parameters: { serverUrl: 'wss://client.voipit.ro:14327', agentId: 'f8cb549544' },
    });
  });

  it('can ask for ws: on this machine only', () => {
    for (const [host, url] of [
      ['127.0.0.1', 'ws://127.0.0.1:14327'],
      ['client.voipit.ro', 'wss://client.voipit.ro:14327'],
      ['127.0.0.1.evil.example', 'wss://127.0.0.1.evil.example:14327'],
    ] as const) {
      expect(
        readParameters(`?serverFqdn=${host}&serverPort=14327&agentId=x&serverProtocol=ws`),
      ).to.have.nested.property('parameters.serverUrl', url);
    }
  });

  for (const [query, wrong] of [
    ['', ['serverFqdn', 'serverPort', 'agentId']],
    [QUERY.replace('14327', '0'), ['serverPort']],
    [QUERY.replace('14327', '14327/x'), ['serverPort']],
    [QUERY.replace('client.voipit.ro', 'evil.example%2Fx'), ['serverFqdn']],
    [QUERY.replace('f8cb549544', ''), ['agentId']],
  ] as const) {
    it(`is refused for ${wrong.join(', ')} in “${query}”`, () => {
      expect(readParameters(query)).to.deep.equal({ ok: false, wrong });
    });
  }
});
