import { expect } from 'chai';
import type { Simulator } from '../src/index.ts';
import { readObject, until } from './support/client.ts';
import { TestEndpoint } from './support/endpoint.ts';
import { FRONT_DESK, closeSimulators, testSimulator } from './support/test-simulator.ts';

const PASSWORD = 'a-password-of-tests';

describe('console: telephony', () => {
  let simulator: Simulator;
  let endpoint: TestEndpoint;

  beforeEach(async () => {
    simulator = await testSimulator({
      console: {},
      rest: {},
      accounts: [{ accountNumber: '100200', password: PASSWORD }],
    });
    endpoint = await TestEndpoint.open();
  });
  afterEach(async () => {
    await closeSimulators();
    endpoint.close();
  });

  async function get(path: string): Promise<Record<string, unknown>> {
    const response = await fetch((simulator.consoleUrl ?? '') + path);
    return readObject(await response.text());
  }

  async function post(
    path: string,
    body: unknown = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch((simulator.consoleUrl ?? '') + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: readObject(await response.text()) };
  }

  const PHONE = { deviceId: '27', agent: 1, maxDurationS: 60, notify: true };

  it('starts, answers and ends a call, and shows its timeline', async () => {
    await post('/api/call-settings', { settings: { deviceAnswerMs: null } });
    const { body } = await post('/api/lives', {
      kind: 'clickToCall',
      deviceIds: ['27'],
      phoneNumber: '0211234567',
    });
    const id = String(body['id']);
    await post(`/api/lives/${id}/answer`);
    await post(`/api/lives/${id}/answer`);
    expect(simulator.telephony.calls()[0]?.state).to.equal('answered');
    expect((await post(`/api/lives/${id}/answer`)).status).to.equal(400);
    await post(`/api/lives/${id}/hang-up`);
    const state = await get('/api/state');
    expect(state).to.have.nested.property('lives[0].state', 'ended');
    expect(state).to.have.nested.property('lives[0].timeline[2].event', 'deviceAnswered');
    expect((await post('/api/lives/1.1/hang-up')).body['error']).to.contain('no call 1.1');
  });

  it('starts every kind of call, and steers it', async () => {
    await post('/api/call-settings', { settings: { deviceAnswerMs: null, uniqueId: 'leg' } });
    expect(simulator.telephony.callSettings.uniqueId).to.equal('leg');
    const call = { deviceIds: ['27', '28'], to: '28', phoneNumber: '0211234567', ringMs: null };
    const started: unknown[] = [];
    for (const kind of ['clickToCall', 'incoming', 'ringAll', 'hunt', 'outgoing', 'campaign', 'internal']) {
      const { body } = await post('/api/lives', { ...call, kind });
      const [latest] = simulator.telephony.calls();
      expect(latest?.id).to.equal(body['id']);
      started.push([latest?.kind, latest?.callCenter, latest?.legs.map(({ deviceId }) => deviceId)]);
    }
    expect(started).to.deep.equal([
      ['clickToCall', false, ['27']],
      ['incoming', false, ['27']],
      ['incoming', true, ['27', '28']],
      ['incoming', true, ['27']],
      ['outgoing', false, ['27']],
      ['campaign', true, ['27']],
      ['internal', false, ['27', '28']],
    ]);
    const { body } = await post('/api/lives', { ...call, kind: 'hunt', ringMs: 9_000, pauseMs: 1_000 });
    const life = `/api/lives/${String(body['id'])}`;
    const legs = (): string[] | undefined =>
      simulator.telephony.calls()[0]?.legs.map(({ deviceId, state }) => `${deviceId} ${state}`);
    await post(`${life}/answer`, { deviceId: '27' });
    await post(`${life}/transfer`, { to: '28', attended: true });
    await post(`${life}/refuse`, { deviceId: '28' });
    await post(`${life}/transfer`, { to: '28', attended: true });
    await post(`${life}/answer`, {});
    await post(`${life}/complete-transfer`);
    await post(`${life}/transfer`, { to: '27', attended: false });
    expect(legs()).to.deep.equal(['27 ended', '28 ended', '28 ended', '27 ringing']);
    await post(`${life}/hang-up`, { deviceId: '27' });
    expect(simulator.telephony.calls()[0]).to.include({ state: 'ended', endReason: 'refused' });
    const again = await post(`${life}/redial`);
    expect(simulator.telephony.calls()[0]?.id).to.equal(again.body['id']);
    for (const [wrong, text] of [
      [{ kind: 'fax' }, 'kind must be one of'],
      [{ deviceIds: [] }, 'Choose a phone'],
      [{ deviceIds: [27] }, 'list of texts'],
      [{ phoneNumber: '' }, 'phone number'],
      [{ ringMs: -1 }, 'times of a call'],
    ] as const) {
      const answer = await post('/api/lives', { ...call, kind: 'ringAll', ...wrong });
      expect(answer.status, text).to.equal(400);
      expect(answer.body['error']).to.contain(text);
    }
  });

  it('sets a phone, and keeps the path of its endpoint to itself', async () => {
    expect((await post('/api/phones', PHONE)).body['error']).to.contain('address');
    await post('/api/phones', { ...PHONE, url: `${endpoint.url}/secret-path`, timeoutMs: 700 });
    await post('/api/phones', { ...PHONE, userId: '501', timeoutMs: 800 });
    expect(simulator.telephony.phones()[0]).to.deep.include({
      deviceId: '27',
      userId: '501',
      idCrm: FRONT_DESK,
      accountNumber: null,
      maxDurationS: 60,
      notifications: { url: `${endpoint.url}/secret-path`, timeoutMs: 800 },
    });
    const state = await get('/api/state');
    expect(state).to.have.nested.property('phones[0].agent.name', 'Front desk');
    expect(JSON.stringify(state)).to.contain('http://127.0.0.1').and.to.not.contain('secret-path');
    await post('/api/phones', {
      ...PHONE,
      silent: true,
      extension: '101',
      answerMs: 'byHand',
      userType: 'x',
    });
    expect(simulator.telephony.phones()[0]).to.include({
      silent: true,
      extension: '101',
      answerMs: 'byHand',
      userType: 'x',
    });
    await post('/api/phones', { ...PHONE, agent: null, notify: false });
    expect(simulator.telephony.phones()[0]).to.include({ idCrm: null, notifications: null });
    await post('/api/notification-settings', { settings: { directionField: 'callDirectionType' } });
    expect(simulator.telephony.notificationSettings.directionField).to.equal('callDirectionType');
  });

  it('shows accounts and their log, without a password unless it is asked for', async () => {
    const ping = (password: string): Promise<Response> =>
      fetch(`${simulator.restUrl ?? ''}/100200/ping/`, {
        method: 'POST',
        body: new URLSearchParams({ password }),
      });
    await post('/api/rest-settings', { settings: { maxInvalidRequests: 1 } });
    await ping(PASSWORD);
    await ping('wrong');
    await post('/api/accounts', { accountNumber: '100300', password: 'another-password' });
    await post('/api/accounts/100300/active', { apiActive: false });
    const state = await get('/api/state');
    expect(state).to.have.nested.property('rest.url', simulator.restUrl);
    expect(state).to.have.nested.property('rest.accounts[0].log[0].status', 401);
    expect(state).to.have.nested.property('rest.accounts[0].log[1].text', 'pong');
    expect(state).to.have.nested.property('rest.accounts[1].apiActive', false);
    expect(state).to.have.nested.property('rest.blacklist[0]', '127.0.0.1');
    expect(JSON.stringify(state)).to.not.contain(PASSWORD).and.not.contain('another-password');
    expect(await get('/api/accounts/100200/password')).to.deep.equal({ password: PASSWORD });
    await post('/api/blacklist/clear');
    expect(simulator.telephony.blacklist()).to.deep.equal([]);
  });

  it('runs an IVR step', async () => {
    endpoint.answer = () => ({ status: 200, body: '{"status":"sent"}' });
    const run = {
      url: endpoint.url,
      method: 'GET',
      waitForConfirmation: true,
      jsonResponse: true,
      variables: { order: '4711', status: '' },
    };
    const { body } = await post('/api/ivr', run);
    expect(body).to.deep.include({ status: 200, variables: { order: '4711', status: 'sent' } });
    expect((await post('/api/ivr', { ...run, variables: { 'a-b': '' } })).status).to.equal(400);
  });

  it('tells open pages about calls and requests', async () => {
    const ending = new AbortController();
    const response = await fetch(`${simulator.consoleUrl ?? ''}/api/events`, { signal: ending.signal });
    let text = '';
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        const bytes: unknown = chunk;
        if (bytes instanceof Uint8Array) text += decoder.decode(bytes, { stream: true });
      }
    })().catch(() => {});
    await until(() => text.includes('event: state'), 'the first state has come');
    simulator.telephony.startCall({ deviceId: '28', phoneNumber: '0311111111' });
    await until(() => text.includes('0311111111'), 'the call has come');
    ending.abort();
    await reading;
  });
});
