import { AccoladesError, type SessionStatus, type SubscriptionStatus } from '@accolades-flow/core';
import { expect } from 'chai';
import { ConnectionLines } from '../src/runtime/connection-lines.ts';
import { createTexts } from '../src/runtime/texts.ts';
import { FakeTimers } from './fake-timers.ts';

const texts = createTexts({ _: (key) => key });

describe('The log of a connection', () => {
  const ready: SessionStatus = { state: 'ready', since: 0, attempt: 1 };
  const connecting: SessionStatus = { state: 'connecting', since: 0, attempt: 1 };
  const waiting = (code: 'NETWORK' | 'ID_NOT_FOUND', attempt = 1): SessionStatus => ({
    state: 'waiting',
    since: 0,
    attempt,
    nextAttemptAt: 1,
    reason: new AccoladesError(code),
  });
  let timers: FakeTimers;
  let lines: string[];
  let log: ConnectionLines;

  beforeEach(() => {
    timers = new FakeTimers();
    lines = [];
    const target = {
      log: (line: string) => lines.push(`info ${line}`),
      warn: (line: string) => lines.push(`warn ${line}`),
      error: (line: string) => lines.push(`error ${line}`),
    };
    log = new ConnectionLines(target, texts, timers.clock);
  });

  function update(...agents: SessionStatus[]): void {
    const status: SubscriptionStatus = {
      agents: agents.map((agent, index) => ({ label: `a${index + 1}`, status: agent })),
      connected: 0,
      total: agents.length,
    };
    log.log.onStatus(status);
  }

  it('logs each change once', () => {
    for (const status of [
      connecting,
      waiting('NETWORK'),
      connecting,
      waiting('NETWORK', 2),
      waiting('ID_NOT_FOUND'),
    ]) {
      update(status);
    }
    update(ready);
    update(ready);
    update(waiting('NETWORK'));
    expect(lines.map((line) => line.slice(0, 30))).to.deep.equal([
      'warn a1: not connected. The ne',
      'warn a1: not connected. Accola',
      'info a1: connected.',
      'warn a1: not connected. The ne',
    ]);
  });

  it('combines changes of several agents, and names only some of many', () => {
    update(...Array.from({ length: 1000 }, () => ready));
    update(...Array.from({ length: 1000 }, (_, i) => waiting(i === 7 ? 'ID_NOT_FOUND' : 'NETWORK')));
    expect(lines).to.deep.equal([]);
    timers.pass(1_000);
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]).to.match(
      /^warn 999 agents are not connected\. .* They are: a1, a2, a3, a4, a5 and 994 more\.$/,
    );
    expect(lines[1]).to.match(/^warn a8: not connected\. /);
  });

  it('writes nothing once closed', () => {
    update(ready, ready);
    log.end();
    timers.pass(1_000);
    expect(lines).to.deep.equal([]);
    expect(timers.running).to.equal(0);
  });

  it('logs a kind of report once a minute and counts the rest', () => {
    const report = (label = 'a'): void => {
      log.log.onReport({ kind: 'malformed', text: 'Unreadable.', label });
    };
    for (let i = 0; i < 10; i++) report();
    report('b');
    timers.pass(60_000);
    report();
    timers.pass(60_000);
    report('');
    report();
    expect(lines).to.deep.equal([
      'warn a: Unreadable.',
      'warn b: Unreadable.',
      'warn a: Unreadable. (and 9 more like it since the last such line)',
      'warn Unreadable.',
      'warn a: Unreadable.',
    ]);
  });

  it('says how many events were lost, each time: to Catch nodes, or to the log when the node is gone', () => {
    const report = (count: number, cause: 'full' | 'ownerGone'): void => {
      log.log.onReport({ kind: 'dropped', text: '', label: '', dropped: { count, cause } });
    };
    report(1, 'full');
    report(4, 'full');
    log.end();
    report(5, 'ownerGone');
    expect(lines.map((line) => line.slice(0, 29))).to.deep.equal([
      'error Dropped events: 1. More',
      'error Dropped events: 4. More',
      'warn Dropped events: 5. They ',
    ]);
  });
});
