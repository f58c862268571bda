import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import { AccoladesError } from '../../src/errors.ts';
import { CONFIGURATION, SessionRig } from '../support/session-rig.ts';

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return error instanceof AccoladesError ? error.code : String(error);
  }
}

describe('requests over a session', () => {
  let rig: SessionRig;
  beforeEach(() => {
    rig = new SessionRig();
  });

  it('are answered', async () => {
    rig.ready();
    const asked = rig.session.request('version');
    rig.transport.frame({ type: 'version', value: '1.2.3' });
    expect(await asked).to.equal('1.2.3');
    const configuration = rig.session.request('configuration');
    rig.transport.frame(CONFIGURATION);
    expect((await configuration).account).to.deep.equal({ id: '15', data: 'INFO_ACCOUNT' });
    expect(rig.clock.pending).to.equal(1);
  });

  it('share one answer when several callers request one type at the same time', async () => {
    rig.ready();
    const before = rig.transport.sent.length;
    const asked = [1, 2, 3].map(() => rig.session.request('version'));
    const other = rig.session.request('configuration');
    expect(rig.transport.sentTypes.slice(before)).to.deep.equal(['version', 'configuration']);
    rig.transport.frame({ type: 'version', value: '1.1.0' });
    rig.transport.frame(CONFIGURATION);
    expect(await Promise.all(asked)).to.deep.equal(['1.1.0', '1.1.0', '1.1.0']);
    await other;
    const again = rig.session.request('version');
    expect(rig.transport.sentTypes.at(-1)).to.equal('version');
    rig.transport.frame({ type: 'version', value: '1.1.1' });
    expect(await again).to.equal('1.1.1');
  });

  it('share the automatic configuration request', async () => {
    rig.open();
    rig.transport.frame({ type: 'authSucces', version: '1.1.0' });
    const asked = rig.session.request('configuration');
    expect(rig.transport.sentTypes).to.deep.equal(['authRequest', 'configuration']);
    rig.transport.frame(CONFIGURATION);
    expect((await asked).agent?.id).to.equal('321');
  });

  it('are rejected with NOT_CONNECTED and not sent before the session is ready', async () => {
    expect(await codeOf(rig.session.request('version'))).to.equal('NOT_CONNECTED');
    rig.start();
    expect(await codeOf(rig.session.request('version'))).to.equal('NOT_CONNECTED');
    rig.open();
    expect(await codeOf(rig.session.request('version'))).to.equal('NOT_CONNECTED');
    expect(rig.transport.sentTypes).to.deep.equal(['authRequest']);
  });

  it('are rejected with the reason why the agent is not connected', async () => {
    rig.open();
    rig.transport.frame({ type: 'authFailed', reason: 'ID_NOT_FOUND' });
    expect(await codeOf(rig.session.request('version'))).to.equal('ID_NOT_FOUND');
    rig.session.close();
    expect(await codeOf(rig.session.request('version'))).to.equal('SESSION_CLOSED');
  });

  it('are rejected with a typed error when the connection is lost', async () => {
    rig.ready();
    const asked = codeOf(rig.session.request('version'));
    rig.transport.fail();
    expect(await asked).to.equal('CONNECTION_LOST');
  });

  it('are rejected with SESSION_CLOSED at close', async () => {
    rig.ready();
    const asked = codeOf(rig.session.request('version'));
    rig.session.close();
    expect(await asked).to.equal('SESSION_CLOSED');
  });

  it('time out after 10 s without ending the session of a live server', async () => {
    rig.ready();
    const asked = codeOf(rig.session.request('version'));
    rig.clock.advance(9_000);
    rig.transport.pong();
    rig.clock.advance(999);
    expect(rig.state).to.equal('ready');
    rig.clock.advance(1);
    expect(await asked).to.equal('REQUEST_TIMEOUT');
    expect(rig.state).to.equal('ready');
  });

  it('send a ping only when the answer is late', () => {
    rig.ready();
    const { transport } = rig;
    rig.clock.advance(100);
    void codeOf(rig.session.request('version'));
    rig.transport.frame({ type: 'version', value: '1.1.0' });
    rig.clock.advance(DEFAULT_TIMINGS.requestDoubtMs);
    expect(transport.pings).to.equal(0);
    void codeOf(rig.session.request('version'));
    rig.clock.advance(DEFAULT_TIMINGS.requestDoubtMs - 1);
    expect(transport.pings).to.equal(0);
    rig.clock.advance(1);
    expect(transport.pings).to.equal(1);
    rig.transport.pong();
    rig.clock.advance(DEFAULT_TIMINGS.requestMs - DEFAULT_TIMINGS.requestDoubtMs);
    expect(rig.state).to.equal('ready');
  });

  it('leave no timer after the ping, an answer or the end of the connection', async () => {
    for (const end of ['answer', 'loss'] as const) {
      rig = new SessionRig().ready();
      const asked = codeOf(rig.session.request('version'));
      rig.clock.advance(DEFAULT_TIMINGS.requestDoubtMs + 1);
      if (end === 'answer') rig.transport.frame({ type: 'version', value: '1.1.0' });
      else rig.session.close();
      expect(await asked).to.equal(end === 'answer' ? 'resolved' : 'SESSION_CLOSED');
      expect(rig.clock.pending).to.equal(end === 'answer' ? 1 : 0);
    }
  });

  it('end the connection when the server sends nothing at all', async () => {
    rig.ready();
    const asked = codeOf(rig.session.request('version'));
    rig.clock.advance(10_000);
    expect(await asked).to.equal('REQUEST_TIMEOUT');
    expect([rig.state, rig.transport.state]).to.deep.equal(['waiting', 'discarded']);
  });

  it('are never sent over the next connection', async () => {
    rig.ready();
    const asked = codeOf(rig.session.request('version'));
    rig.transport.fail();
    rig.nextAttempt().ready();
    rig.transport.frame({ type: 'version', value: '9.9.9' });
    expect(await asked).to.equal('CONNECTION_LOST');
    rig.transport.pong();
    rig.clock.advance(15_000);
    expect(rig.state).to.equal('ready');
  });

  it('report a missing configuration without other effects', async () => {
    rig.open();
    rig.transport.frame({ type: 'authSucces', version: '1.1.0' });
    rig.transport.pong();
    rig.clock.advance(10_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(rig.state).to.equal('ready');
    expect(rig.reports.map(({ kind }) => kind)).to.deep.equal(['unknown']);
  });

  it('of callers are rejected, not reported', async () => {
    rig.ready();
    const asked = codeOf(rig.session.request('configuration'));
    rig.clock.advance(9_000);
    rig.transport.pong();
    rig.clock.advance(1_000);
    expect([await asked, rig.reports]).to.deep.equal(['REQUEST_TIMEOUT', []]);
  });

  it('leave no timer when the connection ends', () => {
    rig.ready();
    void codeOf(rig.session.request('version'));
    void codeOf(rig.session.request('configuration'));
    rig.session.close();
    expect(rig.clock.pending).to.equal(0);
  });
});
