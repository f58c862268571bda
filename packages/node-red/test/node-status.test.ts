import { AccoladesError, ADVICE, type SessionStatus, type SubscriptionStatus } from '@accolades-flow/core';
import { expect } from 'chai';
import english from '../src/locales/en-US.json' with { type: 'json' };
import romanian from '../src/locales/ro.json' with { type: 'json' };
import { connectionStatus, errorStatus, MAX_STATUS_CHARS } from '../src/runtime/node-status.ts';
import { createTexts, errorCodeOf } from '../src/runtime/texts.ts';
import { entriesOf } from './values.ts';

const texts = createTexts({ _: (key) => key });

const connecting: SessionStatus = { state: 'connecting', since: 0, attempt: 1 };
const ready: SessionStatus = { state: 'ready', since: 0, attempt: 1 };
const waiting: SessionStatus = {
  state: 'waiting',
  since: 0,
  attempt: 1,
  nextAttemptAt: 1,
  reason: new AccoladesError('IP_MISSMATCH'),
};

const lost: SessionStatus = { ...waiting, reason: new AccoladesError('CONNECTION_LOST') };
const again: SessionStatus = { state: 'connecting', since: 0, attempt: 2 };

function of(...agents: SessionStatus[]): SubscriptionStatus {
  return {
    agents: agents.map((status, index) => ({ label: `agent ${index + 1}`, status })),
    connected: agents.filter(({ state }) => state === 'ready').length,
    total: agents.length,
  };
}

describe('The status of a subscription', () => {
  for (const [what, status, fill, shape, text] of [
    ['one that begins', of(connecting), 'yellow', 'ring', 'connecting'],
    ['one that is ready', of(ready), 'green', 'dot', 'connected'],
    ['one that waits', of(waiting), 'red', 'ring', 'wrong IP'],
    ['several that begin', of(connecting, connecting), 'yellow', 'ring', '0/2 connected'],
    ['several of which some are ready', of(ready, waiting, ready, ready), 'yellow', 'ring', '3/4 connected'],
    ['several that are ready', of(ready, ready), 'green', 'dot', '2/2 connected'],
    ['several that wait', of(waiting, waiting), 'red', 'ring', '0/2 wrong IP'],
    ['several that are tried again', of(again, again, waiting), 'red', 'ring', '0/3 wrong IP'],
    ['several that are all tried again', of(again, again), 'red', 'ring', '0/2 connected'],
    ['several with a long reason', of(lost, lost, waiting), 'red', 'ring', '0/3 connection lost'],
    [
      'a thousand with a long reason',
      of(...Array.from({ length: 1_000 }, () => lost)),
      'red',
      'ring',
      'connection lost',
    ],
    ['several of which one still tries', of(waiting, connecting), 'yellow', 'ring', '0/2 connected'],
  ] as const) {
    it(`with ${what} is ${fill} “${text}”`, () => {
      expect(connectionStatus(status, 'protected', texts)).to.deep.equal({ fill, shape, text });
    });
  }

  it('shows an unprotected connection', () => {
    expect(connectionStatus(of(ready), 'exposed', texts)).to.have.property('text', 'connected, no TLS');
    expect(connectionStatus(of(ready, ready), 'unverified', texts)).to.have.property('text', '2/2, any cert');
  });

  it('has a text for every error of a session', () => {
    const offline = errorStatus(new Error('unknown'), texts);
    expect(offline).to.deep.equal({ fill: 'red', shape: 'ring', text: 'not connected' });
    for (const code of [
      'ID_NOT_FOUND',
      'CONNECT_TIMEOUT',
      'TLS_FAILED',
      'NOT_TLS',
      'HEARTBEAT_TIMEOUT',
      'INVALID_URL',
    ] as const) {
      expect(errorStatus(new AccoladesError(code), texts)).not.to.deep.equal(offline);
    }
  });

  it('is short enough in every language, also for a thousand agents', () => {
    const longest = (value: unknown): string[] =>
      typeof value === 'string'
        ? [value.replace('__connected__', '1000').replace('__total__', '1000').replace('__count__', '10000')]
        : entriesOf(value).flatMap(([, inner]) => longest(inner));
    for (const text of [...longest(english.accolades.status), ...longest(romanian.accolades.status)]) {
      expect(text.length, text).to.be.at.most(MAX_STATUS_CHARS);
    }
  });
});

describe('The code of an error', () => {
  it('is read from errors of any copy of the library, and of nothing else', () => {
    expect(errorCodeOf(new AccoladesError('NETWORK'))).to.equal('NETWORK');
    expect(errorCodeOf(Object.assign(new Error(ADVICE.NETWORK), { code: 'NETWORK' }))).to.equal('NETWORK');
    expect(errorCodeOf(Object.assign(new Error('x'), { code: 'toString' }))).to.equal(null);
    expect(errorCodeOf(new Error('x'))).to.equal(null);
    expect(errorCodeOf('NETWORK')).to.equal(null);
  });
});
