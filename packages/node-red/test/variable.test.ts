import { expect } from 'chai';
import { hasVariableInside, variableIn } from '../src/runtime/variable.ts';

describe('A setting that is an environment variable', () => {
  for (const [name, character] of [
    ['zero-width spaces', '\u200B'],
    ['variation selectors', '\uFE0F'],
    ['grapheme joiners', '\u034F'],
    ['Mongolian vowel separators', '\u180E'],
    ['invisible operators', '\u2064'],
    ['Arabic letter marks', '\u061C'],
  ] as const) {
    it(`is found among ${name}, which text from a web page may hold`, () => {
      const pasted = `${character}\${${character}NAME${character}}${character}`;
      expect([variableIn(pasted), hasVariableInside(pasted)]).to.deep.equal(['NAME', false]);
    });
  }
});
