import { expect } from 'chai';
import {
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  type CountryCode,
} from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { NumberingPlan } from '../../src/call/numbering-plan.ts';
import { readByLibrary } from '../../src/call/phone.ts';

/** Numbers that are much like real ones: a country's example with other last digits, in the ways in which it may be written. */
function numbersOf(country: CountryCode, count: number, random: () => number): string[] {
  const example = getExampleNumber(country, examples);
  if (example === undefined) return [];
  const dialled = example.formatNational().replace(/\D/g, '');
  const others = (number: string): string => {
    const kept = Math.floor(random() * number.length);
    return number.slice(0, kept) + Array.from(number.slice(kept), () => Math.floor(random() * 10)).join('');
  };
  const code = getCountryCallingCode(country);
  return Array.from({ length: count }, (_, index) =>
    index % 4 === 0
      ? `+${code}${others(example.nationalNumber)}`
      : index % 4 === 1
        ? `${code}${others(example.nationalNumber)}`
        : others(index % 4 === 2 ? dialled : `0${example.nationalNumber}`),
  );
}

/** The same numbers in each run, between 0 and 1. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('A numbering plan', () => {
  const romania = NumberingPlan.of('RO');

  it('reads the usual forms itself', () => {
    for (const [usual, e164] of [
      ['0211234567', '+40211234567'],
      ['+40211234567', '+40211234567'],
      ['0721234567', '+40721234567'],
      ['0800123456', '+40800123456'],
    ] as const) {
      expect(romania?.read(usual), usual).to.include({ e164 });
      expect(romania?.read(usual), usual).to.deep.equal(readByLibrary(usual, 'RO'));
    }
  });

  for (const other of [
    '',
    '0',
    '+40',
    '101',
    '112',
    '721234567',
    '40211234567',
    '0040211234567',
    '+400211234567',
    '021 123 4567',
    '+442079460018',
    '0211234567x1',
    '０211234567',
    'anonymous',
  ]) {
    it(`leaves ${JSON.stringify(other)} to the library`, () => {
      expect(romania?.read(other)).to.equal(null);
    });
  }

  it('is not made for countries that share a calling code, or have rules of their own', () => {
    for (const country of ['US', 'GB', 'IT', 'RU', 'AR', 'BR'] as const) {
      expect(NumberingPlan.of(country), country).to.equal(null);
    }
  });

  it('reads whatever it reads as the library does, in every country', () => {
    const random = pseudoRandom(1);
    let read = 0;
    for (const country of getCountries()) {
      const plan = NumberingPlan.of(country);
      for (const number of plan === null ? [] : numbersOf(country, country === 'RO' ? 2_000 : 60, random)) {
        const phone = plan?.read(number) ?? null;
        if (phone === null) continue;
        read++;
        expect(phone, `${number} in ${country}`).to.deep.equal(readByLibrary(number, country));
      }
    }
    expect(read).to.be.above(3_000);
  });
});
