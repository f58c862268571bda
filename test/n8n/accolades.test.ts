import { DOCUMENTED_ERRORS, ADVICE } from '@accolades-flow/core';
import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { startRestStandIn, type RestStandIn } from './rest-stand-in.ts';
import { FRONT_DESK, SALES, simulate, untilSessions } from './agents.ts';
import { recordLog } from './record-log.ts';
import { NodeRuntime, type Credentials } from './node-runtime.ts';

const PASSWORD = 'api-P4ss!word';
const DIAL = { resource: 'call', operation: 'dial', deviceId: '27', phoneNumber: '+40 (0)21 123 4567' };

describe('The n8n node Accolades', () => {
  let runtime: NodeRuntime;
  let rest: RestStandIn;
  let accounts = 0;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  /** A new server for each test, because a refusal stops all commands to its server for a while. */
  beforeEach(async () => {
    rest = await startRestStandIn(PASSWORD);
  });

  afterEach(() => rest.close());

  const account = (password = PASSWORD): Credentials => ({
    accoladesAccountApi: { accountNumber: String(10_000 + accounts++), password, url: rest.url },
  });

  describe('call', () => {
    it('dials a number in any form, once for each item, and pairs the items', async () => {
      const before = rest.commands.length;
      const { items, error } = await runtime.execute('accolades', {
        parameters: { ...DIAL, phoneNumber: '={{ $json.number }}' },
        credentials: account(),
        items: [{ number: '021 123 4567' }, { number: 'tel:+40721234567' }, { number: 101 }],
      });
      expect(error).to.equal(null);
      expect(items.map(({ json }) => json['phoneNumber'])).to.deep.equal(['0211234567', '0721234567', '101']);
      expect(items.map(({ pairedItem }) => pairedItem)).to.deep.equal([
        { item: 0 },
        { item: 1 },
        { item: 2 },
      ]);
      expect(items[0]?.json).to.deep.include({ command: 'dial', ok: true, response: { type: 'ok' } });
      expect(rest.commands.slice(before).map(({ fields }) => fields)).to.deep.equal(
        ['0211234567', '0721234567', '101'].map((phoneNumber) => ({
          password: PASSWORD,
          deviceId: '27',
          phoneNumber,
        })),
      );
    });

    it('writes the number as chosen', async () => {
      const { items } = await runtime.execute('accolades', {
        parameters: { ...DIAL, dialOptions: { numberFormat: 'international00' } },
        credentials: account(),
      });
      expect(items[0]?.json['phoneNumber']).to.equal('0040211234567');
    });

    for (const [status, code] of Object.entries(DOCUMENTED_ERRORS)) {
      it(`fails with advice when the server answers ${status}`, async () => {
        rest.answerWith({ status: Number(status), body: '{"type":"Error","message":"No","code":"x"}' });
        const { error, run } = await runtime.execute('accolades', {
          parameters: DIAL,
          credentials: account(),
        });
        expect(error?.name).to.equal('NodeApiError');
        expect(error?.message).to.include(`HTTP status ${status}`);
        expect(error?.description).to.equal(ADVICE[code]);
        expect(run.data.resultData.error).to.include({ httpCode: status });
      });
    }

    it('stops after a refusal, and says until when', async () => {
      const credentials = account('wrong');
      const refused = await runtime.execute('accolades', { parameters: DIAL, credentials });
      expect(refused.error?.message).to.match(/Nothing more is sent .* until 20/);
      const sent = rest.commands.length;
      const again = await runtime.execute('accolades', { parameters: DIAL, credentials });
      expect(again.error?.message).to.match(/waiting until 20/);
      expect(again.error?.description).to.match(/Requests are sent again after 20.*corrected credential/);
      expect(rest.commands).to.have.lengthOf(sent);
    });

    it('explains an unknown outcome, and does not dial again on a retry', async () => {
      rest.answerWith('nothing');
      const before = rest.commands.length;
      const { error } = await runtime.execute('accolades', {
        parameters: DIAL,
        credentials: account(),
        settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
      });
      expect(error?.message).to.match(/not known whether Accolades carried it out/);
      expect(error?.description).to.match(/Check the phone .*never sent again automatically/);
      expect(rest.commands).to.have.lengthOf(before + 1);
    });

    for (const { status, body, times } of [
      { status: 200, body: '<html>Dialling</html>', times: 1 },
      { status: 503, body: '<html>Busy</html>', times: 3 },
    ]) {
      it(`dials ${times} times on retries after an answer ${status} that is unreadable`, async () => {
        rest.answerWith({ status, body });
        const before = rest.commands.length;
        const { error } = await runtime.execute('accolades', {
          parameters: DIAL,
          credentials: account(),
          settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
        });
        expect(error?.message).to.contain(`HTTP status ${status}`);
        expect(rest.commands).to.have.lengthOf(before + times);
      });
    }

    it('does not dial items again that had succeeded before a retry', async () => {
      const before = rest.commands.length;
      const { error } = await runtime.execute('accolades', {
        parameters: { ...DIAL, phoneNumber: '={{ $json.number }}' },
        credentials: account(),
        items: [{ number: '101' }, { number: 'no number' }],
        settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
      });
      expect(error?.message).to.match(/digits/);
      expect(rest.commands.slice(before).map(({ fields }) => fields['phoneNumber'])).to.deep.equal(['101']);
    });

    for (const { title, number, answer } of [
      { title: 'an item that cannot be dialled', number: 'no number', answer: null },
      { title: 'an unknown outcome', number: '101', answer: 'nothing' },
    ] as const) {
      it(`does not dial again on a retry that n8n makes of ${title} while it goes on`, async () => {
        rest.answerWith(answer);
        const before = rest.commands.length;
        const { items, error } = await runtime.execute('accolades', {
          parameters: { ...DIAL, phoneNumber: '={{ $json.number }}' },
          credentials: account(),
          items: [{ number }, { number: '102' }],
          settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 3, waitBetweenTries: 0 },
        });
        expect(error).to.equal(null);
        expect(items[0]?.json).to.have.property('code');
        const dialled = rest.commands.slice(before).map(({ fields }) => fields['phoneNumber']);
        expect(dialled).to.deep.equal([...new Set(dialled)]);
        expect(dialled.at(-1)).to.equal('102');
      });
    }

    it('sends a failed item to the error output, with its input and the reason', async () => {
      const { task, error } = await runtime.execute('accolades', {
        parameters: { ...DIAL, phoneNumber: '={{ $json.number }}' },
        credentials: account(),
        items: [{ number: 'abc' }, { number: '101' }],
        settings: { onError: 'continueErrorOutput' },
      });
      expect(error).to.equal(null);
      const [dialled = [], failed = []] = task?.data?.['main'] ?? [];
      expect(dialled?.map(({ json }) => json['phoneNumber'])).to.deep.equal(['101']);
      expect(failed?.map(({ json }) => Object.keys(json))).to.deep.equal([['number', 'error']]);
      expect(failed?.[0]?.json).to.deep.include({ number: 'abc' });
      expect(failed?.[0]?.json['error']).to.include({
        code: 'INVALID_PARAMETER',
        description: 'Open this node and correct its parameters.',
      });
      expect(failed?.[0]?.pairedItem).to.deep.equal({ item: 0 });
    });

    it('continues with the other items when set so', async () => {
      const { items, error } = await runtime.execute('accolades', {
        parameters: { ...DIAL, phoneNumber: '={{ $json.number }}' },
        credentials: account(),
        items: [{ number: 'abc' }, { number: '101' }],
        settings: { onError: 'continueRegularOutput' },
      });
      expect(error).to.equal(null);
      expect(items[0]?.json).to.include({ code: 'INVALID_PARAMETER' });
      expect(items[0]?.json['error']).to.match(/phone number/);
      expect(items[1]?.json).to.include({ ok: true });
      expect(items[1]?.pairedItem).to.deep.equal({ item: 1 });
    });
  });

  describe('account', () => {
    it('pings, and tests the credential', async () => {
      const credentials = account();
      const { items } = await runtime.execute('accolades', {
        parameters: { resource: 'account', operation: 'ping' },
        credentials,
      });
      expect(items[0]?.json).to.deep.include({ command: 'ping', ok: true, response: { type: 'pong' } });
      const test = (data: Credentials) =>
        runtime.testCredential('accolades', 'accoladesAccountApi', data['accoladesAccountApi'] ?? {});
      expect(await test(credentials)).to.include({ status: 'OK' });
      expect((await test(account('wrong'))).message).to.match(/password is wrong/);
      expect((await test(account(' '))).message).to.equal('No API password is given.');
    });
  });

  describe('an account at a server whose certificate is not trusted', () => {
    let encrypted: RestStandIn;

    before(async () => {
      const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
      encrypted = await startRestStandIn(PASSWORD, { key, cert });
    });

    after(() => encrypted.close());

    const at = (url: string, allowUnauthorizedCerts?: boolean): Credentials => ({
      accoladesAccountApi: {
        ...account()['accoladesAccountApi'],
        url,
        ...(allowUnauthorizedCerts === undefined ? {} : { allowUnauthorizedCerts }),
      },
    });

    for (const [name, parameters] of [
      ['dial', DIAL],
      ['ping', { resource: 'account', operation: 'ping' }],
    ] as const) {
      it(`${name}: refused; allowed all the same, the log says that it is unsafe`, async () => {
        const refused = await runtime.execute('accolades', { parameters, credentials: at(encrypted.url) });
        expect(refused.error?.message).to.match(/certificate is not trusted/);
        expect(encrypted.commands.filter(({ path }) => path.endsWith(`/${name}/`))).to.deep.equal([]);
        const log = recordLog();
        const { items, error } = await runtime.execute('accolades', {
          parameters,
          credentials: at(encrypted.url, true),
          items: [{}, {}],
        });
        expect(error).to.equal(null);
        expect(items[0]?.json).to.include({ command: name, ok: true });
        const warnings = log.filter(({ level }) => level === 'warn').map(({ message }) => message);
        expect(warnings).to.have.lengthOf(1);
        expect(warnings.join()).to.match(/unsafe: the certificate .* not verified/);
        expect(warnings.join()).not.to.include(PASSWORD);
      });
    }

    it('the test of the credential', async () => {
      const test = (data: Credentials) =>
        runtime.testCredential('accolades', 'accoladesAccountApi', data['accoladesAccountApi'] ?? {});
      expect(await test(at(encrypted.url, false))).to.include({ status: 'Error' });
      expect((await test(at(encrypted.url))).message).to.match(/certificate is not trusted/);
      expect(await test(at(encrypted.url, true))).to.include({ status: 'OK' });
    });

    it('a server without any certificate is not warned about', async () => {
      const log = recordLog();
      const { error } = await runtime.execute('accolades', {
        parameters: { resource: 'account', operation: 'ping' },
        credentials: at(rest.url, true),
      });
      expect(error).to.equal(null);
      expect(log.filter(({ level }) => level === 'warn')).to.deep.equal([]);
    });
  });

  describe('agent', () => {
    let simulator: Simulator;

    beforeEach(async () => {
      simulator = await simulate();
    });

    afterEach(() => simulator.close());

    const agents = (idCrm = `Front desk=${FRONT_DESK}`): Credentials => ({
      accoladesAgentApi: { idCrm, url: simulator.url, allowUnauthorizedCerts: false },
    });

    it('gives the configuration and the version, and ends its connection', async () => {
      const { items, error } = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getConfiguration', parse: 'auto' },
        credentials: agents(),
      });
      expect(error).to.equal(null);
      expect(items[0]?.json).to.have.keys('account', 'phone', 'agent');
      expect(items[0]?.json['agent']).to.include.keys('id', 'data', 'parsed');
      const version = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getVersion' },
        credentials: agents(),
      });
      expect(version.items[0]?.json).to.include({ known: true });
      expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
    });

    it('gives the status of every agent, and connects nobody', async () => {
      const status = (agentName: string) =>
        runtime.execute('accolades', {
          parameters: { resource: 'agent', operation: 'getStatus', agentName },
          credentials: agents(`Front desk=${FRONT_DESK}, Sales=${SALES}`),
        });
      const { items, error } = await status('');
      expect(error).to.equal(null);
      expect(items.map(({ json }) => [json['state'], json['since'], json['attempt']])).to.deep.equal([
        ['notHere', null, null],
        ['notHere', null, null],
      ]);
      expect((await status('Sales')).items.map(({ json }) => json['agent'])).to.deep.equal([
        { label: 'Sales', id: null, phoneId: null },
      ]);
      expect((await status('Nobody')).error?.message).to.match(/has no agent “Nobody”/);
      expect(simulator.statistics.maxSessionsPerAgent).to.equal(0);
    });

    it('asks for all items of a run over one connection', async () => {
      const { items, error } = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getVersion' },
        credentials: agents(),
        items: [{}, {}, {}],
      });
      expect(error).to.equal(null);
      expect(items.map(({ pairedItem }) => pairedItem)).to.deep.equal([
        { item: 0 },
        { item: 1 },
        { item: 2 },
      ]);
      expect(simulator.statistics.connects).to.equal(1);
      await untilSessions(simulator, 0);
    });

    it('reconnects for the items after one whose agent was absent', async () => {
      simulator.faults.set(FRONT_DESK, { refuseWith: 'ID_NOT_FOUND' });
      const { items, error } = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getVersion' },
        credentials: agents(),
        items: [{}, {}],
        settings: { onError: 'continueRegularOutput' },
      });
      expect(error).to.equal(null);
      expect(items.map(({ json }) => json['code'])).to.deep.equal(['ID_NOT_FOUND', 'ID_NOT_FOUND']);
      expect(simulator.statistics.refusals).to.deep.equal({ ID_NOT_FOUND: 2 });
    });

    it('advises what to do when another process holds the connection', async () => {
      simulator.faults.set(FRONT_DESK, { refuseWith: 'CONNECTION_EXISTS' });
      const { error } = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getVersion' },
        credentials: agents(),
      });
      expect(error?.name).to.equal('NodeOperationError');
      expect(error?.description).to.match(/includeConfiguration/);
    });

    it('asks which agent when there are several', async () => {
      const { error } = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getVersion' },
        credentials: agents(`A=${FRONT_DESK}, B=77aa0192bc`),
      });
      expect(error?.message).to.match(/several agents.*“A”, “B”/);
    });
  });

  it('reports a reply without a waiting request', async () => {
    const { error } = await runtime.execute('accolades', {
      parameters: { resource: 'reply', operation: 'ivr', replyToken: '={{ $json.none }}' },
    });
    expect(error?.message).to.equal('The message has no replyToken.');
  });
});
