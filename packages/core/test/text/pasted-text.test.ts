import { expect } from 'chai';
import { parseServerUrl } from '../../src/net/server-url.ts';
import { parseAccount } from '../../src/rest/account.ts';

describe('a pasted setting', () => {
  for (const [name, character] of [
    ['a zero-width space', '\u200B'],
    ['a soft hyphen', '\u00AD'],
    ['a byte order mark', '\uFEFF'],
    ['a no-break space', '\u00A0'],
    ['a bidi mark', '\u202A'],
  ] as const) {
    const around = (text: string): string => `${character}${text}${character}`;
    it(`is read without ${name} around it`, () => {
      const { accountNumber, password, baseUrl } = parseAccount({
        accountNumber: around('100200'),
        password: around('pass word '),
        url: around('https://pbx.example'),
      });
      expect({ accountNumber, password, baseUrl }).to.deep.equal({
        accountNumber: '100200',
        password: 'pass word ',
        baseUrl: 'https://pbx.example/',
      });
      expect(parseServerUrl(around('wss://pbx.example:1')).href).to.equal('wss://pbx.example:1/');
    });
  }
});
