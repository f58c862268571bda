import { expect } from 'chai';
import { LANGUAGES, textsFor } from '../src/texts.ts';

/** Every text with its place. */
function flat(value: unknown, place = ''): [string, string][] {
  if (typeof value === 'string') return [[place, value]];
  if (typeof value === 'function') {
    const text: unknown = Reflect.apply(value, undefined, ['7', '8']);
    return [[place, String(text)]];
  }
  return Object.entries({ ...(typeof value === 'object' ? value : {}) }).flatMap(([name, inner]) =>
    flat(inner, `${place}.${name}`),
  );
}

describe('the texts of the page', () => {
  it('are the same ones in every language, none left untranslated', () => {
    const [english, ...others] = LANGUAGES.map((texts) => new Map(flat(texts)));
    for (const other of others) {
      expect([...other.keys()].sort()).to.deep.equal([...(english?.keys() ?? [])].sort());
      const same = [...other].filter(([place, text]) => english?.get(place) === text).map(([place]) => place);
      expect(same).to.deep.equal(['.labels.connection']);
    }
  });

  it('are in the first language that is known', () => {
    expect(textsFor(['ro-RO', 'en']).language).to.equal('ro');
    expect(textsFor(['hu', 'RO']).language).to.equal('ro');
    expect(textsFor(['hu']).language).to.equal('en');
    expect(textsFor([]).language).to.equal('en');
  });

  it('count as Romanian does', () => {
    const { lost } = textsFor(['ro']);
    expect([1, 2, 19, 20, 100, 101, 119, 120].map((count) => lost.old(count).slice(16, -13))).to.deep.equal([
      '1 eveniment',
      '2 evenimente',
      '19 evenimente',
      '20 de evenimente',
      '100 de evenimente',
      '101 evenimente',
      '119 evenimente',
      '120 de evenimente',
    ]);
  });
});
