import { expect } from 'chai';
import type { AccountClient, AccountClientOptions } from '../../src/rest/client.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { DIAL, errorOf, RestRig, type FakeServer } from '../support/rest-rig.ts';

describe('the gate of commands', () => {
  let server: FakeServer;
  let clock: FakeClock;
  let client: (settings?: object, options?: Partial<AccountClientOptions>) => AccountClient;

  beforeEach(() => {
    const rig = new RestRig();
    ({ server, clock } = rig);
    client = (...of) => rig.client(...of);
  });

  describe('after a refusal', () => {
    const refuse = (status: number, code: unknown): void => {
      server.answer(status, { type: 'Error', message: 'No', code });
    };

    it('sends nothing with the same account and password until 15 minutes have passed', async () => {
      refuse(401, 401);
      const first = await errorOf(client().ping());
      expect(first.until).to.equal('2026-11-21T08:15:00.000Z');
      expect(first.message).to.include('2026-11-21T08:15:00.000Z');
      clock.advance(15 * 60_000 - 1);
      const second = await errorOf(client().dial(DIAL));
      expect([second.code, second.until]).to.deep.equal(['COOLING_DOWN', first.until]);
      expect(server.requests).to.have.lengthOf(1);
      server.next = null;
      clock.advance(1);
      await client().ping();
      expect(server.requests).to.have.lengthOf(2);
    });

    it('reports the time left by the monotonic clock when the wall clock changes', async () => {
      refuse(401, 401);
      expect((await errorOf(client().ping())).retryAfterMs).to.equal(15 * 60_000);
      clock.advance(5 * 60_000);
      clock.jumpWall(-3_600_000);
      const second = await errorOf(client().ping());
      expect(second.retryAfterMs).to.equal(10 * 60_000);
      expect(second.until).to.equal('2026-11-21T07:15:00.000Z');
    });

    for (const [status, code] of [
      [401, 401],
      [404, 404],
    ] as const) {
      it(`stops all accounts of a server after one ${status}, even accepted ones`, async () => {
        await client({ accountNumber: '99', password: 'of 99' }).ping();
        refuse(status, code);
        const { until } = await errorOf(client().ping());
        server.next = null;
        for (const other of [{ accountNumber: '99', password: 'of 99' }, { accountNumber: '98' }]) {
          const error = await errorOf(client(other).dial(DIAL));
          expect([error.code, error.until]).to.deep.equal(['COOLING_DOWN', until]);
          expect(error.message).to.match(/another account|of any account/);
        }
        expect(server.requests).to.have.lengthOf(2);
        await client({ url: 'https://other.example' }).ping();
        clock.advance(15 * 60_000);
        await client({ accountNumber: '98' }).ping();
      });
    }

    it('sends one request for thirty dials to a wrong path', async () => {
      refuse(404, 404);
      for (let i = 0; i < 30; i++) await errorOf(client({ url: 'https://pbx.example/wrong' }).dial(DIAL));
      expect(server.requests).to.have.lengthOf(1);
    });

    it('sends one request for ten wrong accounts at once', async () => {
      refuse(401, 401);
      const wrong = Array.from({ length: 10 }, (_, i) =>
        client({ accountNumber: String(i), password: `of ${i}` }),
      );
      const errors = await Promise.all(wrong.map((each) => errorOf(each.dial(DIAL))));
      expect(server.requests).to.have.lengthOf(1);
      expect(errors.filter(({ code }) => code === 'COOLING_DOWN')).to.have.lengthOf(9);
      expect(clock.pending).to.equal(0);
    });

    for (const corrected of [{ password: 'another' }, { url: 'https://pbx.example/api' }]) {
      it(`tries the refused account at once with ${JSON.stringify(corrected)}, which ends the cool-down`, async () => {
        refuse(401, 401);
        await errorOf(client().ping());
        server.next = null;
        await client(corrected).ping();
        await client({ accountNumber: '98' }).ping();
        expect((await errorOf(client().ping())).code).to.equal('COOLING_DOWN');
      });
    }

    it('admits a manual test of another account, but not of the refused credentials', async () => {
      refuse(401, 401);
      await errorOf(client().ping());
      server.next = null;
      expect((await errorOf(client().test())).code).to.equal('COOLING_DOWN');
      expect(await client({ accountNumber: '99' }).test()).to.include({ command: 'ping', ok: true });
      await client({ accountNumber: '98' }).ping();
    });

    it('tries at most three corrections during a cool-down', async () => {
      refuse(401, 401);
      for (let i = 0; i < 10; i++) await errorOf(client({ password: `try ${i}` }).ping());
      for (let i = 0; i < 10; i++) await errorOf(client({ accountNumber: String(i) }).test());
      expect(server.requests).to.have.lengthOf(4);
      clock.advance(15 * 60_000);
      await errorOf(client({ password: 'try 9' }).ping());
      await errorOf(client({ password: 'try 8' }).ping());
      expect(server.requests).to.have.lengthOf(6);
    });

    it('sends nothing for any account when the server has blocked this IP address', async () => {
      refuse(403, '403.6');
      await errorOf(client().ping());
      server.next = null;
      for (const other of [{ password: 'another' }, { accountNumber: '99' }]) {
        expect((await errorOf(client(other).ping())).code).to.equal('COOLING_DOWN');
        expect((await errorOf(client(other).test())).code).to.equal('COOLING_DOWN');
      }
      expect(server.requests).to.have.lengthOf(1);
      await client({ url: 'https://other.example' }).ping();
    });

    it('continues after errors that do not count towards the block', async () => {
      for (const [status, code] of [
        [400, 400],
        [403, 403],
        [413, 413],
        [500, 500],
      ] as const) {
        refuse(status, code);
        expect((await errorOf(client().ping())).until).to.equal(null);
      }
      server.next = null;
      await client().ping();
    });

    it('accepts another length of the cool-down, or none', async () => {
      refuse(401, 401);
      expect((await errorOf(client({}, { coolDownMs: 0 }).ping())).until).to.equal(null);
      const error = await errorOf(client({}, { coolDownMs: 1_000 }).ping());
      expect(error.until).to.equal('2026-11-21T08:00:01.000Z');
      clock.advance(1_000);
      server.next = null;
      await client().ping();
    });

    it('ignores jumps of the wall clock', async () => {
      refuse(401, 401);
      await errorOf(client().ping());
      clock.jumpWall(86_400_000);
      expect((await errorOf(client().ping())).code).to.equal('COOLING_DOWN');
    });

    it('sends one request for a hundred calls with a wrong password', async () => {
      refuse(401, 401);
      const errors = await Promise.all(Array.from({ length: 100 }, () => errorOf(client().dial(DIAL))));
      expect(server.requests).to.have.lengthOf(1);
      expect(errors.map(({ code }) => code).sort()).to.deep.equal([
        ...Array<string>(99).fill('COOLING_DOWN'),
        'UNAUTHORIZED',
      ]);
      expect(clock.pending).to.equal(0);
    });
  });

  it('sends all of a hundred calls with a correct password, at most four in parallel', async () => {
    let running = 0;
    let most = 0;
    server.next = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return { body: '{"type":"ok"}' };
    };
    await Promise.all(Array.from({ length: 100 }, () => client().dial(DIAL)));
    expect(server.requests).to.have.lengthOf(100);
    expect(most).to.equal(4);
  });

  it('reports that a call not admitted within the deadline was not sent', async () => {
    server.next = () => new Promise(() => undefined);
    void client()
      .ping()
      .catch(() => undefined);
    const waiting = errorOf(client().dial(DIAL));
    await new Promise(setImmediate);
    clock.advance(15_000);
    const error = await waiting;
    expect([error.code, error.retryable]).to.deep.equal(['REQUEST_TIMEOUT', true]);
    expect(server.requests).to.have.lengthOf(1);
  });
});
