import { expect } from 'chai';
import { decode, MAX_FRAME_BYTES, type Decoded } from '../../src/protocol/decode.ts';
import type { ServerMessage } from '../../src/protocol/messages.ts';
import { MALFORMED_CALL, MALFORMED_CONFIGURATION, VALID_CALL, VALID_CONFIGURATION } from './samples.ts';

function message(frame: string | Uint8Array): ServerMessage {
  const decoded = decode(frame);
  if (decoded.kind !== 'message') throw new Error(`${decoded.kind}: ${JSON.stringify(decoded)}`);
  return decoded.message;
}

const kindOf = (frame: string | Uint8Array): Decoded['kind'] => decode(frame).kind;
const json = (value: unknown): string => JSON.stringify(value);
const call = (more: object = {}): object => ({
  type: 'incomingCall',
  phoneNumber: '0211234567',
  uniqueId: '1608743891.1344',
  ...more,
});

describe('decode', () => {
  describe('valid frames', () => {
    it('decodes calls of both directions with callCenter yes, no, missing or invalid', () => {
      for (const type of ['incomingCall', 'outgoingCall']) {
        for (const [said, read] of [
          ['yes', true],
          ['no', false],
          [true, true],
          [false, false],
          [undefined, null],
          [null, null],
          ['maybe', null],
          [7, null],
        ] as const) {
          expect(message(json(call({ type, callCenter: said })))).to.deep.include({
            type,
            phoneNumber: '0211234567',
            uniqueId: '1608743891.1344',
            callCenter: read,
          });
        }
      }
    });

    it('keeps unknown fields in raw', () => {
      expect(message(json(call({ queue: { id: 7 } }))).raw).to.deep.equal(call({ queue: { id: 7 } }));
    });

    it('accepts a call without number or id, and rejects a number of a wrong type', () => {
      expect(message(json({ type: 'incomingCall' }))).to.deep.include({ phoneNumber: '', uniqueId: '' });
      expect(message(json(call({ phoneNumber: null })))).to.deep.include({ phoneNumber: '' });
      expect(message(json(call({ phoneNumber: 211234567 })))).to.deep.include({ phoneNumber: '211234567' });
      for (const phoneNumber of [{}, [], true]) {
        expect(kindOf(json(call({ phoneNumber }))), json(phoneNumber)).to.equal('malformed');
      }
    });

    it('keeps every digit of a unique id written as a number', () => {
      for (const [written, read] of [
        ['1608743891.1340', '1608743891.1340'],
        ['1608743891.0', '1608743891.0'],
        ['1608743891.10000000000000000001', '1608743891.10000000000000000001'],
        [' 1608743891.1344 ', '1608743891.1344'],
        ['1.6e9', '1600000000'],
        ['-1.50', '-1.5'],
      ] as const) {
        const frame = `{"type":"incomingCall","phoneNumber":"1","uniqueId":${written}}`;
        expect(message(frame), written).to.deep.include({ uniqueId: read });
      }
      expect(kindOf(`{"type":"incomingCall","phoneNumber":"1","uniqueId":1e999}`)).to.equal('malformed');
      const twice =
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":1.20,"x":{"uniqueId":3.0},"uniqueId":4.50}';
      expect(message(twice)).to.deep.include({ uniqueId: '4.50' });
      const repaired = '{"type":"incomingCall" "phoneNumber":"1","uniqueId":1608743891.1340}';
      expect(message(repaired)).to.deep.include({ uniqueId: '1608743891.1340' });
    });

    it('decodes both spellings of authSuccess', () => {
      for (const type of ['authSucces', 'authSuccess']) {
        expect(message(json({ type, version: '1.1.0' }))).to.deep.include({
          type: 'authSuccess',
          version: '1.1.0',
        });
      }
    });

    it('decodes refusals, with IP_MISMATCH as the documented IP_MISSMATCH', () => {
      for (const [said, read] of [
        ['ID_NOT_FOUND', 'ID_NOT_FOUND'],
        ['IP_MISSMATCH', 'IP_MISSMATCH'],
        ['IP_MISMATCH', 'IP_MISSMATCH'],
        ['CONNECTION_EXISTS', 'CONNECTION_EXISTS'],
        ['SOMETHING_NEW', 'SOMETHING_NEW'],
        [42, '42'],
        [['a'], '["a"]'],
      ]) {
        expect(message(json({ type: 'authFailed', reason: said }))).to.deep.include({ reason: read });
      }
    });

    it('decodes a configuration with texts of any format', () => {
      const decoded = message(
        json({
          type: 'configuration',
          account: { id: 15, data: '<xml a="1"/>' },
          phone: { id: '27', data: { unquoted: ['json'] } },
          agent: null,
        }),
      );
      expect(decoded)
        .to.have.property('configuration')
        .that.deep.equals({
          account: { id: '15', data: '<xml a="1"/>' },
          phone: { id: '27', data: '{"unquoted":["json"]}' },
          agent: null,
        });
      expect(kindOf(json({ type: 'configuration', account: 'no object' }))).to.equal('malformed');
    });

    it('decodes version, connectionClosed and error', () => {
      expect(message('{"type":"version","value":"1.1.0"}')).to.deep.include({ version: '1.1.0' });
      expect(kindOf('{"type":"version"}')).to.equal('malformed');
      expect(message('{"type":"connectionClosed"}').type).to.equal('connectionClosed');
      expect(message('{"type":"error","message":{"any":"thing"}}').type).to.equal('error');
    });

    it('reports an unknown type without an error', () => {
      for (const type of ['agentPaused', '', 'toString', 'constructor', '__proto__', 'authRequest']) {
        expect(decode(json({ type, a: 1 }))).to.deep.include({ kind: 'unknown', type });
      }
    });

    it('decodes bytes with and without a byte order mark', () => {
      expect(message(Buffer.from(VALID_CALL)).type).to.equal('incomingCall');
      expect(message(Buffer.from(`\ufeff${VALID_CALL}`)).type).to.equal('incomingCall');
      expect(message(new Uint8Array(Buffer.from(`xx${VALID_CALL}xx`)).subarray(2, -2)).type).to.equal(
        'incomingCall',
      );
    });

    it('uses the last of duplicate keys, like JSON.parse', () => {
      expect(message('{"type":"version","value":"1","value":"2"}')).to.deep.include({ version: '2' });
    });

    it('keeps texts in any script', () => {
      const data = 'șțăîâ Ω Привет 你好 😀 \u0000 \ud800 "quoted" \\ \n'.repeat(40);
      const text = json({ type: 'configuration', account: { id: '1', data } });
      expect(message(text)).to.have.nested.property('configuration.account.data', data);
    });
  });

  describe('repairs the malformed samples of the documentation', () => {
    it('the call without a comma', () => {
      const decoded = decode(MALFORMED_CALL);
      expect(decoded).to.include({ kind: 'message', repaired: true });
      expect(message(MALFORMED_CALL)).to.deep.equal(message(VALID_CALL));
    });

    it('the configuration with an extra comma', () => {
      expect(decode(MALFORMED_CONFIGURATION)).to.include({ kind: 'message', repaired: true });
      expect(message(MALFORMED_CONFIGURATION)).to.deep.equal(message(VALID_CONFIGURATION));
    });

    for (const [name, from, to] of [
      ['Windows line ends', /\n/g, '\r\n'],
      ['no line ends', /\n/g, ''],
      ['spaces around', /^|$/g, ' \n'],
      ['a byte order mark', /^/, '\ufeff'],
    ] as const) {
      it(`with ${name}`, () => {
        expect(message(MALFORMED_CALL.replace(from, to))).to.deep.equal(message(VALID_CALL));
        expect(message(MALFORMED_CONFIGURATION.replace(from, to))).to.deep.equal(
          message(VALID_CONFIGURATION),
        );
        expect(message(Buffer.from(MALFORMED_CALL.replace(from, to)))).to.deep.equal(message(VALID_CALL));
      });
    }

    it('with texts of 2,000 characters that hold quotes, brackets, commas and line breaks', () => {
      const data = '{"a": "b, c }",\n [1]\t}}}'.repeat(90).slice(0, 2_000);
      const text = MALFORMED_CONFIGURATION.replace('"INFO_AGENT"', () => json(data));
      expect(message(text)).to.have.nested.property('configuration.agent.data', data);
      const unescaped = MALFORMED_CONFIGURATION.replace('INFO_AGENT', 'two\nlines\tand a tab');
      expect(message(unescaped)).to.have.nested.property('configuration.agent.data', 'two\nlines\tand a tab');
    });
  });

  describe('rejects truncation at every position', () => {
    const nested =
      '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1344" ' +
      '"queue":{"id":{"a":[1,{"b":2}]}},"note":"a } b","callCenter":"yes","more":{"x":"}"}}';
    for (const [name, text] of [
      ['the valid call', VALID_CALL],
      ['the malformed call', MALFORMED_CALL],
      ['the malformed configuration', MALFORMED_CONFIGURATION],
      ['the valid configuration', VALID_CONFIGURATION],
      ['a call with brackets inside', nested],
      [
        'a call whose last text is a bracket',
        '{"type":"incomingCall","uniqueId":"1.2" "phoneNumber":"02}1}"}',
      ],
      ['a call in single quotes', "{'type':'incomingCall','uniqueId':'1.2','phoneNumber':'0211234567',}"],
    ] as const) {
      it(`of ${name} is refused or changes nothing`, () => {
        const whole = message(text);
        let identical = 0;
        for (let end = 0; end < text.length; end++) {
          for (const part of [text.slice(0, end), Buffer.from(text.slice(0, end))]) {
            const decoded = decode(part);
            if (decoded.kind === 'malformed') continue;
            expect(decoded, `cut at ${end}: ${text.slice(0, end)}`)
              .to.have.property('message')
              .deep.equal(whole);
            identical++;
          }
        }
        // Only white space may be missing.
        expect(identical).to.equal(0);
      });

      it(`of ${name} at the front is refused`, () => {
        for (let begin = 1; begin < text.length; begin++) {
          const { kind } = decode(text.slice(begin));
          expect(kind === 'malformed' || kind === 'unknown', `from ${begin}`).to.equal(true);
        }
      });
    }
  });

  describe('does not repair', () => {
    for (const [name, text] of [
      ['an unknown type', '{"type":"agentPaused" "a":1}'],
      ['a call without its id', '{"type":"incomingCall","phoneNumber":"0211234567",}'],
      ['a call whose number has no value', '{"type":"incomingCall","phoneNumber":,"uniqueId":"1.2"}'],
      [
        'a call with an odd callCenter',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2" "callCenter":"ye"}',
      ],
      ['two messages in one frame', VALID_CALL + VALID_CALL],
      ['a text after the end', `${MALFORMED_CALL} "x"`],
      ['an open string', '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2}'],
      ['brackets that do not match', '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","a":[}]}'],
      ['an array', '["type" "incomingCall"]'],
      ['no JSON at all', 'HTTP/1.1 400 Bad Request'],
      ['nothing', ''],
    ] as const) {
      it(name, () => {
        expect(kindOf(text)).to.equal('malformed');
      });
    }
  });

  describe('hostile frames', () => {
    it('keep reserved names out of raw at any depth, valid or repaired', () => {
      const reserved = /__proto__|constructor|prototype/;
      for (const text of [
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","__proto__":{"x":1}}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","a":[{"__proto__":{"x":1},"constructor":1}]}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","\\u005f_proto__":{"x":1},"prototyp\\u0065":2}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2" "__proto__":{"x":1}}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2" "__pro"+"to__":{"x":1}}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2" __proto__:{"x":1}}',
        '{"type":"somethingNew","constructor":{"prototype":{"x":1}}}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","constructor":"x"}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","__proto__":null}',
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","\\u005f_proto__":1,"prototyp\\u0065":2}',
      ]) {
        const decoded = decode(text);
        const raw: object | null =
          decoded.kind === 'message' ? decoded.message.raw : decoded.kind === 'unknown' ? decoded.raw : null;
        expect(Object.keys(raw ?? {}).join(), text).not.to.match(reserved);
        expect(json(raw), text).not.to.match(reserved);
        expect(Object.getPrototypeOf(raw ?? {}), text).to.equal(Object.prototype);
      }
      expect(({} as { x?: unknown }).x).to.equal(undefined);
    });

    it('may have a reserved name as type or value', () => {
      expect(kindOf('{"__proto__":{"type":"incomingCall"}}')).to.equal('malformed');
      expect(message(json(call({ phoneNumber: '__proto__' })))).to.deep.include({ phoneNumber: '__proto__' });
    });

    it('are rejected with more than 32 levels of nesting, and accepted with 32', () => {
      const nested = (depth: number): string =>
        `{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      expect(kindOf(nested(31))).to.equal('message');
      expect(kindOf(nested(32))).to.equal('malformed');
      expect(kindOf(nested(400_000))).to.equal('malformed');
      expect(kindOf('{"a":'.repeat(100_000))).to.equal('malformed');
      expect(kindOf('['.repeat(1_000_000))).to.equal('malformed');
      expect(kindOf(`{"type":"x" ${'{"a":'.repeat(100)}1${'}'.repeat(101)}`)).to.equal('malformed');
    });

    it('are rejected over 1 MiB, and accepted with 1 MiB', () => {
      const sized = (bytes: number): string => {
        const empty = json(call({ pad: '' }));
        return json(call({ pad: 'x'.repeat(bytes - empty.length) }));
      };
      expect(MAX_FRAME_BYTES).to.equal(1_048_576);
      for (const size of [MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1]) {
        const expected = size > MAX_FRAME_BYTES ? 'malformed' : 'message';
        expect(kindOf(sized(size))).to.equal(expected);
        expect(kindOf(Buffer.from(sized(size)))).to.equal(expected);
      }
      const decoded = decode('x'.repeat(MAX_FRAME_BYTES + 1));
      expect(decoded.kind === 'malformed' ? decoded.error.code : '').to.equal('FRAME_TOO_LARGE');
    });

    it('are rejected when binary or bad UTF-8', () => {
      for (const bytes of [
        [0xff, 0xfe, 0x00],
        [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d],
        [0xed, 0xa0, 0x80],
        [0],
        [],
      ]) {
        expect(kindOf(Uint8Array.from(bytes))).to.equal('malformed');
      }
      const utf16 = Buffer.from(VALID_CALL, 'utf16le');
      expect(kindOf(utf16)).to.equal('malformed');
    });

    it('are rejected when not an object, or without a type', () => {
      for (const text of ['null', '[]', '7', '"incomingCall"', 'true', '{}', '{"type":7}', '{"type":null}']) {
        expect(kindOf(text), text).to.equal('malformed');
      }
    });

    // Found by measuring: jsonrepair alone took 33 s for the first at 12,000 characters.
    for (const unit of [
      '"b\n',
      `'b" `,
      '"b" c" d" ',
      '"b:',
      '"b"+',
      '"',
      '```',
      'f(',
      '/*',
      '\\',
      '"a" ',
      '[{"a":',
    ]) {
      it(`do not block the process: ${json(unit)} repeated`, () => {
        for (const size of [127, 511, 4_000, 60_000, 1_000_000]) {
          const repeated = unit.repeat(Math.floor(size / unit.length));
          for (const text of [`{"a": ${repeated}}`, `{${repeated}}`, `{"type":"incomingCall" ${repeated}`]) {
            const began = process.cpuUsage();
            expect(kindOf(text)).not.to.equal('message');
            // Processor time: a busy machine must not fail this.
            const { user, system } = process.cpuUsage(began);
            expect((user + system) / 1_000, `${size} characters, in milliseconds`).to.be.below(500);
          }
        }
      });
    }
  });
});
