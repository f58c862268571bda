import fc from 'fast-check';
import {
  MALFORMED_CALL,
  MALFORMED_CONFIGURATION,
  VALID_CALL,
  VALID_CONFIGURATION,
} from '../../../packages/core/test/protocol/samples.ts';
import type { Classes } from './attack.ts';
import { bytesIn, json, mutationsOf, piece } from './pieces.ts';

const SAMPLES = [
  VALID_CALL,
  MALFORMED_CALL,
  VALID_CONFIGURATION,
  MALFORMED_CONFIGURATION,
  '{"type":"outgoingCall","phoneNumber":"101","uniqueId":"1608743891.1","callCenter":"no","more":{"a":[1,2,{"b":null}]}}',
  '{"type":"authSucces","version":"1.1.0"}',
  '{"type":"authFailed","reason":"IP_MISSMATCH"}',
  '{"type":"version","value":"1.1.0"}',
  '{"type":"connectionClosed"}',
  '{"type":"error","message":"no"}',
];
const TYPES = [
  'incomingCall',
  'outgoingCall',
  'authSucces',
  'authSuccess',
  'authFailed',
  'configuration',
  'version',
  'connectionClosed',
  'error',
  'authRequest',
  '__proto__',
  'constructor',
  'toString',
  '',
];
const wrongTypes = fc
  .tuple(
    fc.constantFrom(...TYPES),
    fc.dictionary(
      fc.constantFrom(
        'phoneNumber',
        'uniqueId',
        'callCenter',
        'reason',
        'version',
        'value',
        'account',
        'agent',
        'phone',
        'x',
      ),
      json,
    ),
  )
  .map(([type, fields]) => JSON.stringify({ type, ...fields }));

const duplicateKeys = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'type',
        'phoneNumber',
        'uniqueId',
        '__proto__',
        'constructor',
        'prototype',
        '\\u005f_proto__',
        'a',
      ),
      fc.oneof(
        fc.constantFrom(...TYPES).map((type) => JSON.stringify(type)),
        json.map((value) => JSON.stringify(value)),
      ),
    ),
  )
  .map((fields) => `{${fields.map(([name, value]) => `"${name}":${value}`).join()}}`);

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":', '[{"b":[', '{"type":"incomingCall","a":'), fc.nat(2_000), fc.boolean())
  .map(([open, depth, closed]) => {
    const ends = Array.from(open)
      .reverse()
      .map((c) => (c === '[' ? ']' : c === '{' ? '}' : ''));
    return `{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","x":${open.repeat(depth)}1${closed ? ends.join('').repeat(depth) : ''}}`;
  });

const configurationText = fc
  .tuple(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 0, maxLength: 200, size: 'max' }),
      fc.string({ unit: 'binary', minLength: 0, maxLength: 200, size: 'max' }),
      piece,
    ),
    fc.boolean(),
  )
  .map(([unit, sound]) => {
    const data = unit === '' ? '' : unit.repeat(Math.ceil(2_000 / unit.length)).slice(0, 2_000);
    const text = VALID_CONFIGURATION.replace('"INFO_AGENT"', () =>
      sound ? JSON.stringify(data) : `"${data}"`,
    );
    return text;
  });

const huge = fc
  .tuple(piece, fc.integer({ min: 10_000, max: 1_200_000 }), fc.constantFrom('phoneNumber', 'uniqueId', 'x'))
  .map(([unit, length, field]) => {
    const text = (unit === '' ? 'x' : unit).repeat(Math.ceil(length / Math.max(1, unit.length)));
    return `{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2","${field}":"${text}"}`;
  });

/** Mutated samples of every message. */
export const mutatedFrame: fc.Arbitrary<string> = mutationsOf(...SAMPLES);

/** Anything that a server, or an attacker in its place, may send as one frame. */
export const HOSTILE_FRAMES: Classes<string | Uint8Array> = {
  'mutated samples': { weight: 400, of: mutatedFrame },
  'bytes, also inside of samples': { weight: 200, of: bytesIn(mutatedFrame) },
  'fields of wrong types': { weight: 150, of: wrongTypes },
  'duplicate and reserved names': { weight: 100, of: duplicateKeys },
  'any text': { weight: 80, of: fc.string({ unit: 'binary', maxLength: 300 }) },
  'configuration texts in any script': { weight: 50, of: configurationText },
  'deep nesting': { weight: 10, of: nested },
  'huge texts': { weight: 1, of: huge },
};
