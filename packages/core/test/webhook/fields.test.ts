import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { parseJsonFields } from '../../src/webhook/fields.ts';
import { parseForm } from '../../src/webhook/form.ts';

describe('posted fields', () => {
  const forms: [string, object][] = [
    ['', {}],
    ['a=1&b=2', { a: '1', b: '2' }],
    ['a=1&a=2&a=', { a: ['1', '2', ''] }],
    ['a', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['=x', { '': 'x' }],
    ['%24_callerId=%2B40211234567', { $_callerId: '+40211234567' }],
    ['n=Ana+Pop%C8%99a', { n: 'Ana Popșa' }],
    ['a=100%&b=%zz', { a: '100%', b: '%zz' }],
    ['a=%ff', { a: '\ufffd' }],
    ['n=ș', { n: 'ș' }],
    ['&&a=1&', { a: '1' }],
    [`${'&'.repeat(2_000)}a=1${'&'.repeat(2_000)}b=2`, { a: '1', b: '2' }],
  ];
  for (const [text, fields] of forms) {
    it(`of the form ${text.slice(0, 40) || '(empty)'}`, () => {
      expect(parseForm(text)).to.deep.equal(fields);
      expect(parseForm(Buffer.from(text))).to.deep.equal(fields);
    });
  }

  it('in another charset', () => {
    expect(parseForm('n=%BAtefan', 'iso-8859-2')).to.deep.equal({ n: 'ştefan' });
    expect(() => parseForm('a=1', 'klingon'))
      .to.throw(AccoladesError)
      .with.property('code', 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('keep reserved names in a harmless spelling', () => {
    const fields = parseForm('__proto__=1&constructor=2&__proto__=3&prototype=4');
    expect(fields).to.deep.equal({
      'field:__proto__': ['1', '3'],
      'field:constructor': '2',
      'field:prototype': '4',
    });
    expect(parseJsonFields('{"__proto__":{"a":1},"b":[{"constructor":2}]}')).to.deep.equal({
      'field:__proto__': { a: 1 },
      b: [{ 'field:constructor': 2 }],
    });
    expect({}).not.to.have.property('a');
  });

  const refused: [string, () => unknown, RegExp][] = [
    ['over 1000 fields', () => parseForm('a=1&'.repeat(1_001)), /more than 1000/],
    ['a JSON list', () => parseJsonFields('[1]'), /not a JSON object/],
    ['broken JSON', () => parseJsonFields('{"a":'), /not valid JSON/],
    ['deep JSON', () => parseJsonFields('{"a":'.repeat(40) + '1' + '}'.repeat(40)), /nested too deep/],
    [
      'very deep JSON',
      () => parseJsonFields('{"a":' + '['.repeat(5_000) + ']'.repeat(5_000) + '}'),
      /nested too deep/,
    ],
  ];
  for (const [name, act, message] of refused) {
    it(`refuse ${name}`, () => {
      expect(act).to.throw(AccoladesError, message).with.property('code', 'BODY_MALFORMED');
    });
  }

  it('lose no field of a form', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), { maxLength: 12 }),
        (pairs) => {
          const form = new URLSearchParams(pairs).toString();
          const fields = parseForm(form);
          const expected = new Map<string, string[]>();
          for (const [name, value] of new URLSearchParams(form)) {
            const key = ['__proto__', 'constructor', 'prototype'].includes(name) ? `field:${name}` : name;
            expected.set(key, [...(expected.get(key) ?? []), value]);
          }
          // Compare text, because chai compares large maps slowly. Sort it, because JavaScript
          // reorders numeric names.
          const sorted = (entries: Iterable<[string, unknown[]]>): string =>
            JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
          expect(sorted(Object.entries(fields).map(([name, value]) => [name, [value].flat()]))).to.equal(
            sorted(expected),
          );
        },
      ),
    );
  });

  it('of any bytes are read, or rejected with a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        parseForm(bytes);
        try {
          parseJsonFields(Buffer.from(bytes).toString());
        } catch (error) {
          if (!(error instanceof AccoladesError)) throw error;
        }
      }),
    );
  });

  it('of any JSON object keep all values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (object) => {
        const text = JSON.stringify(object);
        const expected: unknown = JSON.parse(
          text
            .replaceAll('"__proto__":', '"field:__proto__":')
            .replaceAll('"constructor":', '"field:constructor":')
            .replaceAll('"prototype":', '"field:prototype":'),
        );
        expect(parseJsonFields(text)).to.deep.equal(expected);
      }),
    );
  });
});
