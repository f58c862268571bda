import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import { CALL, CONFIGURATION, SessionRig } from '../support/session-rig.ts';

describe('a session that drains', () => {
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

  it('is closed at once, and passes on the calls that were under way, until the server closes', () => {
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

  it('waits a second at most for a server that does not answer the close', () => {
    rig.ready();
    drain();
    rig.clock.advance(DEFAULT_TIMINGS.closingMs - 1);
    rig.transport.frame(CALL);
    expect([rig.calls.length, drained]).to.deep.equal([1, 0]);
    rig.clock.advance(1);
    expect(rig.transport.state).to.equal('discarded');
    expectOver();
  });

  it('is told of nothing else: no answer, refusal or good-bye brings it back', () => {
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

  it('rejects what was asked over it', async () => {
    rig.ready();
    const answer = rig.session.request('version').catch((error: unknown) => error);
    drain();
    expect(await answer).to.include({ code: 'SESSION_CLOSED' });
  });

  it('ends early when it is closed, and passes on nothing more', () => {
    rig.ready();
    drain();
    rig.session.close();
    expect(rig.transport.state).to.equal('discarded');
    rig.transport.frame(CALL);
    expect(rig.calls).to.deep.equal([]);
    rig.session.close();
    expectOver();
  });

  it('also passes on the calls that were under way when the answer to the authentication was, too', () => {
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

  it('keeps no process alive that does not want it', () => {
    rig.ready();
    rig.session.keepProcessAlive(false);
    drain();
    expect(rig.clock.referenced).to.equal(0);
  });

  it('has nothing to wait for before it has asked to authenticate, and after its end', () => {
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
