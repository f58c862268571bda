import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { EndpointGuard, type GuardSettings } from '../../src/webhook/endpoint-guard.ts';
import type { EndpointRequest } from '../../src/webhook/request.ts';

const SECRET = 'not-a-real-secret';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function request(change: Partial<EndpointRequest> = {}): EndpointRequest {
  return {
    method: 'POST',
    url: '/accolades',
    headers: FORM,
    remoteAddress: '203.0.113.7',
    body: Buffer.from('a=1'),
    ...change,
  };
}

function outcome(settings: GuardSettings, change: Partial<EndpointRequest> = {}): unknown {
  const admission = new EndpointGuard(settings).admit(request(change));
  return admission.kind === 'admitted' ? admission.fields : [admission.answer.status, admission.error.code];
}

describe('the guard of an endpoint', () => {
  describe('accepts', () => {
    const taken: [string, Partial<EndpointRequest>, object][] = [
      ['a form', {}, { a: '1' }],
      ['a form as text', { body: 'a=1' }, { a: '1' }],
      [
        'a form with a charset',
        { headers: { 'content-type': 'application/x-www-form-urlencoded; charset="UTF-8"' } },
        { a: '1' },
      ],
      [
        'a form in an old charset',
        {
          headers: { 'content-type': 'application/x-www-form-urlencoded;charset=iso-8859-2' },
          body: 'n=%BA',
        },
        { n: 'ş' },
      ],
      ['a form without content type', { headers: {} }, { a: '1' }],
      [
        'JSON',
        { headers: { 'content-type': 'Application/JSON; charset=utf-8' }, body: '{"a":{"b":1}}' },
        { a: { b: 1 } },
      ],
      [
        'JSON in an old charset',
        {
          headers: { 'content-type': 'application/json; charset=windows-1250' },
          body: Buffer.from('{"n":"\xba"}', 'latin1'),
        },
        { n: 'ş' },
      ],
      [
        'a JSON type with a suffix',
        { headers: { 'content-type': 'application/vnd.accolades+json' }, body: '{"a":1}' },
        { a: 1 },
      ],
      ['a form as plain text', { headers: { 'content-type': 'text/plain; charset=utf-8' } }, { a: '1' }],
      [
        'JSON as plain text',
        { headers: { 'content-type': 'text/plain' }, body: ' {"a":"b=c"}' },
        { a: 'b=c' },
      ],
      ['no plain text', { headers: { 'content-type': 'text/plain' }, body: '' }, {}],
      ['what the host has parsed', { body: { a: ['1', '2'] } }, { a: ['1', '2'] }],
      ['nothing', { body: undefined }, {}],
      ['GET', { method: 'GET', url: '/x?b=%C8%99#c', headers: {}, body: undefined }, { b: 'ș' }],
      ['query and form; the form wins', { url: '/x?a=0&line=2' }, { a: '1', line: '2' }],
    ];
    for (const [name, change, fields] of taken) {
      it(name, () => {
        expect(outcome({}, change)).to.deep.equal(fields);
      });
    }
  });

  describe('rejects', () => {
    const refused: [string, GuardSettings, Partial<EndpointRequest>, number, string][] = [
      ['PUT', {}, { method: 'PUT' }, 405, 'METHOD_NOT_ALLOWED'],
      [
        'multipart',
        {},
        { headers: { 'content-type': 'multipart/form-data; boundary=x' } },
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['XML', {}, { headers: { 'content-type': 'text/xml' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [
        'plain text that is no form',
        {},
        { headers: { 'content-type': 'text/plain' }, body: 'hello' },
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['compressed', {}, { headers: { ...FORM, 'content-encoding': 'gzip' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [
        'an unknown charset',
        {},
        { headers: { 'content-type': `${FORM['content-type']}; charset=klingon` } },
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['an announced size', {}, { headers: { ...FORM, 'content-length': '65537' } }, 413, 'BODY_TOO_LARGE'],
      ['a size', { maxBodyBytes: 1024 }, { body: Buffer.alloc(1025, 'a') }, 413, 'BODY_TOO_LARGE'],
      [
        'a size in characters of several bytes',
        { maxBodyBytes: 1024 },
        { body: 'ș'.repeat(600) },
        413,
        'BODY_TOO_LARGE',
      ],
      [
        'broken JSON',
        {},
        { headers: { 'content-type': 'application/json' }, body: '{' },
        400,
        'BODY_MALFORMED',
      ],
      [
        'a JSON list',
        {},
        { headers: { 'content-type': 'application/json' }, body: '[]' },
        400,
        'BODY_MALFORMED',
      ],
      [
        'what the host has parsed from too many bytes',
        { maxBodyBytes: 1024 },
        { body: { a: ['ș'.repeat(300), { b: 'ș'.repeat(300) }] } },
        413,
        'BODY_TOO_LARGE',
      ],
      [
        'what the host has parsed from too many fields',
        {},
        { body: { a: Array.from({ length: 1_001 }, () => 1) } },
        400,
        'BODY_MALFORMED',
      ],
      [
        'JSON with too many fields inside a field',
        {},
        {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            a: { b: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [i, 1])) },
          }),
        },
        400,
        'BODY_MALFORMED',
      ],
      ['a parsed list', {}, { body: [] }, 400, 'BODY_MALFORMED'],
      ['too many fields', {}, { body: 'a=1&'.repeat(1_001) }, 400, 'BODY_MALFORMED'],
      ['no secret', { secret: SECRET }, {}, 401, 'SECRET_WRONG'],
      ['a wrong secret', { secret: SECRET }, { pathSecret: `${SECRET}x` }, 401, 'SECRET_WRONG'],
      ['another address', { allowedAddresses: '203.0.113.8' }, {}, 403, 'ADDRESS_NOT_ALLOWED'],
      [
        'an address that cannot be told',
        { allowedAddresses: '203.0.113.7', trustedProxies: 1 },
        {},
        403,
        'ADDRESS_NOT_ALLOWED',
      ],
    ];
    for (const [name, settings, change, status, code] of refused) {
      it(`${name} with ${status}`, () => {
        expect(outcome(settings, change)).to.deep.equal([status, code]);
      });
    }

    it('before the body is read, if the head is enough', () => {
      const guard = new EndpointGuard({ allowedAddresses: '203.0.113.7' });
      const refused = (change: Partial<EndpointRequest>) => {
        const checked = guard.checkHead(request(change));
        return checked.kind === 'refused' ? checked.answer : null;
      };
      expect(refused({})).to.equal(null);
      expect(refused({ remoteAddress: '198.51.100.1' })?.status).to.equal(403);
      expect(refused({ headers: { ...FORM, 'content-length': '999999' } })?.headers).to.include({
        connection: 'close',
      });
      expect(refused({ method: 'DELETE' })?.headers).to.include({ allow: 'GET, POST' });
    });
  });

  describe('finds the secret', () => {
    const places: [string, Partial<EndpointRequest>][] = [
      ['in the path', { pathSecret: SECRET }],
      ['in the query', { url: `/x?secret=${SECRET}` }],
      ['in the form', { body: `a=1&secret=${SECRET}` }],
      ['in the form, with its name escaped', { body: `a=1&%73ecret=${SECRET}` }],
      [
        'in JSON, with its name escaped',
        {
          headers: { 'content-type': 'application/json' },
          body: `{"a":"1","\\u0073ecret":"${SECRET}"}`,
        },
      ],
      [
        'in JSON',
        { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ a: '1', secret: SECRET }) },
      ],
      ['in the query of a GET', { method: 'GET', url: `/x?secret=${SECRET}&a=1`, body: undefined }],
    ];
    for (const [name, change] of places) {
      it(`${name}, and keeps it from the flow`, () => {
        expect(outcome({ secret: SECRET }, change)).to.deep.equal({ a: '1' });
      });
    }

    for (const [name, character] of [
      ['zero-width spaces', '\u200B'],
      ['soft hyphens', '\u00AD'],
      ['bidi marks', '\u202A'],
      ['variation selectors', '\uFE0F'],
      ['no-break spaces', '\u00A0'],
    ] as const) {
      const pasted = `${character}${SECRET}${character}`;
      it(`with ${name} pasted around it, in the setting or in Accolades`, () => {
        const escaped = encodeURIComponent(pasted);
        expect(outcome({ secret: pasted }, { pathSecret: SECRET })).to.deep.equal({ a: '1' });
        for (const change of [
          { pathSecret: pasted },
          { url: `/x?secret=${escaped}` },
          { body: `a=1&secret=${escaped}` },
        ]) {
          expect(outcome({ secret: SECRET }, change), JSON.stringify(change)).to.deep.equal({ a: '1' });
        }
      });
    }

    it('by the configured name', () => {
      const settings = { secret: SECRET, secretParameter: 'key' };
      expect(outcome(settings, { url: `/x?key=${SECRET}` })).to.deep.equal({ a: '1' });
      expect(outcome(settings, { url: `/x?secret=${SECRET}` })).to.deep.equal([401, 'SECRET_WRONG']);
    });

    it('and keeps a field of that name when no secret is set', () => {
      expect(outcome({}, { body: 'secret=x' })).to.deep.equal({ secret: 'x' });
    });
  });

  describe("finds the sender's address", () => {
    const chain = (forwarded: string, remoteAddress = '10.0.0.1'): Partial<EndpointRequest> => ({
      headers: { ...FORM, 'x-forwarded-for': forwarded },
      remoteAddress,
    });
    const allowed = '203.0.113.0/24, 2001:db8::/32';
    const cases: [string, GuardSettings, Partial<EndpointRequest>, boolean][] = [
      ['of the socket', { allowedAddresses: allowed }, { remoteAddress: '203.0.113.9' }, true],
      ['of IPv4 in IPv6', { allowedAddresses: allowed }, { remoteAddress: '::ffff:203.0.113.9' }, true],
      ['of IPv6', { allowedAddresses: allowed }, { remoteAddress: '2001:DB8::1' }, true],
      ['of IPv6 outside', { allowedAddresses: allowed }, { remoteAddress: '2001:db9::1' }, false],
      [
        'without believing a header',
        { allowedAddresses: allowed },
        chain('203.0.113.9', '198.51.100.1'),
        false,
      ],
      ['behind one proxy', { allowedAddresses: allowed, trustedProxies: 1 }, chain('203.0.113.9'), true],
      [
        'behind two',
        { allowedAddresses: allowed, trustedProxies: '2' },
        chain('203.0.113.9, 10.0.0.2'),
        true,
      ],
      [
        'behind one, forged',
        { allowedAddresses: allowed, trustedProxies: 1 },
        chain('203.0.113.9, 198.51.100.1'),
        false,
      ],
      ['with a port', { allowedAddresses: allowed, trustedProxies: 1 }, chain('203.0.113.9:4711'), true],
      [
        'with brackets and port',
        { allowedAddresses: allowed, trustedProxies: 1 },
        chain('[2001:db8::1]:4711'),
        true,
      ],
      [
        'behind known proxies',
        { allowedAddresses: allowed, trustedProxies: '10.0.0.0/8' },
        chain('203.0.113.9, 10.0.0.2'),
        true,
      ],
      [
        'past known proxies',
        { allowedAddresses: allowed, trustedProxies: '10.0.0.0/8' },
        chain('203.0.113.9', '198.51.100.1'),
        false,
      ],
      ['that is no address', { allowedAddresses: allowed, trustedProxies: 1 }, chain('unknown'), false],
      ['without a socket', { allowedAddresses: allowed }, { remoteAddress: undefined }, false],
    ];
    for (const [name, settings, change, admitted] of cases) {
      it(`${name}: ${admitted ? 'accepted' : 'rejected'}`, () => {
        expect(new EndpointGuard(settings).admit(request(change)).kind).to.equal(
          admitted ? 'admitted' : 'refused',
        );
      });
    }
  });

  it('rejects invalid settings', () => {
    for (const settings of [
      { allowedAddresses: '203.0.113.300' },
      { allowedAddresses: '203.0.113.0/33' },
      { allowedAddresses: 'accolades.example' },
      { trustedProxies: -1 },
      { trustedProxies: 'x' },
      { maxBodyBytes: 100 },
      { allowedAddresses: ' , ' },
      { secret: 7 },
      { secret: ' ' },
      { secret: '\u200B\uFEFF' },
    ]) {
      expect(() => new EndpointGuard(settings), JSON.stringify(settings))
        .to.throw(AccoladesError)
        .with.property('code', 'INVALID_PARAMETER');
    }
  });

  it('quotes nothing of a request in the log or the answer', () => {
    const guard = new EndpointGuard({ secret: SECRET, allowedAddresses: '203.0.113.0/24' });
    const shown = [
      request({
        pathSecret: 'guessed-secret',
        url: '/x?secret=guessed-secret&p=0211234567',
        body: 'p=0211234567',
      }),
      request({ remoteAddress: '198.51.100.77', body: 'p=0211234567' }),
      request({ remoteAddress: '2001:db8:1:2::77' }),
      request({ headers: { 'content-type': 'text/evil\r\n' } }),
    ].map((sent) => {
      const refusal = guard.admit(sent);
      if (refusal.kind === 'admitted') throw new Error('admitted');
      return `${refusal.logLine} ${refusal.answer.body}`;
    });
    for (const text of shown) {
      expect(text).not.to.match(/guessed|not-a-real|0211234567|113\.7|100\.77|::77|evil/);
      expect(text).not.to.match(/[\r\n]/);
    }
    expect(shown[1]).to.include('198.51.100.…');
  });

  it('never throws', () => {
    const guard = new EndpointGuard({ secret: SECRET });
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'PUT'),
          url: fc.string(),
          headers: fc.dictionary(
            fc.constantFrom('content-type', 'content-length', 'x-forwarded-for', 'content-encoding'),
            fc.string(),
          ),
          remoteAddress: fc.option(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), { nil: undefined }),
          body: fc.oneof(fc.anything(), fc.uint8Array(), fc.string()),
        }),
        (sent) => guard.admit(sent).kind === 'refused',
      ),
    );
  });
});
