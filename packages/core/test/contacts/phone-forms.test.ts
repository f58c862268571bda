import { expect } from 'chai';
import { readPhoneForms } from '../../src/contacts/phone-forms.ts';

describe('The forms of a number', () => {
  it('are all that a CRM may hold', () => {
    const { phone, forms } = readPhoneForms('Tel. 021/123.45.67 int. 5', 'RO');
    expect(phone).to.deep.equal({
      e164: '+40211234567',
      national: '021 123 4567',
      international: '+40 21 123 4567',
      country: 'RO',
      type: 'FIXED_LINE',
    });
    expect(forms[0]).to.equal('+40211234567');
    expect(forms).to.include.members([
      '+40211234567',
      '40211234567',
      '0040211234567',
      '0211234567',
      '211234567',
      '021 123 4567',
      '+40 21 123 4567',
      '0040 21 123 4567',
      '021.123.4567',
      '021-123-4567',
      '(021) 123 4567',
      '021/1234567',
      '+40-21-123-4567',
      '+40 (0)21 123 4567',
    ]);
    expect(new Set(forms).size).to.equal(forms.length);
  });

  for (const [number, country, wanted] of [
    [
      '2125550123',
      'US',
      ['+12125550123', '12125550123', '(212) 555-0123', '212-555-0123', '2125550123', '212.555.0123'],
    ],
    [
      '030 901820',
      'DE',
      ['+4930901820', '030901820', '030 901820', '30901820', '+49 30 901820', '+49 (0)30 901820'],
    ],
    ['06 1234 5678', 'IT', ['+390612345678', '0612345678', '+39 06 1234 5678']],
    ['512 3456', 'EE', ['+3725123456', '5123456', '512 3456']],
  ] as const) {
    it(`are those of its country: ${number} in ${country}`, () => {
      expect(readPhoneForms(number, country).forms).to.include.members([...wanted]);
    });
  }

  it('are the digits of a number that is not public, and none of what is no number', () => {
    expect(readPhoneForms('101', 'RO')).to.deep.equal({ phone: null, forms: ['101'] });
    for (const text of ['anonymous', '', null, undefined, {}]) {
      expect(readPhoneForms(text, '')).to.deep.equal({ phone: null, forms: [] });
    }
  });

  it('are read from a call message', () => {
    expect(readPhoneForms({ phoneNumber: '0211234567' }, 'RO').phone?.e164).to.equal('+40211234567');
  });

  it('need a known country', () => {
    expect(() => readPhoneForms('0211234567', 'Romania')).to.throw(/code of two letters/);
  });
});
