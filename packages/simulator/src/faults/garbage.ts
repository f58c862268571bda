import { randomBytes } from 'node:crypto';

/**
 * - `text`: random printable characters
 * - `truncated`: the beginning of a call, cut in the middle
 * - `binary`: a binary frame of random bytes
 * - `invalidUtf8`: a text frame that is not UTF-8; WebSocket clients must fail the connection
 * - `huge`: a valid call with a filler, 2 MiB long
 * - `nested`: JSON that is 50,000 levels deep
 * - `brokenFrame`: bytes that are no WebSocket frame
 */
export type GarbageKind = 'text' | 'truncated' | 'binary' | 'invalidUtf8' | 'huge' | 'nested' | 'brokenFrame';

export const GARBAGE_KINDS: readonly GarbageKind[] = [
  'text',
  'truncated',
  'binary',
  'invalidUtf8',
  'huge',
  'nested',
  'brokenFrame',
];

export type Garbage =
  { kind: 'frame'; payload: string | Buffer; binary: boolean } | { kind: 'bytes'; bytes: Buffer };

const HUGE_LENGTH = 2 * 1024 * 1024;
const NESTED_DEPTH = 50_000;

export function makeGarbage(kind: GarbageKind): Garbage {
  switch (kind) {
    case 'text':
      return text(randomBytes(96).toString('base64').replaceAll('A', ' {"').replaceAll('B', '}:,'));
    case 'truncated':
      return text('{"type":"incomingCall","phoneNumber":"0211234567","uniq');
    case 'binary':
      return { kind: 'frame', payload: randomBytes(128), binary: true };
    case 'invalidUtf8':
      return {
        kind: 'frame',
        payload: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0xff, 0xfe, 0x22, 0x7d]),
        binary: false,
      };
    case 'huge':
      return text(
        JSON.stringify({ type: 'incomingCall', phoneNumber: '0211234567', filler: 'x'.repeat(HUGE_LENGTH) }),
      );
    case 'nested':
      return text(`{"type":"incomingCall","deep":${'['.repeat(NESTED_DEPTH)}${']'.repeat(NESTED_DEPTH)}}`);
    case 'brokenFrame':
      // Reserved bits and a reserved opcode, which every client must reject.
      return { kind: 'bytes', bytes: Buffer.concat([Buffer.from([0xff, 0x7f]), randomBytes(64)]) };
  }
}

function text(payload: string): Garbage {
  return { kind: 'frame', payload, binary: false };
}
