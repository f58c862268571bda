import { expect } from 'chai';
import { EndpointGuard, type Admission } from '../../src/webhook/endpoint-guard.ts';
import { parseForm } from '../../src/webhook/form.ts';

const SECRET = 'not-a-real-secret';
const FORM = 'application/x-www-form-urlencoded';

describe('a request without the secret', () => {
  const admit = (guard: EndpointGuard, type: string, body: Uint8Array, pathSecret: string): Admission =>
    guard.admit({
      method: 'POST',
      url: '/accolades',
      headers: { 'content-type': type },
      remoteAddress: '203.0.113.7',
      pathSecret,
      body,
    });

  /** Calls a function while no field can be decoded. */
  const unreadable = <T>(reader: object, method: string, act: () => T): T => {
    const original: unknown = Reflect.get(reader, method);
    Reflect.set(reader, method, () => {
      throw new Error('A field was read.');
    });
    try {
      return act();
    } finally {
      Reflect.set(reader, method, original);
    }
  };

  for (const [name, type, text, reader, method] of [
    [
      'a form of escapes',
      FORM,
      `${'%C8%99'.repeat(4)}=${'%C8%99'.repeat(6)}&`.repeat(1_000),
      TextDecoder.prototype,
      'decode',
    ],
    [
      'a form of short names',
      FORM,
      Array.from({ length: 1_000 }, (_, i) => `n${i}=${i}`).join('&'),
      TextDecoder.prototype,
      'decode',
    ],
    [
      'JSON',
      'application/json',
      JSON.stringify({ a: Array.from({ length: 450 }, (_, i) => ({ i })) }),
      JSON,
      'parse',
    ],
  ] as const) {
    it(`is refused before its fields are read: ${name}`, () => {
      const guard = new EndpointGuard({ secret: SECRET, maxBodyBytes: 128 * 1024 });
      const body = Buffer.from(text);
      const codes = ['wrong', SECRET].map((secret) =>
        unreadable(reader, method, () => {
          const admission = admit(guard, type, body, secret);
          return admission.kind === 'refused' ? admission.error.code : admission.kind;
        }),
      );
      expect(codes).to.deep.equal(['SECRET_WRONG', 'BODY_MALFORMED']);
      expect(admit(guard, type, body, SECRET).kind).to.equal('admitted');
    });
  }

  it('cannot make reading slow with escapes: it takes about as long as with Node.js itself', () => {
    const body = Buffer.from(`a=${'%C8%99'.repeat(10_000)}`);
    const read = cost(() => parseForm(body));
    const standard = cost(() => [...new URLSearchParams(body.toString())]);
    expect(read, `milliseconds; Node takes ${standard.toFixed(2)}`).to.be.lessThan(20 * standard);
  });
});

/** The least of several measurements, in milliseconds of the processor for a call. */
function cost(act: () => void): number {
  const rounds = Array.from({ length: 8 }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < 100; i++) act();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / 100;
  });
  return Math.min(...rounds);
}
