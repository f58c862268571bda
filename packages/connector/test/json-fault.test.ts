import { expect } from 'chai';
import fc from 'fast-check';
import { findJsonFault } from '../src/json-fault.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the place where a text stops being JSON', () => {
  for (const [text, line, column, mistake] of [
    ['{"a": “b”}', 1, 7, 'typographicQuote'],
    ['{"a": "b”\n}', 1, 9, 'typographicQuote'],
    ['{„a": 1}', 1, 2, 'typographicQuote'],
    ['{\u00A0"a": 1}', 1, 2, 'specialSpace'],
    ['{"a": 1,\n\u200B"b": 2}', 2, 1, 'specialSpace'],
    ['{"a": 1}\uFEFF', 1, 9, 'specialSpace'],
    ['{"a": 1,\n}', 1, 8, 'trailingComma'],
    ['[1, 2, ]', 1, 6, 'trailingComma'],
    ['{"a": 1\r\n"b": 2}', 2, 1, 'missingComma'],
    ['{"a": "x\ny"}', 1, 9, 'lineBreakInText'],
    ['{"a": {"b": 1}', 1, 15, 'endsEarly'],
    ['{"a": "b', 1, 9, 'endsEarly'],
    ['{"a": 1} {"b": 2}', 1, 10, 'textAfterEnd'],
    ["{'a': 1}", 1, 2, 'other'],
    ['theme=dark', 1, 1, 'other'],
    ['{"😀": 😀}', 1, 7, 'other'],
    ['{"a": "\\x"}', 1, 9, 'other'],
  ] as const) {
    it(`is line ${line}, column ${column} of ${JSON.stringify(text)} (${mistake})`, () => {
      expect(findJsonFault(text)).to.include({ line, column, mistake });
    });
  }

  it('is found in exactly the texts that the browser cannot read', () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      // One character of a right text is changed, taken out or put in.
      fc
        .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '“', '\u00A0', '}', '0', '\\'))
        .map(([json, at, character]) => {
          const index = at % (json.length + 1);
          return json.slice(0, index) + character + json.slice(index + (character === '' ? 1 : 0));
        }),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        expect(findJsonFault(candidate) === null).to.equal(isJson(candidate));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not looked for in a text without an end of brackets', () => {
    expect(findJsonFault('['.repeat(1_000_000))).to.equal(null);
  });
});
