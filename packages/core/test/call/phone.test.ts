import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { parseCountry, parsePhone } from '../../src/call/phone.ts';

describe('phone', () => {
  const LANDLINE = {
    e164: '+40211234567',
    national: '021 123 4567',
    international: '+40 21 123 4567',
    country: 'RO',
    type: 'FIXED_LINE',
  };

  for (const spelling of [
    '0211234567',
    '+40211234567',
    '0040211234567',
    '021 123 4567',
    '40211234567',
    '(021) 123-4567',
    'tel:+40211234567',
    'tel:0211234567',
    'TEL:+40-21-123-4567',
  ]) {
    it(`reads the Romanian landline ${spelling}`, () => {
      expect(parsePhone(spelling, 'RO')).to.deep.equal(LANDLINE);
    });
  }

  it('reads a Romanian mobile', () => {
    expect(parsePhone('0721234567', 'RO')).to.include({ e164: '+40721234567', type: 'MOBILE' });
  });

  for (const none of [
    '112',
    '101',
    '1',
    '',
    'anonymous',
    'Anonymous',
    'unknown',
    'restricted',
    '+',
    '0',
    '+40',
    '02112345678901',
    'sip:101@pbx',
    '*21#',
  ]) {
    it(`does not accept ${JSON.stringify(none)} as a public number`, () => {
      expect(parsePhone(none, 'RO')).to.equal(null);
    });
  }

  for (const [number, country, e164, home] of [
    ['+442079460018', 'RO', '+442079460018', 'GB'],
    ['00442079460018', 'RO', '+442079460018', 'GB'],
    ['02079460018', 'GB', '+442079460018', 'GB'],
    ['030 901820', 'DE', '+4930901820', 'DE'],
    ['+37322123456', 'RO', '+37322123456', 'MD'],
    ['2025550123', 'US', '+12025550123', 'US'],
  ] as const) {
    it(`reads ${number} as a number of ${country}`, () => {
      expect(parsePhone(number, country)).to.include({ e164, country: home });
    });
  }

  it('returns a copy to each caller', () => {
    const first = parsePhone('0211234567', 'RO');
    if (first !== null) Object.assign(first, { e164: 'changed' });
    expect(parsePhone('0211234567', 'RO')).to.deep.equal(LANDLINE);
  });

  it('neither parses nor caches a text that is too long', () => {
    expect(parsePhone(`${' '.repeat(70)}0211234567`, 'RO')).to.equal(null);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 300; i++) parsePhone(`${i}${'0'.repeat(500_000)}`, 'RO');
    global.gc?.();
    expect(process.memoryUsage().heapUsed - before).to.be.below(100_000_000);
  });

  it('reads countries', () => {
    for (const [typed, country] of [
      [undefined, 'RO'],
      [null, 'RO'],
      ['', 'RO'],
      [' de ', 'DE'],
      ['MD', 'MD'],
    ] as const) {
      expect(parseCountry(typed)).to.equal(country);
    }
    for (const bad of ['Romania', 'ZZ', 'R', 40, {}]) {
      expect(() => parseCountry(bad))
        .to.throw(AccoladesError)
        .with.property('code', 'INVALID_PARAMETER');
    }
  });
});
