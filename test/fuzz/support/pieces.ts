import fc from 'fast-check';

/** Pieces that break parsers of JSON, forms and addresses. */
const PIECES = [
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u',
  '\\ud800',
  '\n',
  '\u0000',
  '\ufeff',
  '\u2028',
  '/*',
  '//',
  '`',
  '"__proto__":{"x":1},',
  '"constructor":',
  '__proto__',
  '"a":"b"',
  '"type":"incomingCall",',
  '"uniqueId":"9.9"',
  'null',
  'NaN',
  '1e999',
  '-',
  '0211234567',
  'undefined',
  '...',
  '“',
  '\ud83d',
  '😀',
  'f8cb549544',
  '&',
  '=',
  '%',
  '%00',
  '%ff',
  '+',
  '\r\n',
  ';',
];

export const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 }));
type Mutation = (text: string) => string;
const at = fc.double({ min: 0, max: 1, noNaN: true });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(at, piece).map(([where, what]): Mutation => (text) => {
    const i = Math.floor(where * text.length);
    return text.slice(0, i) + what + text.slice(i);
  }),
  fc.tuple(at, fc.nat(12)).map(([where, length]): Mutation => (text) => {
    const i = Math.floor(where * text.length);
    return text.slice(0, i) + text.slice(i + length);
  }),
  fc.tuple(at, at, at).map(([from, to, where]): Mutation => (text) => {
    const [a, b] = [Math.floor(from * text.length), Math.floor(to * text.length)];
    const i = Math.floor(where * text.length);
    return text.slice(0, i) + text.slice(Math.min(a, b), Math.max(a, b)) + text.slice(i);
  }),
  at.map(
    (where): Mutation =>
      (text) =>
        text.slice(0, Math.floor(where * text.length)),
  ),
);
/** A sample with up to six mutations: an insertion, deletion, move or truncation. */
export function mutationsOf(...samples: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([text, mutations]) => mutations.reduce((now, change) => change(now), text));
}

/** Random bytes, also inside texts, so that they are not valid UTF-8. */
export function bytesIn(text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(text, fc.uint8Array({ maxLength: 3 }), at).map(([around, noise, where]) => {
      const frame = Buffer.from(around);
      const i = Math.floor(where * frame.length);
      return Buffer.concat([frame.subarray(0, i), noise, frame.subarray(i)]);
    }),
  );
}

/** Values of every JSON type. */
export const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
