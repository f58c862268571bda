import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { parseAccount } from '../../src/rest/account.ts';

const GOOD = { accountNumber: '1234', password: 'not-a-real-one' };

function errorOf(settings: object): AccoladesError {
  try {
    parseAccount(settings);
  } catch (error) {
    if (error instanceof AccoladesError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('account settings', () => {
  it('use the documented server by default', () => {
    for (const url of [undefined, null, '', '  ']) {
      expect(parseAccount({ ...GOOD, url })).to.deep.include({
        baseUrl: 'https://client.voipit.ro/',
        accountNumber: '1234',
        exposed: false,
      });
    }
  });

  const addresses: [string, string, boolean][] = [
    ['https://pbx.example', 'https://pbx.example/', false],
    ['https://pbx.example/api', 'https://pbx.example/api/', false],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/', false],
    ['http://localhost:8080/', 'http://localhost:8080/', false],
    ['http://[::1]:1', 'http://[::1]:1/', false],
    ['http://pbx.example', 'http://pbx.example/', true],
    ['http://127.0.0.1.example', 'http://127.0.0.1.example/', true],
  ];
  it('report an unverified server only for https', () => {
    const { unverified } = parseAccount({ ...GOOD, allowUnauthorizedCerts: true });
    expect(unverified).to.equal(true);
    const url = 'http://127.0.0.1:8080';
    expect(parseAccount({ ...GOOD, url, allowUnauthorizedCerts: true }).unverified).to.equal(false);
  });

  for (const [url, baseUrl, exposed] of addresses) {
    it(`reads ${url}${exposed ? ' and reports it as exposed' : ''}`, () => {
      expect(parseAccount({ ...GOOD, url })).to.deep.include({ baseUrl, exposed });
    });
  }

  const refused: [object, string, RegExp][] = [
    [{ ...GOOD, url: 'client.voipit.ro' }, 'INVALID_URL', /must start with https/],
    [{ ...GOOD, url: 'wss://client.voipit.ro' }, 'INVALID_URL', /must start with https/],
    [{ ...GOOD, url: 'https://u:p@pbx.example' }, 'INVALID_URL', /user name/],
    [{ ...GOOD, url: 'https://pbx.example/?a=1' }, 'INVALID_URL', /“\?”/],
    [{ ...GOOD, url: 'https://' }, 'INVALID_URL', /cannot be read/],
    [{ ...GOOD, url: 5 }, 'INVALID_URL', /must be text/],
    [{ ...GOOD, accountNumber: '' }, 'INVALID_ACCOUNT', /No account number/],
    [{ ...GOOD, accountNumber: '../x' }, 'INVALID_ACCOUNT', /may hold/],
    [{ ...GOOD, accountNumber: null }, 'INVALID_ACCOUNT', /must be text/],
    [{ ...GOOD, password: '' }, 'INVALID_ACCOUNT', /No API password/],
    [{ ...GOOD, password: 'not-a-real-one\n' }, 'INVALID_ACCOUNT', /control character/],
    [{ ...GOOD, password: 'p'.repeat(257) }, 'INVALID_ACCOUNT', /longer/],
  ];
  for (const [settings, code, message] of refused) {
    it(`refuses ${JSON.stringify(settings).slice(0, 70)}`, () => {
      const error = errorOf(settings);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
      expect(error.message).not.to.include('not-a-real-one');
    });
  }
});
