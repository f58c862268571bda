import { expect } from 'chai';
import { HttpPostError } from '../../src/net/post.ts';
import type { AccountClient, AccountClientOptions } from '../../src/rest/client.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { DIAL, errorOf, PASSWORD, RestRig, type FakeServer, type Scripted } from '../support/rest-rig.ts';

describe('REST commands', () => {
  let server: FakeServer;
  let clock: FakeClock;
  let client: (settings?: object, options?: Partial<AccountClientOptions>) => AccountClient;

  beforeEach(() => {
    const rig = new RestRig();
    ({ server, clock } = rig);
    client = (...of) => rig.client(...of);
  });

  it('are posted form-encoded, with the password, to the command of the account', async () => {
    await client().ping();
    server.answer(200, { type: 'ok' });
    await client().dial(DIAL);
    expect(server.requests.map(({ url }) => url)).to.deep.equal([
      'https://pbx.example/1234/ping/',
      'https://pbx.example/1234/dial/',
    ]);
    expect([...new URLSearchParams(server.requests[1]?.body)]).to.deep.equal([
      ['password', PASSWORD],
      ['deviceId', '27'],
      ['phoneNumber', '0211234567'],
    ]);
    expect(clock.pending).to.equal(0);
  });

  it('return the request and the answer', async () => {
    server.next = () => {
      clock.advance(120);
      return { body: '{"type":"ok","new":{"__proto__":1}}' };
    };
    const result = await client().dial(DIAL);
    expect(result).to.deep.equal({
      command: 'dial',
      ok: true,
      deviceId: '27',
      phoneNumber: '0211234567',
      phone: {
        e164: '+40211234567',
        national: '021 123 4567',
        international: '+40 21 123 4567',
        country: 'RO',
        type: 'FIXED_LINE',
      },
      sentAt: '2026-11-21T08:00:00.000Z',
      durationMs: 120,
      response: { type: 'ok', new: { 'field:__proto__': 1 } },
    });
  });

  it('are recorded before they are sent, and taken back when the server did not dial', async () => {
    let dialled: string[] = [];
    const onDialled: AccountClientOptions['onDialled'] = ({ deviceId, phoneNumber }) => {
      const call = `${deviceId} ${phoneNumber} ${server.requests.length}`;
      dialled.push(call);
      return () => {
        dialled = dialled.filter((one) => one !== call);
      };
    };
    const own = client({}, { onDialled });
    await own.ping();
    server.answer(400, { type: 'Error', message: 'no', code: 400 });
    await errorOf(own.dial(DIAL));
    expect(dialled).to.deep.equal([]);
    for (const [status, body] of [
      [504, ''],
      [200, 'unreadable'],
    ] as const) {
      server.answer(status, body);
      await errorOf(own.dial(DIAL));
    }
    server.answer(200, { type: 'ok' });
    await own.dial(DIAL);
    expect(dialled).to.deep.equal(['27 0211234567 2', '27 0211234567 3', '27 0211234567 4']);
  });

  it('are not sent when invalid', async () => {
    expect((await errorOf(client().dial({ deviceId: '27', phoneNumber: 'x' }))).code).to.equal(
      'INVALID_PARAMETER',
    );
    expect(server.requests).to.be.empty;
  });

  describe('the documented errors', () => {
    const documented: [number, unknown, string, boolean][] = [
      [400, '', 'BAD_REQUEST', false],
      [401, '', 'UNAUTHORIZED', false],
      [403, '403.6', 'IP_REJECTED', true],
      [403, 403.6, 'IP_REJECTED', true],
      [403, '403', 'FORBIDDEN', false],
      [403, '403.61', 'FORBIDDEN', false],
      [404, '', 'COMMAND_NOT_FOUND', false],
      [413, '', 'COMMAND_TOO_LARGE', false],
      [500, '', 'SERVER_FAILURE', true],
    ];
    for (const [status, code, expected, retryable] of documented) {
      it(`${status} with code ${JSON.stringify(code)} is ${expected}`, async () => {
        server.answer(status, { type: 'Error', message: 'As documented', code });
        const error = await errorOf(client().dial(DIAL));
        expect(error.code).to.equal(expected);
        expect(error.retryable).to.equal(retryable);
        expect(error.httpStatus).to.equal(status);
        expect(error.message).to.include(`HTTP status ${status}: “As documented”`).and.include(error.advice);
      });
    }
  });

  describe('other answers', () => {
    const others: [string, Scripted, string, boolean][] = [
      ['HTML', { body: '<html>Welcome</html>' }, 'UNEXPECTED_ANSWER', false],
      ['nothing', { body: '' }, 'UNEXPECTED_ANSWER', false],
      ['a list', { body: '[]' }, 'UNEXPECTED_ANSWER', false],
      ['an error with status 200', { body: '{"type":"Error","code":401}' }, 'UNAUTHORIZED', false],
      ['a blocked address with status 200', { body: '{"type":"error","code":"403.6"}' }, 'IP_REJECTED', true],
      [
        'an unknown error with status 200',
        { body: '{"type":"Error","code":"x"}' },
        'UNEXPECTED_ANSWER',
        false,
      ],
      ['a redirect', { status: 302, body: '' }, 'UNEXPECTED_ANSWER', false],
      ['201', { status: 201, body: '{}' }, 'UNEXPECTED_ANSWER', false],
      ['too many requests', { status: 429, body: '' }, 'UNEXPECTED_ANSWER', true],
      ['a gateway', { status: 502, body: '' }, 'UNEXPECTED_ANSWER', true],
      ['401 in HTML', { status: 401, body: '<html>' }, 'UNAUTHORIZED', false],
      ['a proxy that refuses', { status: 407, body: 'no', proxied: true }, 'PROXY_FAILED', true],
      ['403 of a proxy', { status: 403, body: '<html>', proxied: true }, 'PROXY_FAILED', true],
    ];
    for (const [name, answer, code, retryable] of others) {
      it(`${name} is ${code}`, async () => {
        server.next = () => answer;
        const error = await errorOf(client().ping());
        expect([error.code, error.retryable]).to.deep.equal([code, retryable]);
      });
    }

    for (const [status, proxied] of [
      [502, false],
      [504, false],
      [504, true],
    ] as const) {
      it(`${status} of a gateway${proxied ? ' behind a proxy' : ''} leaves the outcome of a dial unknown`, async () => {
        server.answer(status, '<html>', proxied);
        const error = await errorOf(client().dial(DIAL));
        expect([error.code, error.retryable, error.httpStatus]).to.deep.equal([
          'OUTCOME_UNKNOWN',
          false,
          status,
        ]);
        expect(error.message).to.include(`HTTP status ${status}`);
      });
    }

    it('never show the password, even when the server repeats it', async () => {
      for (const form of [
        PASSWORD,
        encodeURIComponent(PASSWORD),
        new URLSearchParams({ p: PASSWORD }).toString().slice(2),
      ]) {
        server.answer(400, { type: 'Error', message: `bad: ${form}`, code: 400 });
        const error = await errorOf(client().ping());
        expect(error.message).not.to.include(form);
      }
    });

    it('never show the password in other letter case or with hidden characters between', async () => {
      const encoded = new URLSearchParams({ p: PASSWORD }).toString().slice(2);
      for (const form of [
        encoded.toLowerCase(),
        PASSWORD.toUpperCase(),
        PASSWORD.replace(' ', '\u200b \u0007'),
      ]) {
        server.answer(400, { type: 'Error', message: `bad: ${form}`, code: 400 });
        const error = await errorOf(client().ping());
        expect(error.message.toLowerCase(), form).not.to.match(/p&ss word|%c3%bc/);
      }
    });

    it('mask the password even in a successful answer', async () => {
      server.answer(200, { type: 'pong', password: PASSWORD, note: [{ text: `you sent ${PASSWORD}.` }] });
      const { response } = await client().ping();
      expect(response).to.deep.equal({ type: 'pong', password: '…d-ü', note: [{ text: 'you sent …d-ü.' }] });
    });

    it("show the server's message even for a password with half a surrogate pair", async () => {
      server.answer(400, { type: 'Error', message: 'no such device', code: 400 });
      const error = await errorOf(client({ password: 'half \ud800' }).dial(DIAL));
      expect([error.code, error.message.includes('no such device')]).to.deep.equal(['BAD_REQUEST', true]);
    });

    it('cut a long message and show it on one line', async () => {
      server.answer(400, { type: 'Error', message: `a\r\nb\u0000${'x'.repeat(5_000)}`, code: 400 });
      const error = await errorOf(client().ping());
      expect(error.message).to.include('“a b x').and.have.lengthOf.below(500);
    });
  });

  describe('network errors', () => {
    const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
    const failures: [string, unknown, string, string][] = [
      [
        'connection refused',
        new HttpPostError(system('ECONNREFUSED'), { mayHaveArrived: false, proxied: false }),
        'CONNECTION_REFUSED',
        'CONNECTION_REFUSED',
      ],
      [
        'unknown host',
        new HttpPostError(system('ENOTFOUND'), { mayHaveArrived: false, proxied: false }),
        'HOST_NOT_FOUND',
        'HOST_NOT_FOUND',
      ],
      [
        'bad certificate',
        new HttpPostError(system('CERT_HAS_EXPIRED'), { mayHaveArrived: false, proxied: false }),
        'TLS_FAILED',
        'TLS_FAILED',
      ],
      [
        'TLS that breaks after the command was sent',
        new HttpPostError(system('ERR_SSL_BAD_RECORD_TYPE'), { mayHaveArrived: true, proxied: false }),
        'OUTCOME_UNKNOWN',
        'UNREACHABLE',
      ],
      [
        'TLS that breaks behind a proxy after the command was sent',
        new HttpPostError(system('ERR_SSL_WRONG_VERSION_NUMBER'), { mayHaveArrived: true, proxied: true }),
        'OUTCOME_UNKNOWN',
        'UNREACHABLE',
      ],
      [
        'a server that wants a certificate of this side',
        new HttpPostError(system('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), {
          mayHaveArrived: true,
          proxied: false,
        }),
        'TLS_FAILED',
        'TLS_FAILED',
      ],
      [
        'a certificate of this side that cannot be read',
        new HttpPostError(system('ERR_OSSL_PEM_NO_START_LINE'), { mayHaveArrived: false, proxied: false }),
        'INVALID_PARAMETER',
        'INVALID_PARAMETER',
      ],
      [
        'a server without TLS',
        new HttpPostError(
          Object.assign(
            new Error('C0:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number'),
            {
              code: 'ERR_SSL_WRONG_VERSION_NUMBER',
            },
          ),
          { mayHaveArrived: false, proxied: false },
        ),
        'NOT_TLS',
        'NOT_TLS',
      ],
      [
        'proxy down',
        new HttpPostError(system('ECONNREFUSED'), { mayHaveArrived: false, proxied: true }),
        'PROXY_FAILED',
        'PROXY_FAILED',
      ],
      [
        'no route',
        new HttpPostError(system('EHOSTUNREACH'), { mayHaveArrived: false, proxied: false }),
        'UNREACHABLE',
        'UNREACHABLE',
      ],
      [
        'reset after sending',
        new HttpPostError(system('ECONNRESET'), { mayHaveArrived: true, proxied: false }),
        'OUTCOME_UNKNOWN',
        'UNREACHABLE',
      ],
      [
        'an answer too large',
        new HttpPostError(new Error('large'), { mayHaveArrived: true, proxied: false, tooLarge: true }),
        'UNEXPECTED_ANSWER',
        'UNEXPECTED_ANSWER',
      ],
      ['anything else', 'odd', 'OUTCOME_UNKNOWN', 'UNREACHABLE'],
    ];
    for (const [name, thrown, dial, ping] of failures) {
      it(`${name}: ${dial} for dial, ${ping} for ping`, async () => {
        server.fail(thrown);
        const dialled = await errorOf(client().dial(DIAL));
        expect(dialled.code).to.equal(dial);
        expect(dialled.retryable).to.equal(
          !['OUTCOME_UNKNOWN', 'UNEXPECTED_ANSWER', 'INVALID_PARAMETER'].includes(dial),
        );
        expect((await errorOf(client().ping())).code).to.equal(ping);
      });
    }

    function hang(mayHaveArrived: boolean): void {
      server.next = () =>
        new Promise((_, reject) => {
          server.requests.at(-1)?.signal.addEventListener('abort', () => {
            reject(new HttpPostError(new Error('aborted'), { mayHaveArrived, proxied: false }));
          });
        });
    }

    for (const [arrived, dial, ping] of [
      [true, 'OUTCOME_UNKNOWN', 'REQUEST_TIMEOUT'],
      [false, 'CONNECT_TIMEOUT', 'CONNECT_TIMEOUT'],
    ] as const) {
      it(`ends after 15 seconds: ${dial} for dial, ${ping} for ping`, async () => {
        hang(arrived);
        const codes: string[] = [];
        for (const start of [() => client().dial(DIAL), () => client().ping()]) {
          const failed = errorOf(start());
          await new Promise(setImmediate);
          clock.advance(14_999);
          expect(server.requests.at(-1)?.signal.aborted).to.equal(false);
          clock.advance(1);
          codes.push((await failed).code);
        }
        expect(codes).to.deep.equal([dial, ping]);
        expect(clock.pending).to.equal(0);
      });
    }
  });
});
