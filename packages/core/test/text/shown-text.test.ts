import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { describeNetworkError } from '../../src/net/network-error.ts';
import { readAnswer } from '../../src/rest/answer.ts';
import { MAX_SHOWN_CHARS, shownText } from '../../src/text/shown-text.ts';
import { SessionRig } from '../support/session-rig.ts';

/** Control and format characters, line separators, halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Text as a hostile server may send it. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\u001b[2J',
        '\u009b31m',
        '\u202e',
        '\u2066',
        '\u2028',
        '\u0000',
        '\ud800',
        '\t',
      ),
      fc.constantFrom('x'.repeat(5_000), '😀'.repeat(600), '\n[error] forged'),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''));

function expectSafe(text: string, maxChars = MAX_SHOWN_CHARS + 600): void {
  expect(UNSAFE.test(text), JSON.stringify(text)).to.equal(false);
  expect(text.length).to.be.at.most(maxChars);
}

describe('a text from outside', () => {
  it('is shown in one line, cut, without characters that steer a terminal', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 300 }), (text, maxChars) => {
        expectSafe(shownText(text, maxChars), maxChars);
      }),
    );
  });

  it('is left as it is when it is harmless', () => {
    expect(shownText('Recepție 😀: “da”')).to.equal('Recepție 😀: “da”');
    expect(shownText('😀😀', 2)).to.equal('…');
  });

  it('is cleaned in what a session reports and in the reason of a refusal', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rig = new SessionRig();
        rig.ready();
        rig.transport.frame({ type: text });
        rig.transport.frame({ type: 'error', message: text, [text]: 1 });
        rig.transport.frame(`{"type":"${text}"`);
        expect(rig.reports).to.have.length(3);
        for (const report of rig.reports) expectSafe(report.text);
        rig.transport.frame({ type: 'authFailed', reason: text });
        const { status } = rig.session;
        if (status.state !== 'waiting') throw new Error('The session was not refused.');
        expectSafe(status.reason.message);
      }),
    );
  });

  it('is cleaned in every error, whatever it quotes', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(200, 400, 403, 500, 502), (text, status) => {
        expectSafe(new AccoladesError('PROXY_FAILED', { what: text }).message);
        expectSafe(describeNetworkError(new Error(text)));
        expectSafe(describeNetworkError(new AggregateError([new Error(text), new Error(text)])));
        const body = JSON.stringify({ type: 'Error', code: text, message: text });
        const answer = readAnswer({ status, body, proxied: false }, 'password');
        if (answer instanceof AccoladesError) expectSafe(answer.message);
      }),
    );
  });

  it('says so when the server gives no reason', () => {
    for (const reason of ['', ' \u200b', '\n']) {
      const rig = new SessionRig();
      rig.open();
      rig.transport.frame({ type: 'authFailed', reason });
      const { status } = rig.session;
      expect(status.state === 'waiting' && status.reason.message).to.match(/^The server gave no reason\. /);
    }
  });
});
