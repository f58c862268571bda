import { SEED_SAMPLES } from '@accolades-flow/simulator';

/** A server frame and the message that it must, or must not, become. */
export interface ContractCase {
  readonly name: string;
  /** Sent exactly like this, one WebSocket message each. */
  readonly frames: readonly (string | Uint8Array)[];
  /** Fields of each resulting message, in order; empty: no message. */
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

const FIELDS = {
  type: 'incomingCall',
  phoneNumber: '0211234567',
  uniqueId: '1608743891.1344',
  callCenter: 'yes',
} as const;

const call = (fields: Readonly<Record<string, unknown>>): string => JSON.stringify({ ...FIELDS, ...fields });

const DOCUMENTED = {
  event: 'incomingCall',
  direction: 'incoming',
  phoneNumber: '0211234567',
  uniqueId: '1608743891.1344',
  startedAt: '2020-12-23T17:18:11.000Z',
  callCenter: true,
};

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const CASES: readonly ContractCase[] = [
  // Valid
  { name: 'incomingCall as documented', frames: [call({})], messages: [DOCUMENTED] },
  {
    name: 'outgoingCall',
    frames: [call({ type: 'outgoingCall', callCenter: 'no' })],
    messages: [{ event: 'outgoingCall', direction: 'outgoing', callCenter: false }],
  },
  {
    name: 'a call without callCenter',
    frames: ['{"type":"incomingCall","phoneNumber":"0721234567","uniqueId":"1608743891.1"}'],
    messages: [{ callCenter: null }],
  },
  ...[
    '+40 21 123 4567',
    '0040211234567',
    '101',
    '112',
    'anonymous',
    '',
    '+4915112345678',
    '(021) 123-4567',
  ].map((phoneNumber) => ({
    name: `the number “${phoneNumber}”`,
    frames: [call({ phoneNumber })],
    messages: [{ phoneNumber }],
  })),
  ...['1608743891', 'abc', '', '99999999999.1', '1608743891.1344.7'].map((uniqueId) => ({
    name: `the uniqueId “${uniqueId}”`,
    frames: [call({ uniqueId })],
    messages: [{ uniqueId, startedAt: null }],
  })),
  {
    name: 'unknown fields',
    frames: [call({ queue: { name: 'Support', waiting: 3 }, tags: ['vip', null] })],
    messages: [{ raw: { ...FIELDS, queue: { name: 'Support', waiting: 3 }, tags: ['vip', null] } }],
  },
  {
    name: 'the same call twice is two messages',
    frames: [call({ uniqueId: '1608743892.1' }), call({ uniqueId: '1608743892.1' })],
    messages: [{ firstRing: true }, { firstRing: false }],
  },
  {
    name: 'an internal call, dialled by one agent and ringing another',
    frames: [
      call({ uniqueId: '1608743892.2', type: 'outgoingCall' }),
      call({ uniqueId: '1608743892.2' }),
      call({ uniqueId: '1608743892.2', type: 'outgoingCall' }),
    ],
    messages: [{ firstRing: true }, { firstRing: true }, { firstRing: true }],
  },
  { name: 'a byte order mark before the JSON', frames: [`\ufeff${call({})}`], messages: [DOCUMENTED] },
  { name: 'the JSON as a binary message', frames: [utf8(call({}))], messages: [DOCUMENTED] },
  {
    name: 'numbers where text is documented',
    frames: ['{"type":"incomingCall","phoneNumber":211234567,"uniqueId":1608743891.1344,"callCenter":"yes"}'],
    messages: [{ phoneNumber: '211234567', uniqueId: '1608743891.1344' }],
  },
  // The documentation's own samples, which are not JSON
  {
    name: 'the documented incomingCall, verbatim',
    frames: [SEED_SAMPLES.incomingCall],
    messages: [DOCUMENTED],
  },
  {
    name: 'the documented configuration, verbatim, sets the ids of the next call',
    frames: [SEED_SAMPLES.configuration, call({})],
    messages: [{ agent: { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' } }],
  },
  {
    name: 'configuration with other ids',
    frames: [
      '{"type":"configuration","account":{"id":"1","data":""},"phone":{"id":"2","data":"ă\\"<x>"},"agent":null}',
      call({}),
      SEED_SAMPLES.configuration,
    ],
    messages: [{ agent: { label: 'Front desk', id: null, phoneId: '2', accountId: '1' } }],
  },
  // Produces no message, and loses none
  { name: 'an unknown type', frames: ['{"type":"presence","value":"busy"}'], messages: [] },
  { name: 'the error message', frames: ['{"type":"error","message":"whatever"}'], messages: [] },
  { name: 'a second authSucces', frames: ['{"type":"authSucces","version":"1.1.0"}'], messages: [] },
  { name: 'a second authSuccess', frames: ['{"type":"authSuccess","version":"1.1.0"}'], messages: [] },
  { name: 'a version nobody asked for', frames: ['{"type":"version","value":"1.1.0"}'], messages: [] },
  { name: 'truncated JSON', frames: [call({}).slice(0, -9), '{"type":"incomingCall"'], messages: [] },
  { name: 'no JSON', frames: ['hello', '', '{', '}', 'null', '42', '[]', '"incomingCall"'], messages: [] },
  {
    name: 'no type',
    frames: ['{}', '{"type":1}', '{"type":null}', '{"type":["incomingCall"]}'],
    messages: [],
  },
  {
    name: 'fields of a wrong kind',
    frames: [call({ phoneNumber: { a: 1 } }), call({ uniqueId: ['1'] }), call({ phoneNumber: true })],
    messages: [],
  },
  // Hostile
  {
    name: 'reserved keys',
    frames: [
      '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1344","callCenter":"yes",' +
        '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"x":{"\\u005f_proto__":{"polluted":true},"y":1}}',
    ],
    messages: [{ ...DOCUMENTED, raw: { ...FIELDS, x: { y: 1 } } }],
  },
  { name: 'deep nesting', frames: [call({ x: 'HERE' }).replace('"HERE"', nested(5_000))], messages: [] },
  { name: 'more than 1 MiB', frames: [call({ x: 'x'.repeat(1024 * 1024) })], messages: [] },
  {
    name: 'bytes that are no text',
    frames: [Uint8Array.of(0xff, 0xfe, 0x00, 0x80), new Uint8Array(0)],
    messages: [],
  },
  {
    name: 'lone surrogates, control characters and emoji',
    frames: [
      '{"type":"incomingCall","phoneNumber":"\\ud800\\u0000\\u202e😀","uniqueId":"\\udfff","callCenter":"maybe"}',
    ],
    messages: [{ phoneNumber: '\ud800\u0000\u202e😀', phone: null, callCenter: null, startedAt: null }],
  },
  {
    name: 'duplicate keys: the last one counts',
    frames: [
      '{"type":"authFailed","type":"incomingCall","phoneNumber":"1","phoneNumber":"0211234567","uniqueId":"1608743891.1344","callCenter":"yes"}',
    ],
    messages: [DOCUMENTED],
  },
  {
    name: 'a text of 2,000 characters in many scripts',
    frames: [call({ note: '字ăβא😀'.repeat(330) })],
    messages: [{ raw: { ...FIELDS, note: '字ăβא😀'.repeat(330) } }],
  },
];
