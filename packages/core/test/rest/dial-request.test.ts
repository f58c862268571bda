import { expect } from 'chai';
import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
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
    [' 101 ', undefined, undefined, '101'],
    ['*97', undefined, undefined, '*97'],
    [' *97 ', 'e164', undefined, '*97'],
    ['tel:*21*101#', undefined, undefined, '*21*101#'],
    ['#31#0721234567', 'asTyped', undefined, '#31#0721234567'],
    ['TEL: +40 721 234 567', 'e164', undefined, '+40721234567'],
    ['+40 (0)21 / 123 4567', undefined, undefined, '0211234567'],
    ['(021) / 123 4567', undefined, undefined, '0211234567'],
    // A foreign number, dialled with 00.
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
    [{ deviceId: '27', phoneNumber: '+' }, /digits/],
    [{ deviceId: '27', phoneNumber: '1'.repeat(21) }, /more than 15 digits/],
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

  const several = [
    '0721234567 / 0722345678',
    '0721234567/0722345678',
    '0721234567 0722345678',
    '0721234567-0722345678',
    '0721234567, 0722345678',
    '0721234567;0722345678',
    '0721234567|0722345678',
    '0721234567\n0722345678',
    '101\n102',
    '0721234567\t101',
    '0721234567 sau 0722345678',
    '0721234567 (0722345678)',
    '0721234567 & 101',
    '07212345670722345678',
    '0721234567 101',
    '0721234567/68',
    '+40721234567+40722345678',
    '+40721234567/+40722345678',
    '101 102',
    '101/102',
    '101-102',
    '021 123 4567 ext 5',
    '021 123 4567 #5',
    '0721234567*5',
    '*97 101',
    '*97/*98',
    'tel:0721234567,tel:0722345678',
    7_212_345_670_722_345,
  ];
  for (const phoneNumber of several) {
    it(`refuses ${JSON.stringify(phoneNumber)}, which is not clearly one number, and says so`, () => {
      expect(messageOf({ deviceId: '27', phoneNumber })).to.match(
        /^INVALID_PARAMETER: .*Give one number, not a list/,
      );
    });
  }

  it('never quotes the input, which may be a secret in the wrong field', () => {
    for (const phoneNumber of ['f8cb549544', '0721234567 / 0722345678', '101 102', '1'.repeat(99)]) {
      expect(messageOf({ deviceId: phoneNumber })).not.to.include(phoneNumber);
      expect(messageOf({ deviceId: '27', phoneNumber })).not.to.include(phoneNumber);
    }
  });

  it('reads a number of every country in its usual formats, and never joins two numbers', () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples);
      if (example === undefined) throw new Error(`There is no example of ${country}.`);
      const forms = [example.formatNational(), example.formatInternational(), example.number];
      for (const form of forms) {
        const { phone } = parseDialRequest({ deviceId: '27', phoneNumber: form, country });
        expect(phone?.e164, `${country} ${form}`).to.equal(example.number);
        for (const between of [' ', ' / ', '/', '-', ' - ', '.', '(', ', ', ';', '\n', '\u00a0']) {
          // After a space, 101 may belong to the number: in some countries numbers have any length.
          const others = /[/,;\n]/.test(between) ? [...forms, '101', '12'] : forms;
          for (const other of others) {
            const phoneNumber = `${form}${between}${other}`;
            const message = messageOf({ deviceId: '27', phoneNumber, country });
            if (message !== 'accepted') continue;
            expect.fail(`${country} ${phoneNumber} is dialled as ${sent(phoneNumber, 'asTyped', country)}`);
          }
        }
      }
    }
  });

  it('sends only one number or star code, and throws only typed errors', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[+*#0-9 ().-]{0,30}$/)),
        fc.constantFrom(...NUMBER_FORMATS),
        (phoneNumber, numberFormat) => {
          try {
            expect(sent(phoneNumber, numberFormat)).to.match(/^(?:\+?[0-9]{1,17}|[*#][*#0-9]{1,30})$/);
          } catch (error) {
            if (!(error instanceof AccoladesError)) throw error;
          }
        },
      ),
    );
  });
});
