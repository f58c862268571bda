import { expect } from 'chai';
import { IpBlacklist } from '../src/rest-api/ip-blacklist.ts';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import { TestClient, readObject } from './support/client.ts';
import { FRONT_DESK, closeSimulators, testSimulator } from './support/test-simulator.ts';

const ACCOUNT = '100200';
const PASSWORD = 'a-password-of-tests';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('REST API', () => {
  afterEach(closeSimulators);

  function withRest(options: SimulatorOptions = {}): Promise<Simulator> {
    return testSimulator({
      rest: {},
      accounts: [
        { accountNumber: ACCOUNT, password: PASSWORD },
        { accountNumber: '100300', password: PASSWORD, apiActive: false },
      ],
      ...options,
    });
  }

  async function send(
    simulator: Simulator,
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${simulator.restUrl ?? ''}${path}`, init);
    return { status: response.status, body: readObject(await response.text()) };
  }

  function command(
    simulator: Simulator,
    path: string,
    fields: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const body = new URLSearchParams({ password: PASSWORD, ...fields });
    return send(simulator, path, { method: 'POST', body });
  }

  it('is off unless it is asked for', async () => {
    expect((await testSimulator()).restUrl).to.equal(null);
  });

  it('answers a ping and notes it in the log of the account', async () => {
    const simulator = await withRest();
    expect(await command(simulator, `/${ACCOUNT}/ping/`)).to.deep.equal({
      status: 200,
      body: { type: 'pong' },
    });
    const log = simulator.telephony.accountLog(ACCOUNT);
    expect(log).to.have.length(1);
    expect(log[0]).to.include({ command: 'ping', status: 200, text: 'pong', ip: '127.0.0.1' });
    expect(log[0]?.at).to.be.closeTo(Date.now(), 60_000);
  });

  it('dials for the agent of the device', async () => {
    const simulator = await withRest({ callSettings: { deviceAnswerMs: 0 } });
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const answer = await command(simulator, `/${ACCOUNT}/dial/`, {
      deviceId: '27',
      phoneNumber: '0211234567',
    });
    expect(answer).to.deep.equal({ status: 200, body: { type: 'ok' } });
    expect(await client.nextMessage()).to.include({ type: 'outgoingCall', phoneNumber: '0211234567' });
  });

  const refusals: [what: string, status: number, path: string, fields: Record<string, string>][] = [
    ['an unknown account', 401, '/999/ping/', {}],
    ['an account whose API is not active', 401, '/100300/ping/', {}],
    ['a wrong password', 401, `/${ACCOUNT}/ping/`, { password: 'wrong' }],
    ['an unknown command', 404, `/${ACCOUNT}/hangUp/`, {}],
    ['a path without an account', 404, '/ping/', {}],
    ['a dial without a number', 400, `/${ACCOUNT}/dial/`, { deviceId: '27' }],
    ['a dial without a device', 400, `/${ACCOUNT}/dial/`, { phoneNumber: '0211234567' }],
    ['an unknown device', 400, `/${ACCOUNT}/dial/`, { deviceId: '99', phoneNumber: '0211234567' }],
    ['text as a number', 400, `/${ACCOUNT}/dial/`, { deviceId: '27', phoneNumber: 'Front desk' }],
    ['a body that is too large', 413, `/${ACCOUNT}/dial/`, { phoneNumber: '0'.repeat(9_000) }],
  ];
  const titles: Record<number, string> = {
    400: 'Bad request',
    401: 'Unauthorized',
    404: 'Not found',
    413: 'Payload Too Large',
  };
  for (const [what, status, path, fields] of refusals) {
    it(`refuses ${what} with ${status}`, async () => {
      const simulator = await withRest();
      expect(await command(simulator, path, fields)).to.deep.equal({
        status,
        body: { type: 'Error', message: titles[status], code: String(status) },
      });
    });
  }

  it('refuses what is no POST of a form, and ignores values of the query', async () => {
    const simulator = await withRest();
    const query = `/${ACCOUNT}/ping/?password=${PASSWORD}`;
    expect((await send(simulator, query, {})).status).to.equal(400);
    expect(
      (
        await send(simulator, query, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).to.equal(400);
    expect((await send(simulator, query, { method: 'POST', body: new URLSearchParams() })).status).to.equal(
      401,
    );
  });

  const oddRequests: [what: string, status: number, path: string, init: RequestInit][] = [
    ['another method', 400, `/${ACCOUNT}/ping/`, { method: 'PUT', body: new URLSearchParams() }],
    ['no type', 400, `/${ACCOUNT}/ping/`, { method: 'POST', body: new Uint8Array([112]) }],
    [
      'a broken type',
      400,
      `/${ACCOUNT}/ping/`,
      { method: 'POST', body: 'p', headers: { 'content-type': '=' } },
    ],
    ['nothing in the form', 401, `/${ACCOUNT}/ping/`, { method: 'POST', headers: FORM }],
    ['a broken path', 401, `/${ACCOUNT}/%zz/`, { method: 'POST', headers: FORM }],
    ['no path', 404, '/', {}],
  ];
  for (const [what, status, path, init] of oddRequests) {
    it(`refuses a request with ${what} with ${status}`, async () => {
      const simulator = await withRest();
      expect(await send(simulator, path, init)).to.deep.equal({
        status,
        body: { type: 'Error', message: titles[status], code: String(status) },
      });
    });
  }

  it('answers a form with a charset and a query, and closes the connection', async () => {
    const simulator = await withRest();
    const response = await fetch(`${simulator.restUrl ?? ''}/${ACCOUNT}/ping?x=1`, {
      method: 'POST',
      headers: { 'content-type': 'Application/X-WWW-form-urlencoded; charset=utf-8' },
      body: `password=${PASSWORD}`,
    });
    expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(response.headers.get('connection')).to.equal('close');
    expect(await response.json()).to.deep.equal({ type: 'pong' });
  });

  it('keeps a device to its account', async () => {
    const simulator = await withRest();
    simulator.telephony.setPhone({ deviceId: '27', accountNumber: '100300' });
    const fields = { deviceId: '27', phoneNumber: '0211234567' };
    expect((await command(simulator, `/${ACCOUNT}/dial/`, fields)).status).to.equal(400);
  });

  it('blocks an address after too many invalid requests, valid ones too', async () => {
    const simulator = await withRest({ restSettings: { maxInvalidRequests: 2 } });
    await command(simulator, `/${ACCOUNT}/ping/`, { password: 'wrong' });
    expect((await command(simulator, `/${ACCOUNT}/ping/`)).status, 'a valid one in between').to.equal(200);
    await command(simulator, `/${ACCOUNT}/ping/`, { password: 'wrong' });
    await command(simulator, `/${ACCOUNT}/ping/`, { password: 'wrong' });
    expect(await command(simulator, `/${ACCOUNT}/ping/`)).to.deep.equal({
      status: 403,
      body: { type: 'Error', message: 'IP address rejected', code: '403.6' },
    });
    expect(simulator.telephony.blacklist()).to.deep.equal(['127.0.0.1']);
    simulator.telephony.clearBlacklist();
    expect((await command(simulator, `/${ACCOUNT}/ping/`)).status).to.equal(200);
  });

  it('counts failed authentications and invalid paths towards the block, nothing else', async () => {
    const counted = new Map<number, boolean>();
    for (const [, status, path, fields] of refusals) {
      const simulator = await withRest({ restSettings: { maxInvalidRequests: 1 } });
      await command(simulator, path, fields);
      counted.set(status, simulator.telephony.blacklist().length > 0);
    }
    expect([...counted]).to.deep.equal([
      [401, true],
      [404, true],
      [400, false],
      [413, false],
    ]);
  });

  it('writes bad requests and wrong passwords into the log of the account, no other refusal', async () => {
    const simulator = await withRest({ restSettings: { maxInvalidRequests: 0 } });
    for (const [, status, path, fields] of refusals)
      if (status !== 413) await command(simulator, path, fields);
    simulator.telephony.configureRest({ failWith: 403 });
    await command(simulator, `/${ACCOUNT}/ping/`);
    const statuses = simulator.telephony.accountLog(ACCOUNT).map(({ status }) => status);
    expect(statuses).to.deep.equal([401, 400, 400, 400, 400]);
    expect(simulator.telephony.accountLog('100300')).to.deep.equal([]);
  });

  it('lifts the block of an address after a while', () => {
    let now = 0;
    const list = new IpBlacklist(
      () => ({ maxInvalidRequests: 2, blacklistMs: 1_000 }),
      () => now,
    );
    list.countInvalid('203.0.113.7');
    now = 1_001;
    list.countInvalid('203.0.113.7');
    expect(list.isBlocked('203.0.113.7'), 'the first one lies too far back').to.equal(false);
    list.countInvalid('203.0.113.7');
    expect(list.isBlocked('203.0.113.7')).to.equal(true);
    expect(list.isBlocked('203.0.113.8')).to.equal(false);
    now += 1_000;
    expect(list.isBlocked('203.0.113.7')).to.equal(false);
  });

  it('fails, is late or is silent when told to', async () => {
    const simulator = await withRest();
    simulator.telephony.configureRest({ failWith: 500 });
    expect(await command(simulator, `/${ACCOUNT}/ping/`)).to.deep.equal({
      status: 500,
      body: { type: 'Error', message: 'Internal Server Error', code: '500' },
    });
    simulator.telephony.configureRest({ failWith: 0, answerDelayMs: 30 });
    const before = performance.now();
    expect((await command(simulator, `/${ACCOUNT}/ping/`)).status).to.equal(200);
    expect(performance.now() - before).to.be.greaterThan(25);
    simulator.telephony.configureRest({ answerDelayMs: 0, neverAnswer: true });
    const silent = command(simulator, `/${ACCOUNT}/ping/`).then(
      () => 'answered',
      () => 'cut off',
    );
    await new Promise<void>((resolve) => {
      simulator.once('restRequest', resolve);
    });
    await simulator.close();
    expect(await silent).to.equal('cut off');
  });

  it('never shows a password', async () => {
    const simulator = await withRest();
    await command(simulator, `/${ACCOUNT}/ping/`);
    await command(simulator, `/${ACCOUNT}/ping/`, { password: `${PASSWORD}!` });
    const shown = JSON.stringify([simulator.telephony.accountLog(ACCOUNT), simulator.telephony.accounts()]);
    expect(shown).to.contain('Unauthorized').and.to.not.contain(PASSWORD);
    expect(() => simulator.telephony.accountLog('999')).to.throw('no account 999');
  });

  it('refuses settings that are not usable', async () => {
    const simulator = await withRest();
    expect(() => {
      simulator.telephony.configureRest({ failWith: 200 });
    }).to.throw('failWith');
    expect(() => {
      simulator.telephony.configureRest({ blacklistMs: 0 });
    }).to.throw('blacklistMs');
    expect(() => simulator.telephony.setAccount({ accountNumber: 'x', password: 'p' })).to.throw('digits');
    expect(() => simulator.telephony.setPhone({ deviceId: '40', idCrm: 'nobody-at-all' })).to.throw(
      'no agent',
    );
    expect(() =>
      simulator.telephony.setPhone({ deviceId: '40', notifications: { url: 'ftp://x' } }),
    ).to.throw('http');
  });
});
