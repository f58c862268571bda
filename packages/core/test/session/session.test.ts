import { inspect } from 'node:util';
import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import { maskSecret } from '../../src/json/mask.ts';
import { CALL, CONFIGURATION, ID_CRM, SessionRig } from '../support/session-rig.ts';

describe('session', () => {
  let rig: SessionRig;
  beforeEach(() => {
    rig = new SessionRig();
  });
  const states = (): string[] => rig.statuses.map(({ state }) => state);

  describe('start', () => {
    it('is idle, then connecting, authenticating, ready', () => {
      expect(rig.state).to.equal('idle');
      rig.ready();
      expect(states()).to.deep.equal(['connecting', 'authenticating', 'ready']);
    });

    it('sends the authentication request first, and asks once for the configuration after it', () => {
      rig.ready();
      expect(rig.transport.sent[0]).to.equal(`{"type":"authRequest","idCrm":"${ID_CRM}"}`);
      expect(rig.transport.sentTypes).to.deep.equal(['authRequest', 'configuration']);
      expect(rig.session.configuration?.agent?.id).to.equal('321');
    });

    for (const type of ['authSucces', 'authSuccess']) {
      it(`accepts the spelling ${type}`, () => {
        rig.open();
        rig.transport.frame({ type, version: '1.1.0' });
        expect(rig.state).to.equal('ready');
        expect(rig.session.version).to.equal('1.1.0');
      });
    }

    for (const version of [undefined, null, '', 7, { major: 1 }, [1, 1, 0]]) {
      it(`is ready whatever the version says: ${JSON.stringify(version)}`, () => {
        rig.open();
        rig.transport.frame({ type: 'authSuccess', version });
        expect(rig.state).to.equal('ready');
      });
    }

    it('does nothing at a second start', () => {
      rig.ready().start();
      expect(rig.network.transports).to.have.length(1);
    });

    it('ignores a second authSuccess', () => {
      rig.ready();
      rig.transport.frame({ type: 'authSuccess', version: '1.1.0' });
      expect(states()).to.deep.equal(['connecting', 'authenticating', 'ready']);
      expect(rig.transport.sentTypes).to.deep.equal(['authRequest', 'configuration']);
      expect(rig.network.transports).to.have.length(1);
    });

    it('ends the connection when authFailed follows authSuccess', () => {
      rig.ready();
      rig.transport.frame({ type: 'authFailed', reason: 'CONNECTION_EXISTS' });
      expect([rig.state, rig.reason, rig.transport.state]).to.deep.equal([
        'waiting',
        'CONNECTION_EXISTS',
        'discarded',
      ]);
    });

    it('loses no call that arrives before authSuccess', () => {
      rig.open();
      rig.transport.frame(CALL);
      expect(rig.calls).to.have.length(1);
    });
  });

  describe('refusals', () => {
    for (const [said, code, cap] of [
      ['ID_NOT_FOUND', 'ID_NOT_FOUND', 60_000],
      ['IP_MISSMATCH', 'IP_MISSMATCH', 300_000],
      ['IP_MISMATCH', 'IP_MISSMATCH', 300_000],
      ['CONNECTION_EXISTS', 'CONNECTION_EXISTS', 30_000],
      ['LICENCE_EXPIRED', 'AUTH_REFUSED', 300_000],
      ['', 'AUTH_REFUSED', 300_000],
      [{ code: 7 }, 'AUTH_REFUSED', 300_000],
      [undefined, 'AUTH_REFUSED', 300_000],
    ] as const) {
      it(`${JSON.stringify(said)} is ${code}, ends the connection and is retried within ${cap / 1000} s`, () => {
        rig.random = 1 - Number.EPSILON;
        rig.start();
        for (let i = 0; i < 12; i++) {
          rig.open();
          rig.transport.frame({ type: 'authFailed', reason: said });
          expect([rig.state, rig.reason, rig.transport.state]).to.deep.equal(['waiting', code, 'discarded']);
          if (i < 11) rig.nextAttempt();
        }
        expect(rig.wait).to.equal(cap - 1);
      });
    }

    it('quotes an unlisted reason in the error', () => {
      rig.open();
      rig.transport.frame({ type: 'authFailed', reason: 'LICENCE_EXPIRED' });
      const { status } = rig.session;
      expect(status.state === 'waiting' ? status.reason.message : '').to.contain('LICENCE_EXPIRED');
    });

    it('reconnects by itself when the cause is gone', () => {
      rig.open();
      rig.transport.frame({ type: 'authFailed', reason: 'CONNECTION_EXISTS' });
      rig.nextAttempt().ready();
      expect(rig.state).to.equal('ready');
    });
  });

  describe('deadlines', () => {
    it('are 15 s to connect, 15 s to authenticate and 10 s for a request', () => {
      expect([
        DEFAULT_TIMINGS.connectMs,
        DEFAULT_TIMINGS.authenticateMs,
        DEFAULT_TIMINGS.requestMs,
      ]).to.deep.equal([15_000, 15_000, 10_000]);
    });

    it('discards a connection that does not open within 15 s', () => {
      rig.start();
      rig.clock.advance(14_999);
      expect(rig.state).to.equal('connecting');
      rig.clock.advance(1);
      expect([rig.state, rig.reason, rig.transport.state]).to.deep.equal([
        'waiting',
        'CONNECT_TIMEOUT',
        'discarded',
      ]);
    });

    it('discards a connection without an answer 15 s after the authentication request', () => {
      rig.start();
      rig.clock.advance(14_000);
      rig.open();
      rig.clock.advance(14_999);
      expect(rig.state).to.equal('authenticating');
      rig.clock.advance(1);
      expect([rig.state, rig.reason, rig.transport.state]).to.deep.equal([
        'waiting',
        'AUTH_TIMEOUT',
        'discarded',
      ]);
    });

    it('ignores an answer after the deadline', () => {
      rig.random = 0.9;
      rig.open();
      const first = rig.transport;
      rig.clock.advance(15_000);
      first.frame({ type: 'authSuccess', version: '1.1.0' });
      first.fail();
      expect(rig.state).to.equal('waiting');
    });

    it('does not extend the authentication deadline for other frames', () => {
      rig.open();
      for (let i = 0; i < 14; i++) {
        rig.clock.advance(1_000);
        rig.transport.frame({ type: 'somethingNew' });
        rig.transport.pong();
      }
      rig.clock.advance(1_000);
      expect(rig.reason).to.equal('AUTH_TIMEOUT');
    });

    it('reads a waiting answer after a suspension before it fails', () => {
      rig.open();
      rig.clock.suspend(60_000);
      rig.clock.advance(0);
      expect(rig.state).to.equal('authenticating');
      rig.transport.frame({ type: 'authSucces', version: '1.1.0' });
      rig.clock.advance(1_000);
      expect(rig.state).to.equal('ready');
    });
  });

  describe('heartbeat', () => {
    it('pings a ready session every 20 s', () => {
      rig.ready();
      const before = rig.transport.pings;
      rig.live(60_000);
      expect(rig.transport.pings - before).to.equal(3);
    });

    it('drops a dead connection within 40 s, without a closing handshake', () => {
      rig.ready();
      rig.clock.advance(40_000);
      expect([rig.reason, rig.transport.state]).to.deep.equal(['HEARTBEAT_TIMEOUT', 'discarded']);
    });

    it('counts any frame as a sign of life', () => {
      rig.ready();
      for (let i = 0; i < 10; i++) {
        rig.clock.advance(19_000);
        rig.transport.frame('not even JSON');
      }
      expect(rig.state).to.equal('ready');
    });

    it('keeps a session after a suspension if the server was alive', () => {
      rig.ready().live(60_000);
      rig.clock.advance(20_000);
      rig.clock.suspend(600_000);
      rig.clock.advance(0);
      rig.transport.pong();
      rig.clock.advance(1_000);
      expect(rig.state).to.equal('ready');
    });

    it('starts again with each connection', () => {
      rig.random = 0.9;
      rig.ready();
      rig.clock.advance(19_000);
      rig.transport.fail();
      rig.nextAttempt().ready();
      rig.clock.advance(39_000);
      expect(rig.state).to.equal('ready');
      rig.clock.advance(1_000);
      expect(rig.reason).to.equal('HEARTBEAT_TIMEOUT');
    });
  });

  describe('frames', () => {
    it('delivers each call once, in order', () => {
      rig.ready();
      for (let i = 0; i < 100; i++) rig.transport.frame({ ...CALL, uniqueId: `1608743891.${i}` });
      expect(rig.calls.map(({ uniqueId }) => uniqueId)).to.deep.equal(
        Array.from({ length: 100 }, (_, i) => `1608743891.${i}`),
      );
    });

    it('reports malformed, repaired and unknown frames and server errors, and stays ready', () => {
      rig.ready();
      rig.transport.frame('{"type":');
      rig.transport.frame('{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.2" "callCenter":"yes"}');
      rig.transport.frame({ type: 'agentPaused' });
      rig.transport.frame({ type: 'error', message: 'no' });
      expect(rig.reports.map(({ kind }) => kind)).to.deep.equal([
        'malformed',
        'repaired',
        'unknown',
        'serverError',
      ]);
      expect(rig.state).to.equal('ready');
      expect(rig.calls).to.have.length(1);
    });

    it('masks an echoed idCrm in calls and reports', () => {
      for (const idCrm of [ID_CRM, 'secret$&tail', 'with$1and$$']) {
        rig = new SessionRig(idCrm);
        rig.ready();
        rig.transport.frame({ ...CALL, echo: idCrm });
        rig.transport.frame(Buffer.from(JSON.stringify({ ...CALL, echo: [idCrm] })));
        rig.transport.frame({ type: 'error', idCrm });
        rig.transport.frame({ type: idCrm });
        const told = JSON.stringify([rig.calls, rig.reports]);
        expect(rig.calls).to.have.length(2);
        expect(told).not.to.contain(idCrm);
      }
    });

    it('masks an idCrm written with escapes', () => {
      rig = new SessionRig('abc/def123');
      rig.ready();
      rig.transport.frame(
        '{"type":"incomingCall","phoneNumber":"1","uniqueId":"1.1","echo":"abc\\/def\\u003123"}',
      );
      expect(rig.calls.map(({ raw }) => raw['echo'])).to.deep.equal(['…123']);
    });

    it('loses no call when the idCrm is part of a protocol keyword', () => {
      rig = new SessionRig('incoming');
      rig.ready();
      rig.transport.frame(CALL);
      expect(rig.calls.map(({ type }) => type)).to.deep.equal(['incomingCall']);
    });

    it('masks the idCrm in configuration texts', () => {
      rig.ready();
      rig.transport.frame({
        type: 'configuration',
        account: { id: '15', data: '' },
        phone: null,
        agent: { id: '321', data: `{"idCrm":"${ID_CRM}"}` },
      });
      expect(rig.session.configuration?.agent?.data).to.equal(`{"idCrm":"${maskSecret(ID_CRM)}"}`);
    });

    it('masks the idCrm in the reason of a refusal', () => {
      rig.open();
      rig.transport.frame({ type: 'authFailed', reason: `unknown ${ID_CRM}` });
      expect(JSON.stringify(rig.statuses)).not.to.contain(ID_CRM);
      const { status } = rig.session;
      expect(status.state === 'waiting' ? status.reason.message : ID_CRM).not.to.contain(ID_CRM);
    });

    it('rejects bad UTF-8, even next to the idCrm', () => {
      rig.ready();
      const frame = Buffer.concat([
        Buffer.from(`{"type":"incomingCall","phoneNumber":"${ID_CRM}`),
        Buffer.from([0xff]),
        Buffer.from('","uniqueId":"1.2"}'),
      ]);
      rig.transport.frame(frame);
      expect(rig.calls).to.deep.equal([]);
      expect(rig.reports.map(({ kind }) => kind)).to.deep.equal(['malformed']);
    });

    it('treats a frame over 1 MiB as malformed, even if it contains the idCrm', () => {
      rig.ready();
      rig.transport.frame(Buffer.from(JSON.stringify({ ...CALL, pad: ID_CRM + 'ț'.repeat(1024 * 600) })));
      expect(rig.reports.map(({ kind }) => kind)).to.deep.equal(['malformed']);
    });

    it('keeps the result of the option `keep`', () => {
      const kept = { account: null, phone: null, agent: { id: '321', data: 'kept' } };
      const rig = new SessionRig(ID_CRM, { keep: () => kept }).ready();
      expect(rig.session.configuration).to.equal(kept);
    });

    it('accepts an unsolicited configuration', () => {
      rig.ready();
      rig.transport.frame({ ...CONFIGURATION, agent: { id: '322', data: '' } });
      expect(rig.session.configuration?.agent?.id).to.equal('322');
    });
  });

  it('does not show its idCrm when it is logged', () => {
    rig.ready();
    const shown = inspect(rig.session, { depth: 20, showHidden: true }) + JSON.stringify(rig.session);
    expect(shown).not.to.contain(ID_CRM);
  });
});
