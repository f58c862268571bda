import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { CALL, SessionRig } from '../support/session-rig.ts';

describe('session: reconnecting and closing', () => {
  let rig: SessionRig;
  beforeEach(() => {
    rig = new SessionRig();
  });
  const states = (): string[] => rig.statuses.map(({ state }) => state);

  describe('reconnecting', () => {
    it('never gives up', () => {
      rig.random = 0.999;
      rig.start();
      for (let i = 0; i < 500; i++) {
        rig.transport.fail('NETWORK');
        expect(rig.state).to.equal('waiting');
        rig.nextAttempt();
      }
      expect(rig.network.transports).to.have.length(501);
      expect(rig.network.live).to.have.length(1);
    });

    it('reports the time and the number of the next attempt', () => {
      rig.start();
      rig.transport.fail('NETWORK');
      rig.nextAttempt();
      rig.transport.fail('NETWORK');
      const now = rig.clock.now();
      expect(rig.session.status).to.include({
        state: 'waiting',
        attempt: 2,
        since: now,
        nextAttemptAt: now + 1_000,
      });
      rig.nextAttempt();
      expect(rig.session.status).to.include({ state: 'connecting', attempt: 3 });
    });

    it('resets the backoff only after the session was ready for 60 s', () => {
      const waitAfter = (readyFor: number): number => {
        rig = new SessionRig();
        rig.start();
        for (let i = 0; i < 4; i++) {
          rig.transport.fail('NETWORK');
          rig.nextAttempt();
        }
        rig.ready().live(readyFor);
        rig.transport.fail();
        return rig.wait;
      };
      expect(waitAfter(59_999)).to.equal(8_000);
      expect(waitAfter(60_000)).to.equal(500);
    });

    it('counts connectionClosed and the following close as one failure', () => {
      rig.ready();
      const { transport } = rig;
      transport.frame({ type: 'connectionClosed' });
      transport.fail();
      expect([rig.state, rig.reason, transport.state]).to.deep.equal([
        'waiting',
        'CONNECTION_CLOSED',
        'discarded',
      ]);
      expect(rig.session.status).to.include({ attempt: 1 });
    });

    it('ends the connection when only connectionClosed arrives', () => {
      rig.ready();
      rig.transport.frame({ type: 'connectionClosed' });
      expect(rig.transport.state).to.equal('discarded');
      rig.nextAttempt();
      expect(rig.network.live).to.have.length(1);
    });

    it('treats connectionClosed during authentication as a failure', () => {
      rig.open();
      rig.transport.frame({ type: 'connectionClosed' });
      expect(rig.reason).to.equal('CONNECTION_CLOSED');
    });

    it('delivers no call from a discarded connection', () => {
      rig.ready();
      const { transport } = rig;
      transport.frame({ type: 'connectionClosed' });
      transport.frame(CALL);
      expect(rig.calls).to.deep.equal([]);
    });

    it("keeps the agent's ids over a reconnect, and requests them again", () => {
      rig.ready();
      rig.transport.fail();
      rig.nextAttempt().open();
      rig.transport.frame({ type: 'authSucces', version: '1.1.0' });
      expect(rig.session.configuration?.agent?.id).to.equal('321');
      expect(rig.transport.sentTypes).to.deep.equal(['authRequest', 'configuration']);
    });
  });

  describe('retryNow', () => {
    it('ends a long wait', () => {
      rig.random = 0.9;
      rig.open();
      rig.clock.advance(5_000);
      for (let i = 0; i < 10; i++) {
        rig.transport.frame({ type: 'authFailed', reason: 'IP_MISSMATCH' });
        rig.nextAttempt().open();
      }
      rig.transport.frame({ type: 'authFailed', reason: 'IP_MISSMATCH' });
      rig.clock.advance(1_000);
      const count = rig.network.transports.length;
      rig.session.retryNow();
      rig.clock.advance(0);
      expect(rig.network.transports).to.have.length(count + 1);
    });

    it('dials at most once per second', () => {
      rig.random = 0.99;
      rig.start();
      for (let passed = 0; passed < 10_000; passed += 50) {
        if (rig.state === 'connecting') rig.transport.fail('CONNECTION_REFUSED');
        rig.session.retryNow();
        rig.clock.advance(50);
      }
      expect(rig.network.transports.length).to.be.within(9, 11);
    });

    it('is not moved by a jump of the wall clock', () => {
      rig.random = 0.99;
      rig.start();
      for (let i = 0; i < 6; i++) {
        rig.transport.fail('NETWORK');
        if (i < 5) rig.nextAttempt();
      }
      rig.clock.jumpWall(86_400_000);
      rig.session.retryNow();
      rig.clock.advance(1_000);
      expect(rig.state).to.equal('connecting');
    });

    it('never extends a wait', () => {
      rig.random = 0.1;
      rig.start();
      rig.transport.fail('NETWORK');
      rig.session.retryNow();
      rig.clock.advance(100);
      expect(rig.state).to.equal('connecting');
    });

    it('does nothing in any other state', () => {
      rig.session.retryNow();
      expect(rig.state).to.equal('idle');
      rig.ready().session.retryNow();
      expect(rig.network.transports).to.have.length(1);
      rig.session.close();
      rig.session.retryNow();
      expect(rig.clock.pending).to.equal(0);
    });
  });

  describe('close', () => {
    const closedForGood = (): void => {
      const { length } = rig.network.transports;
      expect(rig.state).to.equal('closed');
      expect(rig.clock.pending, 'timers').to.equal(0);
      expect(rig.network.live, 'connections').to.deep.equal([]);
      for (const transport of rig.network.transports) {
        transport.open();
        transport.frame({ type: 'authSuccess', version: '1.1.0' });
        transport.fail();
      }
      rig.clock.advance(3_600_000);
      expect([rig.state, rig.network.transports.length]).to.deep.equal(['closed', length]);
    };

    it('before the start', () => {
      rig.session.close();
      rig.start();
      closedForGood();
    });

    it('during connect discards a socket that opens late', () => {
      rig.start();
      rig.session.close();
      expect(rig.transport.state).to.equal('discarded');
      closedForGood();
    });

    it('during authentication', () => {
      rig.open();
      rig.session.close();
      closedForGood();
    });

    it('while ready', () => {
      rig.ready();
      rig.session.close();
      closedForGood();
    });

    it('while ready, with a pending request', () => {
      rig.open();
      rig.transport.frame({ type: 'authSucces', version: '1.1.0' });
      rig.session.close();
      closedForGood();
    });

    it('during backoff opens no socket', () => {
      rig.start();
      rig.transport.fail('NETWORK');
      rig.session.close();
      expect(rig.network.transports).to.have.length(1);
      closedForGood();
    });

    it('during the extra wait after a suspension', () => {
      rig.open();
      rig.clock.suspend(60_000);
      rig.clock.advance(0);
      rig.session.close();
      closedForGood();
    });

    it('is idempotent and reports its reason once', () => {
      rig.ready();
      rig.session.close(new AccoladesError('SUPERSEDED'));
      rig.session.close();
      expect(states().filter((state) => state === 'closed')).to.have.length(1);
      expect(rig.reason).to.equal('SUPERSEDED');
    });

    for (const at of ['connecting', 'authenticating', 'ready', 'waiting'] as const) {
      it(`from within the listener at ${at}`, () => {
        rig.onStatus = ({ state }) => {
          if (state === at) rig.session.close();
        };
        rig.start();
        if (at !== 'connecting') rig.open();
        if (at === 'ready') rig.ready();
        if (at === 'waiting') rig.transport.fail();
        closedForGood();
      });
    }
  });
});
