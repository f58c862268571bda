import { expect } from 'chai';
import { EndpointGuard, type Admission } from '../../src/webhook/endpoint-guard.ts';
import { parseForm } from '../../src/webhook/form.ts';

const SECRET = 'not-a-real-secret';
const FORM = 'application/x-www-form-urlencoded';
const MAX = 64 * 1024;

/** Bodies of the largest size that take long to read. */
const FORMS = {
  'a thousand fields of escapes': `${'%C8%99'.repeat(4)}=${'%C8%99'.repeat(6)}&`.repeat(1_000),
  'a thousand short names': Array.from({ length: 1_000 }, (_, i) => `n${i}=${i}`).join('&'),
};
const JSON_BODY = JSON.stringify({ a: Array.from({ length: 450 }, (_, i) => ({ i })) });

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

  /** The least of several measurements, in milliseconds of the processor for a request. */
  const cost = (act: () => void): number => {
    const rounds = Array.from({ length: 8 }, () => {
      const before = process.cpuUsage();
      for (let i = 0; i < 20; i++) act();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000 / 20;
    });
    return Math.min(...rounds);
  };

  for (const [name, type, text] of [
    ['a thousand fields of escapes', FORM, FORMS['a thousand fields of escapes']],
    ['a thousand short names', FORM, FORMS['a thousand short names']],
    ['JSON', 'application/json', JSON_BODY],
  ] as const) {
    it(`is refused before its body is read: ${name}`, () => {
      const guard = new EndpointGuard({ secret: SECRET });
      const body = Buffer.from(text.slice(0, MAX));
      const refused = cost(() => {
        expect(admit(guard, type, body, 'wrong').kind).to.equal('refused');
      });
      const read = cost(() => {
        expect(admit(guard, type, body, SECRET).kind).to.equal('admitted');
      });
      expect(refused, `milliseconds; reading takes ${read.toFixed(2)}`).to.be.lessThan(read / 2);
    });
  }

  it('cannot make reading dear with escapes: it takes about as long as by Node itself', () => {
    const body = Buffer.from(`a=${'%C8%99'.repeat(10_000)}`);
    const read = cost(() => parseForm(body));
    const standard = cost(() => [...new URLSearchParams(body.toString())]);
    expect(read, `milliseconds; Node takes ${standard.toFixed(2)}`).to.be.lessThan(8 * standard);
  });
});
