import type { CallLife, Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { arrayFrom, objectFrom, optionalString, type JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference } from '../../hosts/n8n/client.ts';
import { itemsOf, type N8nExecution } from '../../hosts/n8n/execution.ts';
import { DOCUMENTED_ERRORS, sendBadRequests, type DocumentedError } from './documented-errors.ts';
import { accolades, N8nRig, n8nNode, webhookTrigger, wireTo } from './n8n-rig.ts';
import { expectNoSecret, expectNoSecretInFiles } from './secrets.ts';
import {
  ACCOUNT,
  commandCount,
  DEVICE,
  IDCRM,
  PASSWORD,
  restUrl,
  SECRET,
  SECRETS,
  startTelephony,
  waitForCall,
} from './telephony.ts';

/** The cool-down after a refusal; the default of 15 minutes would be too long here. */
const COOL_DOWN_MS = 1_500;
const LIFE = ['answer', 'confirmHangup', 'hangup'];

describe('Commands, notifications and an IVR of the PBX in a real n8n', () => {
  let rig: N8nRig;
  let simulator: Simulator;
  let secret: N8nCredentialReference;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    rig = await N8nRig.start({ ACCOLADES_COOL_DOWN_MS: String(COOL_DOWN_MS) });
    secret = await rig.credential('accoladesWebhookApi', { secret: SECRET });
  });

  after(() => rig.stop());

  // Refusals are remembered by server, so each test has its own.
  beforeEach(async () => {
    simulator = await startTelephony();
  });

  afterEach(() => simulator.close());

  const accountOf = ({ path = '', ...more }: NonNullable<DocumentedError['account']> = {}) =>
    rig.credential('accoladesAccountApi', {
      accountNumber: ACCOUNT,
      password: PASSWORD,
      url: `${restUrl(simulator)}${path}`,
      ...more,
    });

  /** Runs the node Accolades manually, like “Execute workflow”. */
  const run = async (parameters: JsonObject, account: N8nCredentialReference): Promise<N8nExecution> => {
    const { id } = await rig.client.createWorkflow({
      name: 'Command',
      nodes: [n8nNode('Go', 'n8n-nodes-base.manualTrigger', 1, {}), accolades('Do', parameters, account)],
      connections: { Go: { main: [[wireTo('Do')]] } },
    });
    const { executionId } = await rig.client.runManual(id, { trigger: 'Go' });
    return rig.client.waitForExecution(executionId ?? '');
  };

  const dial = (account: N8nCredentialReference, more: JsonObject = {}) =>
    run(
      { resource: 'call', operation: 'dial', deviceId: DEVICE, phoneNumber: '0211234567', ...more },
      account,
    );

  const failureOf = (execution: N8nExecution): string => {
    expect(execution.status).to.equal('error');
    return `${execution.error?.message ?? ''} ${execution.error?.description ?? ''}`;
  };

  const hookUrl = (path: string): string => `${rig.host.url}/webhook/${path}?secret=${SECRET}`;

  const listenTo = (
    path: string,
    more: { readonly timeoutMs?: number; readonly maxDurationS?: number } = {},
  ) =>
    simulator.telephony.setPhone({
      deviceId: DEVICE,
      maxDurationS: more.maxDurationS ?? 0,
      notifications: { url: hookUrl(path), timeoutMs: more.timeoutMs ?? 5_000 },
    });

  const talking = (phoneNumber = '0211234567'): CallLife =>
    simulator.telephony.answerCall(simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber }).id);

  it('tests an account in its dialog: yes, or why not', async () => {
    const test = (password: string) =>
      rig.client.testCredential({
        type: 'accoladesAccountApi',
        data: { accountNumber: ACCOUNT, password, url: restUrl(simulator) },
      });
    expect(await test(PASSWORD)).to.include({ status: 'OK' });
    const refused = await test('another-Passw0rd');
    expect(refused).to.include({ status: 'Error' });
    expect(refused.message).to.match(/password is wrong/);
    expect((await test('another-Passw0rd')).message).to.match(/waiting until/);
    expect(
      simulator.telephony.accountLog(ACCOUNT).map(({ command, status }) => [command, status]),
    ).to.deep.equal([
      ['ping', 200],
      ['ping', 401],
    ]);
  });

  it('pings, and rings the phone, then the number, whatever form that has', async () => {
    const account = await accountOf();
    const pong = await run({ resource: 'account', operation: 'ping' }, account);
    expect(itemsOf(pong, 'Do')[0]).to.deep.include({ ok: true, response: { type: 'pong' } });
    for (const [typed, sent] of [
      ['+40 (21) 123-45.67', '0211234567'],
      ['tel:+40211234567', '0211234567'],
      ['+49 30 901820', '004930901820'],
      ['101', '101'],
    ] as const) {
      const [item] = itemsOf(await dial(account, { phoneNumber: typed }), 'Do');
      expect(item, typed).to.deep.include({ ok: true, deviceId: DEVICE, phoneNumber: sent });
      const call = await waitForCall(simulator, 'to ring', ({ state }) => state === 'ringingDevice');
      expect(call, typed).to.deep.include({ direction: 'outgoing', phoneNumber: sent });
      simulator.telephony.hangUp(call.id);
    }
    expect(failureOf(await dial(account, { phoneNumber: 'hello' }))).to.match(/phone number/i);
    expect(commandCount(simulator)).to.equal(5);
  });

  for (const { status, code, says, arrange, command, account } of DOCUMENTED_ERRORS) {
    it(`turns ${status} ${code} (${says.source}) into an error with advice`, async () => {
      await arrange?.(simulator);
      expect(failureOf(await dial(await accountOf(account), command ?? {}))).to.match(says);
      expect(simulator.telephony.calls()).to.deep.equal([]);
    });
  }

  it('sends nothing after a refused password until it is corrected, nor to a server that blocks it', async () => {
    const wrong = await accountOf({ password: 'another-Passw0rd' });
    expect(failureOf(await dial(wrong))).to.match(/password is wrong/);
    expect(failureOf(await dial(wrong))).to.match(/Accolades refused this account and password before/);
    expect(commandCount(simulator)).to.equal(1);
    const right = await accountOf();
    expect((await dial(right)).status).to.equal('success');
    simulator.telephony.configureRest({ maxInvalidRequests: 3, blacklistMs: 600_000 });
    await sendBadRequests(simulator, 3);
    expect(failureOf(await dial(right))).to.match(/blocked the public IP address/);
    const sent = commandCount(simulator);
    expect(failureOf(await dial(right))).to.match(/waiting until/);
    expect(commandCount(simulator)).to.equal(sent);
  });

  it('follows a whole call: dialled by one workflow, reported to two others', async () => {
    const agent = await rig.credential('accoladesAgentApi', {
      idCrm: `Front desk=${IDCRM}`,
      url: simulator.url,
    });
    const eventsId = await rig.publish(
      n8nNode('Events', 'n8n-nodes-accolades.accoladesTrigger', 1, {}, agent),
      [n8nNode('End', 'n8n-nodes-base.noOp', 1, {})],
      [['End']],
    );
    const lifeId = await rig.publish(
      webhookTrigger('life', { events: LIFE }, secret),
      [n8nNode('End', 'n8n-nodes-base.noOp', 1, {})],
      [['End']],
    );
    listenTo('life');
    expect((await dial(await accountOf())).status).to.equal('success');
    const { id } = await waitForCall(simulator, 'to ring', ({ state }) => state === 'ringingDevice');
    simulator.telephony.answerCall(id);
    const [event] = await rig.executions(eventsId, 1);
    expect(event && itemsOf(event, 'Events')[0]).to.deep.include({
      event: 'outgoingCall',
      uniqueId: id,
      phoneNumber: '0211234567',
    });
    simulator.telephony.answerCall(id);
    await rig.executions(lifeId, 1);
    simulator.telephony.hangUp(id);
    const told = (await rig.executions(lifeId, 2)).flatMap((execution) => itemsOf(execution, 'life'));
    expect(told.map(({ event: name, callId, direction }) => [name, callId, direction])).to.deep.equal([
      ['answer', id, 'outgoing'],
      ['hangup', id, 'outgoing'],
    ]);
    expect(objectFrom(told[1]?.['phone'], 'phone')).to.include({ e164: '+40211234567' });
    const { endReason, timeline } = await waitForCall(simulator, 'whose end was told', (call) =>
      call.timeline.some(({ text }) => text.startsWith('hangup:')),
    );
    expect(endReason).to.equal('hungUp');
    expect(timeline.some(({ event: step }) => step === 'notificationFailed')).to.equal(false);
    await rig.client.deactivate(eventsId);
  });

  it('decides about a call at its limit with the operation Reply, and by the fallback without', async () => {
    const decide = (name: string, decision: JsonObject) =>
      accolades(name, { resource: 'reply', operation: 'confirmHangup', ...decision });
    await rig.publish(
      webhookTrigger(
        'limit',
        {
          events: ['confirmHangup'],
          respond: 'replyNode',
          options: { replyLimit: 1, hangupFallback: 'extend', hangupFallbackSeconds: 30 },
        },
        secret,
      ),
      [
        n8nNode('By number', 'n8n-nodes-base.switch', 3.2, {
          rules: { values: ['0211000001', '0211000002'].map(numberRule) },
          options: {},
        }),
        decide('Extend', { decision: 'extend', seconds: 60 }),
        decide('Drop', { decision: 'drop' }),
      ],
      [['By number']],
      { 'By number': { main: [[wireTo('Extend')], [wireTo('Drop')]] } },
    );
    listenTo('limit', { maxDurationS: 1 });
    const outcome = async (phoneNumber: string): Promise<string> => {
      const { id } = talking(phoneNumber);
      const { timeline } = await waitForCall(simulator, 'to be decided about', (call) =>
        call.timeline.some(({ event }) => event === 'extended' || event === 'ended'),
      );
      simulator.telephony.hangUp(id);
      return timeline.find(({ event }) => event === 'extended' || event === 'ended')?.text ?? '';
    };
    expect(await outcome('0211000001')).to.equal('By 60 s from now.');
    expect(await outcome('0211000002')).to.match(/^The longest duration was reached\. *$/);
    expect(await outcome('0211000003')).to.equal('By 30 s from now.');
  });

  it('costs the call when the endpoint refuses it or is not published', async () => {
    // n8n itself logs the path of an unknown webhook.
    const nowhere = `${rig.host.url}/webhook/hook-nowhere/nowhere/not-the-secret-000`;
    for (const url of [`${hookUrl('life')}x`, nowhere]) {
      simulator.telephony.setPhone({ deviceId: DEVICE, notifications: { url } });
      const { id } = talking();
      const call = await waitForCall(simulator, 'to end', ({ state }) => state === 'ended');
      expect(call).to.deep.include({ id, endReason: 'notificationFailed' });
    }
  });

  it('answers an IVR with variables, by GET and POST, and with the fallback when the workflow fails', async () => {
    await rig.publish(
      webhookTrigger(
        'ivr',
        { receives: 'ivr', respond: 'replyNode', options: { ivrFallback: '{"status":"unknown"}' } },
        secret,
      ),
      [
        accolades('Order status', {
          resource: 'reply',
          operation: 'ivr',
          variables: {
            values: [
              {
                name: '={{ $json.variables.order === "0" ? "no name" : "status" }}',
                value: '=order {{ $json.variables.order }}',
              },
            ],
          },
        }),
      ],
      [['Order status']],
    );
    for (const method of ['GET', 'POST'] as const) {
      const ask = (order: string) =>
        simulator.telephony.runIvr({ url: hookUrl('ivr'), method, variables: { order, status: '' } });
      expect(await ask('00417'), method).to.deep.include({
        variables: { order: '00417', status: 'order 00417' },
        imported: ['status'],
        problem: null,
      });
      expect((await ask('0')).variables, method).to.deep.equal({ order: '0', status: 'unknown' });
    }
  });

  it('is an AI tool that describes each operation and field', async () => {
    const types = await rig.client.nodeTypes();
    const tool = types.find(({ name }) => name === 'n8n-nodes-accolades.accoladesTool');
    if (tool === undefined) throw new Error('There is no tool.');
    const { description } = tool;
    expect(description['outputs']).to.deep.equal(['ai_tool']);
    expect(description['description']).to.match(/Makes phone calls.*\(click-to-call\)/);
    const properties = arrayFrom(description['properties'], 'properties').map((property) =>
      objectFrom(property, 'a property'),
    );
    const names = properties.map(({ name }) => name);
    expect(names).to.include.members(['toolDescription', 'resource', 'operation', 'deviceId', 'phoneNumber']);
    const speechless = properties
      .filter(({ type }) => type === 'string' || type === 'number' || type === 'json')
      .filter((property) => (optionalString(property['description']) ?? '').length < 30);
    expect(speechless.map(({ name }) => name)).to.deep.equal([]);
    const operations = properties
      .filter(({ name }) => name === 'operation')
      .flatMap(({ options }) => arrayFrom(options, 'operations').map((option) => objectFrom(option, 'one')));
    expect(operations.map(({ value }) => value)).to.include.members(['dial', 'ping', 'getConfiguration']);
    for (const { name, description: says } of operations) {
      expect(says, String(name)).to.be.a('string').with.length.above(30);
    }
  });

  it('keeps every secret out of its output and its files', async () => {
    expectNoSecret('the output', rig.host.output(), SECRETS);
    await expectNoSecretInFiles(rig.host.userFolder, SECRETS, () => false);
  });
});

function numberRule(number: string): JsonObject {
  const operator = { type: 'string', operation: 'equals' };
  return {
    conditions: {
      options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
      conditions: [{ id: number, leftValue: '={{ $json.phoneNumber }}', rightValue: number, operator }],
      combinator: 'and',
    },
  };
}
