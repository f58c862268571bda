import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { DOCUMENTED_ERRORS, sendBadRequests, type DocumentedError } from './documented-errors.ts';
import { accountNode, catchAll, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { errorOf, NodeRedRig, payloadOf } from './node-red-rig.ts';
import {
  ACCOUNT,
  commandCount,
  DEVICE,
  PASSWORD,
  restUrl,
  startTelephony,
  waitForCall,
} from './telephony.ts';

/** The cool-down after a refusal; the default of 15 minutes would be too long here. */
const COOL_DOWN_MS = 1_500;

describe('Commands in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    rig = await NodeRedRig.start({ ACCOLADES_COOL_DOWN_MS: String(COOL_DOWN_MS) });
  });

  after(() => rig.stop());

  // Refusals are remembered by server, so each test has its own.
  beforeEach(async () => {
    simulator = await startTelephony();
  });

  afterEach(() => simulator.close());

  const flow = (
    command: Readonly<Record<string, unknown>> = {},
    account: DocumentedError['account'] = {},
  ): FlowNode[] => [
    tab('a'),
    accountNode(
      'account',
      {
        url: `${restUrl(simulator)}${account.path ?? ''}`,
        accountNumber: account.accountNumber ?? ACCOUNT,
      },
      account.password ?? PASSWORD,
    ),
    inject('a', 'go', [['do']]),
    flowNode(
      'a',
      'do',
      'accolades-command',
      { account: 'account', command: 'dial', deviceId: DEVICE, deviceIdType: 'str', ...command },
      [['out']],
    ),
    debug('a', 'out'),
    ...catchAll('a'),
  ];

  const dial = (payload: Record<string, unknown> = { phoneNumber: '0211234567' }) =>
    rig.next('out', () => rig.client.inject('go', payload));
  const failedDial = (payload: Record<string, unknown> = { phoneNumber: '0211234567' }) =>
    rig.next('a-caught', () => rig.client.inject('go', payload));

  it('tests the account', async () => {
    await rig.deploy(flow({ command: 'ping' }));
    const message = await dial({});
    expect(message).to.have.property('topic', 'ping');
    expect(payloadOf(message)).to.deep.include({ command: 'ping', ok: true, response: { type: 'pong' } });
    expect(simulator.telephony.accountLog(ACCOUNT)).to.have.lengthOf(1);
    expect(rig.client.statusOf('do')).to.deep.include({ fill: 'green', text: 'answered' });
  });

  it('rings the phone, then the number, whatever form that has', async () => {
    await rig.deploy(flow());
    for (const [typed, sent] of [
      ['0211234567', '0211234567'],
      ['+40 (21) 123-45.67', '0211234567'],
      ['0040 21 123 4567', '0211234567'],
      ['tel:+40211234567', '0211234567'],
      ['+49 30 901820', '004930901820'],
      ['101', '101'],
    ] as const) {
      const message = await dial({ phoneNumber: typed });
      expect(payloadOf(message), typed).to.deep.include({ ok: true, deviceId: DEVICE, phoneNumber: sent });
      const call = await waitForCall(simulator, 'to ring', ({ state }) => state === 'ringingDevice');
      expect(call, typed).to.deep.include({ direction: 'outgoing', deviceId: DEVICE, phoneNumber: sent });
      simulator.telephony.hangUp(call.id);
    }
  });

  it('reports an invalid number, device or account to Catch nodes, and sends nothing', async () => {
    await rig.deploy(flow());
    for (const phoneNumber of ['', 'hello', null, { a: 1 }, '0'.repeat(40)]) {
      const error = errorOf(await failedDial({ phoneNumber }));
      expect(error, JSON.stringify(phoneNumber)).to.have.property('code', 'INVALID_PARAMETER');
    }
    await rig.deploy(flow({ deviceId: 'two words' }));
    expect(errorOf(await failedDial())).to.have.property('code', 'INVALID_PARAMETER');
    await rig.deploy(flow({ account: '' }));
    expect(errorOf(await failedDial())).to.have.property('code', 'INVALID_PARAMETER');
    await rig.deploy(flow({}, { password: ' ' }));
    expect(errorOf(await failedDial())).to.have.property('code', 'INVALID_ACCOUNT');
    expect(rig.client.statusOf('do')).to.deep.include({ fill: 'red' });
    expect(commandCount(simulator)).to.equal(0);
  });

  for (const documented of DOCUMENTED_ERRORS) {
    const { status, code, says, arrange, command, account } = documented;
    it(`turns ${status} ${code} (${says.source}) into an error with advice`, async () => {
      await arrange?.(simulator);
      await rig.deploy(flow(command, account));
      const error = errorOf(await failedDial());
      expect(error).to.deep.include({ code });
      expect(error['message']).to.match(says);
      expect(error['cause']).to.deep.include({ code, httpStatus: status });
      await rig.client.waitForStatus('do', ({ fill, text }) => fill === 'red' && (text ?? '').length <= 20);
      // No phone rang, and dialling by hand still works.
      expect(simulator.telephony.calls()).to.deep.equal([]);
    });
  }

  it('sends nothing after a refused password until it is corrected', async () => {
    await rig.deploy(flow({}, { password: 'another-Passw0rd' }));
    expect(errorOf(await failedDial())).to.deep.include({ code: 'UNAUTHORIZED' });
    for (let i = 0; i < 5; i++) {
      const error = errorOf(await failedDial());
      expect(error).to.deep.include({ code: 'COOLING_DOWN' });
      expect(error['message']).to.match(/refused this account and password before; waiting until 20/);
    }
    expect(commandCount(simulator)).to.equal(1);
    await rig.deploy(flow());
    expect(payloadOf(await dial())).to.deep.include({ ok: true });
    expect(simulator.telephony.blacklist()).to.deep.equal([]);
  });

  it('sends nothing to a server that has blocked this address, and goes on after the cool-down', async () => {
    simulator.telephony.configureRest({ maxInvalidRequests: 3, blacklistMs: 600_000 });
    await sendBadRequests(simulator, 3);
    await rig.deploy(flow());
    const error = errorOf(await failedDial());
    expect(error).to.deep.include({ code: 'IP_REJECTED' });
    const cause = error['cause'];
    expect(cause).to.have.property('until').that.matches(/^20/);
    const sent = commandCount(simulator);
    for (let i = 0; i < 5; i++) {
      expect(errorOf(await failedDial())).to.deep.include({ code: 'COOLING_DOWN' });
    }
    expect(commandCount(simulator)).to.equal(sent);
    simulator.telephony.clearBlacklist();
    const again = await waitUntil(
      'the end of the cool-down',
      async () => {
        await rig.client.inject('go', { phoneNumber: '0211234567' });
        return rig.messagesOf('out')[0];
      },
      { deadlineMs: COOL_DOWN_MS + 3_000, everyMs: 200 },
    );
    expect(payloadOf(again)).to.deep.include({ ok: true });
  });

  it('keeps the passwords out of everything', () => rig.expectNoSecret([PASSWORD, 'another-Passw0rd']));
});
