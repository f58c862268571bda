import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { NUMBER_FORMATS, parseDialRequest } from '../../src/rest/dial-request.ts';

function sent(phoneNumber: unknown, numberFormat?: string, country?: string): string {
  return parseDialRequest({ deviceId: '27', phoneNumber, numberFormat, country }).phoneNumber;
}

function messageOf(settings: object): string {
  try {
    parseDialRequest(settings);
  } catch (error) {
    if (error instanceof AccoladesError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('dial requests', () => {
  const same = [
    '0211234567',
    '021 123 4567',
    '(021) 123-45.67',
    '021/123 4567',
    '+40211234567',
    '+40 (0)21 123 4567',
    '0040 21 123 4567',
    'tel:+40211234567',
    '\u202a+40\u00a021\u2011123\u20114567\u202c',
    '０２１１２３４５６７',
    40211234567,
    211234567,
  ];
  for (const typed of same) {
    it(`reads ${String(typed)} in any format`, () => {
      expect(NUMBER_FORMATS.map((format) => (format === 'asTyped' ? '' : sent(typed, format)))).to.deep.equal(
        ['0211234567', '+40211234567', '0040211234567', ''],
      );
      expect(parseDialRequest({ deviceId: '27', phoneNumber: typed }).phone?.e164).to.equal('+40211234567');
    });
  }

  const others: [unknown, string | undefined, string | undefined, string][] = [
    ['101', undefined, undefined, '101'],
    [101, 'e164', undefined, '101'],
    ['112', 'international00', undefined, '112'],
    [' 1 0 1 ', undefined, undefined, '101'],
    // Another country, from one whose people dial it with 00.
    ['+49 30 901820', undefined, undefined, '004930901820'],
    ['+49 30 901820', 'e164', undefined, '+4930901820'],
    ['030 901820', undefined, 'DE', '030901820'],
    ['+40 (0)21 123 4567', 'asTyped', undefined, '+40211234567'],
    ['021 123 4567', 'asTyped', undefined, '0211234567'],
  ];
  for (const [typed, format, country, expected] of others) {
    it(`sends ${String(typed)} (${format ?? 'default'}, ${country ?? 'RO'}) as ${expected}`, () => {
      expect(sent(typed, format, country)).to.equal(expected);
    });
  }

  const refused: [object, RegExp][] = [
    [{ deviceId: '27' }, /INVALID_PARAMETER: No phone number/],
    [{ deviceId: '27', phoneNumber: ' - ' }, /No phone number/],
    [{ deviceId: '27', phoneNumber: '021 CALL NOW' }, /digits/],
    [{ deviceId: '27', phoneNumber: '021+1234' }, /digits/],
    [{ deviceId: '27', phoneNumber: '*72' }, /digits/],
    [{ deviceId: '27', phoneNumber: '+' }, /digits/],
    [{ deviceId: '27', phoneNumber: '1'.repeat(21) }, /more than 20 digits/],
    [{ deviceId: '27', phoneNumber: '1'.repeat(100) }, /longer than 64/],
    [{ deviceId: '27', phoneNumber: 1.5 }, /must be text/],
    [{ deviceId: '27', phoneNumber: ['101'] }, /must be text/],
    [{ phoneNumber: '101' }, /No device id/],
    [{ deviceId: '2/7', phoneNumber: '101' }, /device id may hold/],
    [{ deviceId: '27', phoneNumber: '101', numberFormat: 'E164' }, /number format must be one of/],
    [{ deviceId: '27', phoneNumber: '101', country: 'Romania' }, /two letters/],
  ];
  for (const [settings, message] of refused) {
    it(`refuses ${JSON.stringify(settings).slice(0, 60)}`, () => {
      expect(messageOf(settings)).to.match(message);
    });
  }

  it('never sends anything but digits with one + before, and throws nothing else than typed errors', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[+0-9 ().-]{0,30}$/)),
        fc.constantFrom(...NUMBER_FORMATS),
        (phoneNumber, numberFormat) => {
          try {
            expect(sent(phoneNumber, numberFormat)).to.match(/^\+?[0-9]{1,20}$/);
          } catch (error) {
            if (!(error instanceof AccoladesError)) throw error;
          }
        },
      ),
    );
  });
});
