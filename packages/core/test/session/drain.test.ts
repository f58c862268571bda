import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import { CALL, CONFIGURATION, SessionRig } from '../support/session-rig.ts';

describe('a draining session', () => {
  let rig: SessionRig;
  let drained: number;
  beforeEach(() => {
    rig = new SessionRig();
    drained = 0;
  });
  const drain = (): void => {
    rig.session.drain(() => drained++);
  };
  const expectOver = (): void => {
    expect(drained, 'told that it has drained').to.equal(1);
    expect(rig.clock.pending, 'timers').to.equal(0);
    expect(rig.network.live, 'connections').to.deep.equal([]);
    rig.clock.advance(3_600_000);
    expect([rig.state, rig.network.transports.length, drained]).to.deep.equal(['closed', 1, 1]);
  };

  it('is closed at once, and delivers calls already in flight until the server closes', () => {
    rig.ready();
    drain();
    expect([rig.state, rig.reason, rig.transport.state]).to.deep.equal([
      'closed',
      'SESSION_CLOSED',
      'closing',
    ]);
    rig.transport.frame(CALL);
    rig.transport.frame({ ...CALL, type: 'outgoingCall', uniqueId: '1608743891.1345' });
    expect(rig.calls.map(({ uniqueId }) => uniqueId)).to.deep.equal(['1608743891.1344', '1608743891.1345']);
    expect(drained).to.equal(0);
    rig.transport.fail();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs - 1);
    expect(drained).to.equal(0);
    rig.clock.advance(1);
    expectOver();
  });

  it('waits at most 1 s for the server to answer the close', () => {
    rig.ready();
    drain();
    rig.clock.advance(DEFAULT_TIMINGS.closingMs - 1);
    rig.transport.frame(CALL);
    expect([rig.calls.length, drained]).to.deep.equal([1, 0]);
    rig.clock.advance(1);
    expect(rig.transport.state).to.equal('discarded');
    expectOver();
  });

  it('ignores all other messages and stays closed', () => {
    rig.ready();
    drain();
    rig.transport.frame({ ...CONFIGURATION, agent: { id: '999', data: '' } });
    rig.transport.frame({ type: 'authFailed', reason: 'CONNECTION_EXISTS' });
    rig.transport.frame({ type: 'connectionClosed' });
    rig.transport.frame(CALL);
    expect([rig.session.configuration?.agent?.id, rig.calls.length]).to.deep.equal(['321', 1]);
    rig.transport.fail();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs - 1);
    expect(drained).to.equal(0);
    rig.clock.advance(1);
    expectOver();
  });

  it('rejects pending requests', async () => {
    rig.ready();
    const answer = rig.session.request('version').catch((error: unknown) => error);
    drain();
    expect(await answer).to.include({ code: 'SESSION_CLOSED' });
  });

  it('ends early at close, and delivers nothing more', () => {
    rig.ready();
    drain();
    rig.session.close();
    expect(rig.transport.state).to.equal('discarded');
    rig.transport.frame(CALL);
    expect(rig.calls).to.deep.equal([]);
    rig.session.close();
    expectOver();
  });

  it('also delivers calls in flight when it drains during authentication', () => {
    rig.open();
    drain();
    rig.transport.frame({ type: 'authSucces', version: '1.1.0' });
    rig.transport.frame(CALL);
    expect([rig.state, rig.calls.length, rig.transport.sentTypes]).to.deep.equal([
      'closed',
      1,
      ['authRequest'],
    ]);
    rig.transport.fail();
    rig.clock.advance(DEFAULT_TIMINGS.releaseMs - 1);
    expect(drained).to.equal(0);
    rig.clock.advance(1);
    expectOver();
  });

  it('does not wait before the authentication request is sent, or after its end', () => {
    for (const prepare of [
      () => undefined,
      () => rig.start(),
      () => {
        rig.start().transport.fail('NETWORK');
      },
      () => {
        rig.ready().session.close();
      },
    ]) {
      rig = new SessionRig();
      drained = 0;
      prepare();
      drain();
      expect([drained, rig.state, rig.clock.pending, rig.network.live]).to.deep.equal([1, 'closed', 0, []]);
    }
  });
});
