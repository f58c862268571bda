import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';

const SOURCES = path.join(import.meta.dirname, '../src');

/** Words after a number that are right for every number. */
const RIGHT_FOR_EVERY_NUMBER: Readonly<Record<string, readonly string[]>> = {
  'en-US': ['can', 'connected', 'more', 'of', 'waiting'],
  // Romanian puts “de” between numbers from 20 on and a noun.
  ro: ['conectați', 'din', 'la', 'se', 'în'],
};
/** English texts that are shown for two or more only. */
const SEVERAL = [
  'accolades.log.severalOffline',
  'accolades-agent.agents.several',
  'accolades-agent.list.typed',
  'accolades-agent.test.allConnected',
  'accolades-agent.test.progress',
  'accolades-agent.test.someFailed',
];
const COUNTED = /__(?:count|done|failed|more|total)__ (\p{L}+)/gu;

describe('Texts with a number', () => {
  for (const [language, words] of Object.entries(RIGHT_FOR_EVERY_NUMBER)) {
    it(`are right for every number in ${language}`, () => {
      const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith(path.join('locales', `${language}.json`)),
      );
      const texts = files.flatMap((file) => {
        const catalogue: unknown = JSON.parse(readFileSync(path.join(SOURCES, file), 'utf8'));
        return textsOf(catalogue, '');
      });
      const counted = texts.flatMap(({ key, text }) =>
        [...text.matchAll(COUNTED)].map(([, word = '']) => ({ key, word })),
      );
      expect(counted).not.to.deep.equal([]);
      const wrong = counted.filter(
        ({ key, word }) => !words.includes(word) && (language === 'ro' || !SEVERAL.includes(key)),
      );
      expect(wrong).to.deep.equal([]);
    });
  }
});

function textsOf(value: unknown, key: string): { readonly key: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ key, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    textsOf(inner, key === '' ? name : `${key}.${name}`),
  );
}
