import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { parseJsonFields } from '../../src/webhook/fields.ts';
import {
  confirmHangupReply,
  readHangupDecision,
  type HangupDecision,
  type HangupReplyFormat,
} from '../../src/webhook/hangup-reply.ts';
import { ivrReply } from '../../src/webhook/reply.ts';

const ten = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`v${i}`, i]));

describe('answers to IVR requests', () => {
  const accepted: [unknown, object][] = [
    [undefined, {}],
    [null, {}],
    ['', {}],
    [{}, {}],
    [
      { status: 'sent', n: 7, ok: true, none: null },
      { status: 'sent', n: '7', ok: 'true', none: '' },
    ],
    ['{"status":"sent"}', { status: 'sent' }],
    [[{ name: 'Status', value: 'x' }, { name: 'status' }], { Status: 'x', status: '' }],
    [{ constructor: 'x' }, { constructor: 'x' }],
    [ten, Object.fromEntries(Object.entries(ten).map(([name, value]) => [name, String(value)]))],
  ];
  for (const [given, body] of accepted) {
    it(`write ${JSON.stringify(body).slice(0, 60)} for ${typeof given}`, () => {
      const answer = ivrReply(given);
      expect(JSON.parse(answer.body)).to.deep.equal(body);
      expect([answer.status, answer.headers['content-type']]).to.deep.equal([
        200,
        'application/json; charset=utf-8',
      ]);
    });
  }

  const refused: [unknown, RegExp][] = [
    [{ ...ten, v10: 1 }, /at most 10 variables; 11/],
    [{ 'order-status': 'x' }, /“order-status” is no name/],
    [{ $_callerId: 'x' }, /no name/],
    [{ ștefan: 'x' }, /no name/],
    [{ '': 'x' }, /no name/],
    [JSON.parse('{"__proto__":1}'), /no name/],
    [{ a: {} }, /“a” must be text/],
    [{ a: [1] }, /“a” must be text/],
    [{ a: Number.NaN }, /“a” must be text/],
    [{ a: 'x'.repeat(4_097) }, /“a” is longer than 4096/],
    [
      [
        { name: 'a', value: 1 },
        { name: 'a', value: 2 },
      ],
      /given twice/,
    ],
    [[{ value: 1 }], /must have a name/],
    ['{', /not valid JSON/],
    ['[]', /JSON object/],
    [7, /must be an object/],
    [new Map(), /must be an object/],
  ];
  for (const [given, message] of refused) {
    it(`refuse ${JSON.stringify(given).slice(0, 60)}`, () => {
      expect(() => ivrReply(given))
        .to.throw(AccoladesError, message)
        .with.property('code', 'INVALID_REPLY');
    });
  }

  it('stay within the documented limits for any input of a flow', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.dictionary(fc.stringMatching(/^[a-z0-9_]{0,5}$/), fc.anything())),
        (given) => {
          try {
            const body = parseJsonFields(ivrReply(given).body);
            const entries = Object.entries(body);
            expect(entries.length).to.be.at.most(10);
            for (const [name, value] of entries) {
              expect(name).to.match(/^[A-Za-z0-9]+$/);
              expect(value).to.be.a('string');
            }
          } catch (error) {
            if (!(error instanceof AccoladesError)) throw error;
          }
        },
      ),
    );
  });
});

describe('answers to confirmHangup', () => {
  const EXTEND: HangupDecision = { decision: 'extend', seconds: 120 };
  const DROP: HangupDecision = { decision: 'drop' };
  const written: [HangupDecision, HangupReplyFormat, string, string][] = [
    [DROP, {}, '{"action":"drop"}', 'application/json; charset=utf-8'],
    [EXTEND, {}, '{"action":"extend","duration":120}', 'application/json; charset=utf-8'],
    [
      EXTEND,
      { decisionField: 'do', extendValue: 'more', secondsField: 's' },
      '{"do":"more","s":120}',
      'application/json; charset=utf-8',
    ],
    [DROP, { dropValue: 'no' }, '{"action":"no"}', 'application/json; charset=utf-8'],
    [
      EXTEND,
      { format: 'form', extendValue: 'a&b' },
      'action=a%26b&duration=120',
      'application/x-www-form-urlencoded',
    ],
    [DROP, { format: 'form' }, 'action=drop', 'application/x-www-form-urlencoded'],
    [
      EXTEND,
      { format: 'template', template: '<{decision} s="{seconds}"/>', contentType: 'text/xml' },
      '<extend s="120"/>',
      'text/xml',
    ],
    [DROP, { format: 'template', template: '{seconds}' }, '0', 'text/plain; charset=utf-8'],
  ];
  for (const [decision, format, body, type] of written) {
    it(`write ${body}`, () => {
      expect(confirmHangupReply(decision, format)).to.deep.equal({
        status: 200,
        headers: { 'content-type': type },
        body,
      });
    });
  }

  for (const [decision, seconds, read] of [
    ['drop', undefined, DROP],
    ['drop', 5, DROP],
    ['extend', 120, EXTEND],
    ['extend', '120', EXTEND],
  ] as const) {
    it(`read ${decision} ${String(seconds)}`, () => {
      expect(readHangupDecision(decision, seconds)).to.deep.equal(read);
    });
  }

  const refused: [unknown, unknown][] = [
    ['extend', undefined],
    ['extend', ''],
    ['extend', 0],
    ['extend', -1],
    ['extend', 1.5],
    ['extend', 86_401],
    ['extend', 'x'],
    ['hold', 5],
    [undefined, 5],
  ];
  for (const [decision, seconds] of refused) {
    it(`refuse ${String(decision)} ${String(seconds)}`, () => {
      expect(() => readHangupDecision(decision, seconds))
        .to.throw(AccoladesError)
        .with.property('code', 'INVALID_REPLY');
    });
  }

  it('reject an invalid format', () => {
    for (const format of [
      { format: 'template' },
      { format: 'template', template: 'x', contentType: 'a\r\nb: c' },
      { decisionField: 'x', secondsField: 'x' },
    ] as const) {
      expect(() => confirmHangupReply(EXTEND, format))
        .to.throw(AccoladesError)
        .with.property('code', 'INVALID_REPLY');
    }
  });
});
