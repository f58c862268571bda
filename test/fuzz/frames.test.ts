import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../packages/core/src/errors.ts';
import { decode } from '../../packages/core/src/protocol/decode.ts';
import { parseAgentList } from '../../packages/core/src/settings/agent-list.ts';
import { parseServerUrl } from '../../packages/core/src/settings/server.ts';
import { createFilter } from '../../packages/core/src/call/filter.ts';
import {
  MALFORMED_CALL,
  MALFORMED_CONFIGURATION,
  VALID_CALL,
  VALID_CONFIGURATION,
} from '../../packages/core/test/protocol/samples.ts';
import { CALL, SessionRig } from '../../packages/core/test/support/session-rig.ts';

/** `ACCOLADES_RUNS=1000000` is what the slow ring runs; a failure prints its seed. */
const RUNS = Number(process.env['ACCOLADES_RUNS'] ?? 5_000);
/** No single frame may take longer, in milliseconds of processor time; generous, since the garbage collector counts, too. */
const MAX_CASE_MS = 1_000;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');
function heapMiB(): number {
  if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function millisecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/** Between two batches, what was promised is settled; in one go, a million cases would hold on to a million promises. */
const BATCH = 10_000;

async function inBatches<Ts>(property: fc.IProperty<Ts>): Promise<void> {
  for (let done = 0; done < RUNS; done += BATCH) {
    fc.assert(property, { numRuns: Math.min(BATCH, RUNS - done) });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

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
  '+',
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
];

const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 }));
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
const mutated = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.array(mutation, { minLength: 1, maxLength: 6 }))
  .map(([text, mutations]) => mutations.reduce((now, change) => change(now), text));

const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
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

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(mutated, fc.uint8Array({ maxLength: 3 }), at).map(([text, noise, where]) => {
    const frame = Buffer.from(text);
    const i = Math.floor(where * frame.length);
    return Buffer.concat([frame.subarray(0, i), noise, frame.subarray(i)]);
  }),
);

const hostile: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 400, arbitrary: mutated },
  { weight: 200, arbitrary: bytes },
  { weight: 150, arbitrary: wrongTypes },
  { weight: 100, arbitrary: duplicateKeys },
  { weight: 80, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 50, arbitrary: configurationText },
  { weight: 10, arbitrary: nested },
  { weight: 1, arbitrary: huge },
);

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Throws unless the data is what every flow may safely copy, walk and store. */
function checkPlain(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > 32) throw new Error('Nested too deep.');
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype)
    throw new Error('A foreign prototype.');
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (RESERVED.has(key)) throw new Error(`The reserved name ${key}.`);
    checkPlain(inner, depth + 1);
  }
}

function checkDecoded(frame: string | Uint8Array): void {
  const decoded = decode(frame);
  if (decoded.kind === 'malformed') {
    if (!(decoded.error instanceof AccoladesError)) throw new Error('An error of a foreign kind.');
    return;
  }
  const raw = decoded.kind === 'message' ? decoded.message.raw : decoded.raw;
  checkPlain(raw);
  structuredClone(raw);
}

describe('hostile frames', () => {
  it(`${RUNS} of them: no crash, no hang, bounded memory, and a valid call between any two always arrives`, async () => {
    const before = heapMiB();
    const began = performance.now();
    let slowest = 0;
    let cases = 0;
    let rig = new SessionRig().ready();
    const judge = (frame: string | Uint8Array): void => {
      const start = process.cpuUsage();
      checkDecoded(frame);
      rig.transport.frame(frame);
      // A mutated frame may be a refusal or a good-bye: the session comes back by itself.
      if (rig.state === 'waiting') rig.nextAttempt().ready();
      if (rig.state !== 'ready') throw new Error(`The session is ${rig.state}.`);
      const uniqueId = `valid.${++cases}`;
      const known = rig.calls.length;
      rig.transport.frame({ ...CALL, uniqueId });
      if (rig.calls.length !== known + 1 || rig.calls.at(-1)?.uniqueId !== uniqueId) {
        throw new Error('The valid call did not arrive exactly once.');
      }
      const took = millisecondsSince(start);
      slowest = Math.max(slowest, took);
      if (took > MAX_CASE_MS) throw new Error(`One case took ${took} ms.`);
      if (rig.calls.length > 1_000 || rig.statuses.length > 1_000) {
        rig.session.close();
        expect(rig.clock.pending).to.equal(0);
        rig = new SessionRig().ready();
      }
    };
    await inBatches(fc.property(hostile, judge));
    rig.session.close();
    const seconds = (performance.now() - began) / 1_000;
    const after = heapMiB();
    console.log(
      `      ${cases} frames in ${seconds.toFixed(1)} s (${Math.round(cases / seconds)} a second), ` +
        `slowest ${slowest.toFixed(1)} ms, heap ${before.toFixed(1)} -> ${after.toFixed(1)} MiB`,
    );
    expect(after - before, 'MiB of heap').to.be.below(64);
  }).timeout(Math.max(60_000, RUNS * 5));
});

describe('hostile settings', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc
      .array(fc.constantFrom('a', 'f8cb549544', '=', ',', '\n', '\r', ' ', '"', ';', '__proto__', 'ș'), {
        maxLength: 20,
      })
      .map((p) => p.join('')),
    fc
      .array(
        fc.constantFrom(
          'wss:',
          'ws:',
          '//',
          '/',
          ':',
          '@',
          '#',
          '?',
          '.',
          '[::1]',
          'localhost',
          '14327',
          '%00',
          ' ',
        ),
        { maxLength: 10 },
      )
      .map((p) => p.join('')),
    fc
      .array(fc.constantFrom('/', '\\', '(', ')', '+', '*', '0721', ',', '\n', '[', ']', '|', 'g', '{9,}'), {
        maxLength: 12,
      })
      .map((p) => p.join('')),
    fc.anything(),
  );
  const orTyped = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      expect(error).to.be.instanceOf(AccoladesError);
      expect(error)
        .to.have.property('code')
        .that.matches(/^INVALID_/);
    }
  };

  it(`${RUNS} agent lists, addresses and filters are read or refused with a typed error`, async () => {
    const judge = (text: unknown): void => {
      const start = process.cpuUsage();
      orTyped(() => {
        const agents = parseAgentList(text);
        const sound = agents.every(({ label, idCrm }) => /\S/.test(label) && /^[!-~]{1,128}$/.test(idCrm));
        if (agents.length === 0 || !sound) throw new Error('An agent that is none.');
      });
      orTyped(() => {
        if (!/^wss?:\/\//.test(parseServerUrl(text).href)) throw new Error('An address that is none.');
      });
      orTyped(() => createFilter({ numbers: text }));
      orTyped(() => createFilter({ events: text, callSource: text }));
      if (millisecondsSince(start) > MAX_CASE_MS) throw new Error('It took too long.');
    };
    await inBatches(fc.property(typed, judge));
  }).timeout(Math.max(60_000, RUNS * 5));
});
