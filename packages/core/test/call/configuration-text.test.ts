import { expect } from 'chai';
import fc from 'fast-check';
import {
  parseConfiguration,
  parseConfigurationText,
  type TextFormat,
} from '../../src/call/configuration-text.ts';

describe('configuration texts', () => {
  const read: [string, TextFormat, string, unknown][] = [
    ['{"crm":"x","n":007}', 'auto', 'text', '{"crm":"x","n":007}'],
    [' {"crm":"x","n":[1]} ', 'auto', 'json', { crm: 'x', n: [1] }],
    ['\ufeff[1,2]', 'auto', 'json', [1, 2]],
    ['{"__proto__":{"a":1}}', 'auto', 'json', { 'field:__proto__': { a: 1 } }],
    ['42', 'auto', 'text', '42'],
    ['42', 'json', 'json', 42],
    [
      '<a x="1"><b>007</b><b>&amp;&#65;</b><c/></a>',
      'auto',
      'xml',
      { a: { '@x': '1', b: ['007', '&A'], c: '' } },
    ],
    ['<?xml version="1.0"?>\n<!-- c --><a>t</a>', 'auto', 'xml', { a: 't' }],
    ['<a><![CDATA[<x>&lt;]]></a>', 'auto', 'xml', { a: '<x>&lt;' }],
    [
      'name,queue\nAna,1\nIon,2',
      'auto',
      'csv',
      [
        { name: 'Ana', queue: '1' },
        { name: 'Ion', queue: '2' },
      ],
    ],
    ['name;queue\r\n"Pop; Ana";007', 'auto', 'csv', [{ name: 'Pop; Ana', queue: '007' }]],
    ['a\tb\n1\t2', 'auto', 'csv', [{ a: '1', b: '2' }]],
    ['name,__proto__\nAna,1', 'csv', 'csv', [{ name: 'Ana', 'field:__proto__': '1' }]],
    ['name\nAna', 'csv', 'csv', [{ name: 'Ana' }]],
    ['a,b\n1', 'csv', 'csv', [{ a: '1', b: '' }]],
    ['INFO_ACCOUNT', 'auto', 'text', 'INFO_ACCOUNT'],
    ['Hello, world', 'auto', 'text', 'Hello, world'],
    ['Hello, world\nthis is no table', 'auto', 'text', 'Hello, world\nthis is no table'],
    ['', 'auto', 'text', ''],
  ];
  for (const [text, asked, format, data] of read) {
    it(`${JSON.stringify(text).slice(0, 60)} (${asked}) is ${format}`, () => {
      expect(parseConfigurationText(text, asked)).to.deep.equal({ format, data, problem: null });
    });
  }

  const refused: [string, TextFormat][] = [
    ['{"a":', 'json'],
    ['{"a":'.repeat(40) + '1' + '}'.repeat(40), 'json'],
    ['', 'json'],
    ['text', 'xml'],
    ['<a></b>', 'xml'],
    ['<a>', 'xml'],
    ['<a/><b/>', 'xml'],
    ['<a/><a/>', 'xml'],
    ['<a></a><a></a>', 'xml'],
    ['<a/>x', 'xml'],
    ['<a/><![CDATA[x]]>', 'xml'],
    ['<a/', 'xml'],
    ['<a/><!-- x', 'xml'],
    ['<a><![CDATA[x</a>', 'xml'],
    ['<?xml', 'xml'],
    ['<a>R & D</a>', 'xml'],
    ['<a x="1" x="2"/>', 'xml'],
    ['<a b/>', 'xml'],
    ['<a b=1/>', 'xml'],
    ['<a>x</a> and more', 'xml'],
    ['<a x="', 'xml'],
    ['<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY l2 "&l;&l;">]><a>&l2;</a>', 'xml'],
    ['<!doctype a><a/>', 'xml'],
    ['<a x="<!--"><!DOCTYPE a [<!ENTITY l "lol">]>&l;<!----></a>', 'xml'],
    ['<a><!ENTITY x "y"></a>', 'xml'],
    ['<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', 'xml'],
    ['<a>'.repeat(40) + '</a>'.repeat(40), 'xml'],
    ['<__proto__><x>1</x></__proto__>', 'xml'],
    ['', 'csv'],
    ['a,a\n1,2', 'csv'],
    ['a,\n1,2', 'csv'],
    ['a,b\n1,2,3', 'csv'],
    ['a,b\n"1,2', 'csv'],
    ['x'.repeat(70_000), 'auto'],
  ];
  for (const [text, asked] of refused) {
    it(`${JSON.stringify(text).slice(0, 60)} is no ${asked}, and stays text`, () => {
      const { problem, ...parsed } = parseConfigurationText(text, asked);
      expect(parsed).to.deep.equal({ format: 'text', data: text });
      expect(problem).to.be.a('string');
    });
  }

  it('are parsed in addition to the original', () => {
    expect(
      parseConfiguration({
        account: { id: '15', data: '{"a":1}' },
        phone: null,
        agent: { id: '321', data: 'INFO' },
      }),
    ).to.deep.equal({
      account: { id: '15', data: '{"a":1}', parsed: { format: 'json', data: { a: 1 }, problem: null } },
      phone: null,
      agent: { id: '321', data: 'INFO', parsed: { format: 'text', data: 'INFO', problem: null } },
    });
  });

  it('never throw for any content', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      '<a>',
      '</a>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&amp;',
      '&x;',
      '"',
      '=',
      '{',
      '}',
      ',',
      ';',
      '\n',
      'a',
      '__proto__',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom<TextFormat>('auto', 'json', 'xml', 'csv'), (data, format) => {
        parseConfigurationText(data, format);
        return Object.keys(Object.prototype).length === 0;
      }),
      { numRuns: 1_000 },
    );
  });

  it('are parsed in linear time', () => {
    const hostile = [
      `<a ${'x="1" '.repeat(9_000)}>`,
      `<a${' '.repeat(60_000)}x`,
      '<'.repeat(60_000),
      '<a '.repeat(20_000),
      `<a x=${'"'.repeat(60_000)}>`,
      '<!--'.repeat(15_000),
      `<a/>${'<!--'.repeat(15_000)}`,
      '<a/>'.repeat(15_000),
      `<a>${'&'.repeat(60_000)}`,
      '"'.repeat(60_000),
      '&lt;'.repeat(15_000),
    ];
    const start = performance.now();
    for (const text of hostile)
      for (const format of ['auto', 'xml', 'csv'] as const) parseConfigurationText(text, format);
    expect(performance.now() - start).to.be.below(5_000);
  });
});
