import { expect } from 'chai';
import { AccoladesError, type AccoladesErrorCode } from '../../src/errors.ts';
import {
  COLLECT_MORE_MS,
  COLLECT_MS,
  ConnectionLog,
  type ConnectionNews,
} from '../../src/log/connection-log.ts';
import type { SessionStatus } from '../../src/session/contract.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ready: SessionStatus = { state: 'ready', since: 0, attempt: 1 };
const connecting: SessionStatus = { state: 'connecting', since: 0, attempt: 1 };
const waiting = (code: AccoladesErrorCode, attempt = 1): SessionStatus => ({
  state: 'waiting',
  since: 0,
  attempt,
  nextAttemptAt: 1,
  reason: new AccoladesError(code),
});

describe('the log of connections', () => {
  let clock: FakeClock;
  let told: ConnectionNews[];
  let log: ConnectionLog;

  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    log = new ConnectionLog((news) => told.push(news), clock);
  });

  function update(...statuses: SessionStatus[]): void {
    log.update({
      agents: statuses.map((status, index) => ({ label: `a${index + 1}`, status })),
      connected: 0,
      total: statuses.length,
    });
  }

  it('tells each change of one agent at once and once, and whether a connection was lost', () => {
    update(connecting);
    update(waiting('NETWORK'));
    update(connecting);
    update(waiting('NETWORK', 2));
    update(waiting('ID_NOT_FOUND'));
    update(ready);
    update(ready);
    update(waiting('NETWORK'));
    expect(told.map(({ reason, lost }) => [reason?.code ?? null, lost])).to.deep.equal([
      ['NETWORK', false],
      ['ID_NOT_FOUND', false],
      [null, false],
      ['NETWORK', true],
    ]);
  });

  it('collects what happens to several agents, and names those together that share it', () => {
    update(ready, ready, ready);
    update(waiting('NETWORK'), waiting('ID_NOT_FOUND'), waiting('NETWORK'));
    expect(told).to.deep.equal([]);
    clock.advance(COLLECT_MS);
    expect(told.map(({ labels, reason }) => [labels, reason?.code])).to.deep.equal([
      [['a1', 'a3'], 'NETWORK'],
      [['a2'], 'ID_NOT_FOUND'],
    ]);
  });

  it('tells an outage of the server once, however it shows', () => {
    update(ready, ready, ready, waiting('ID_NOT_FOUND'));
    clock.advance(COLLECT_MS);
    told.length = 0;
    clock.advance(COLLECT_MORE_MS);
    const showing = ['HEARTBEAT_TIMEOUT', 'CONNECTION_REFUSED', 'CONNECTION_REFUSED', 'NETWORK'] as const;
    for (let shift = 0; shift < 4; shift++) {
      update(...showing.map((_, n) => waiting(showing[(n + shift) % 4] ?? 'NETWORK')));
      clock.advance(COLLECT_MORE_MS);
    }
    expect(told.map(({ labels, reason, lost }) => [labels.length, reason?.code, lost])).to.deep.equal([
      [4, 'CONNECTION_REFUSED', true],
    ]);
  });

  it('tells a loss of all connections in one line, while some agents try again', () => {
    update(ready, ready, ready, ready);
    clock.advance(COLLECT_MS);
    told.length = 0;
    clock.advance(COLLECT_MORE_MS);
    update(
      waiting('CONNECTION_CLOSED'),
      waiting('CONNECTION_CLOSED'),
      connecting,
      waiting('CONNECTION_REFUSED'),
    );
    clock.advance(COLLECT_MS);
    expect(told).to.deep.equal([]);
    update(connecting, waiting('CONNECTION_REFUSED'), waiting('CONNECTION_REFUSED'), connecting);
    clock.advance(COLLECT_MORE_MS);
    expect(told.map(({ labels, reason, lost }) => [labels.length, reason?.code, lost])).to.deep.equal([
      [4, 'CONNECTION_REFUSED', true],
    ]);
    update(waiting('NETWORK'), connecting, connecting, waiting('CONNECTION_REFUSED'));
    clock.advance(COLLECT_MORE_MS);
    expect(told).to.have.length(1);
    expect(clock.pending).to.equal(0);
  });

  it('tells an outage in one line, also at the start, when agents are not reported yet', () => {
    const again: SessionStatus = { ...connecting, attempt: 2 };
    update(waiting('CONNECTION_REFUSED'), again, connecting, ready);
    clock.advance(COLLECT_MS);
    expect(told.map(({ labels, reason }) => [labels, reason])).to.deep.equal([[['a4'], null]]);
    update(waiting('CONNECTION_REFUSED'), again, again, ready);
    clock.advance(COLLECT_MORE_MS);
    expect(told.slice(1).map(({ labels, reason }) => [labels, reason?.code])).to.deep.equal([
      [['a1', 'a2', 'a3'], 'CONNECTION_REFUSED'],
    ]);
  });

  it('tells the reason that the next attempt shows, not that the connection ended', () => {
    update(ready, ready, ready);
    clock.advance(COLLECT_MS);
    told.length = 0;
    clock.advance(COLLECT_MORE_MS);
    update(waiting('CONNECTION_CLOSED'), waiting('ID_NOT_FOUND'), ready);
    clock.advance(COLLECT_MS);
    update(waiting('ID_NOT_FOUND'), waiting('ID_NOT_FOUND'), ready);
    clock.advance(COLLECT_MS);
    expect(told.map(({ labels, reason }) => [labels, reason?.code])).to.deep.equal([
      [['a1', 'a2'], 'ID_NOT_FOUND'],
    ]);
  });

  it('tells a connection that ended when no attempt follows for a while', () => {
    update(ready, ready);
    clock.advance(COLLECT_MS);
    told.length = 0;
    clock.advance(COLLECT_MORE_MS);
    update(waiting('CONNECTION_CLOSED'), ready);
    clock.advance(COLLECT_MS + COLLECT_MORE_MS);
    expect(told.map(({ labels, reason }) => [labels, reason?.code])).to.deep.equal([
      [['a1'], 'CONNECTION_CLOSED'],
    ]);
  });

  it('tells what follows a line in longer steps', () => {
    update(ready, connecting, connecting);
    clock.advance(COLLECT_MS);
    update(ready, ready, connecting);
    clock.advance(COLLECT_MORE_MS - 1);
    update(ready, ready, ready);
    expect(told).to.have.length(1);
    clock.advance(1);
    expect(told.map(({ labels }) => labels)).to.deep.equal([['a1'], ['a2', 'a3']]);
  });

  it('tells nothing once closed', () => {
    update(ready, ready);
    log.close();
    log.close();
    clock.advance(COLLECT_MS);
    expect(told).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });
});
