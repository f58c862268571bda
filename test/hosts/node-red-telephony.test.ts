import type { CallLife, Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { accountNode, agentNode, catchAll, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { NodeRedRig, payloadOf } from './node-red-rig.ts';
import {
  ACCOUNT,
  DEVICE,
  IDCRM,
  PASSWORD,
  restUrl,
  SECRET,
  SECRETS,
  startTelephony,
  waitForCall,
} from './telephony.ts';

/** Decides about a call at its limit by its number; other numbers get no answer. */
const DECIDE = `
  if (msg.topic !== 'confirmHangup') return null;
  const asked = flow.get('asked') || {};
  const number = msg.payload.phoneNumber;
  asked[number] = (asked[number] || 0) + 1;
  flow.set('asked', asked);
  if (number === '0211000001' && asked[number] === 1) msg.payload = { decision: 'extend', seconds: 1 };
  else if (number === '0211000001' || number === '0211000002') msg.payload = { decision: 'drop' };
  else return null;
  return msg;`;

/** The caller entered an order number; for 404 this flow takes too long. */
const LOOK_UP = `
  const { order } = msg.payload.variables;
  if (order === '404') return null;
  msg.payload = { status: 'order ' + order, days: 2 };
  return msg;`;

/** Calls of the simulated PBX from start to end. */
describe('Calls, their notifications and an IVR in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    simulator = await startTelephony();
    rig = await NodeRedRig.start();
    await rig.deploy(flows());
    await rig.client.waitForStatus('calls', ({ fill }) => fill === 'green');
  });

  after(async () => {
    await rig.stop();
    await simulator.close();
  });

  beforeEach(() => {
    simulator.telephony.setPhone({
      deviceId: DEVICE,
      maxDurationS: 0,
      notifications: { url: `${rig.host.url}/accolades/calls/${SECRET}`, timeoutMs: 2_000 },
    });
    rig.client.debugMessages.length = 0;
  });

  afterEach(() => {
    for (const { id } of simulator.telephony.calls()) simulator.telephony.hangUp(id);
  });

  const flows = (): FlowNode[] => [
    tab('a'),
    agentNode('agent', simulator.url, `Front desk=${IDCRM}`),
    accountNode('account', { url: restUrl(simulator), accountNumber: ACCOUNT }, PASSWORD),
    flowNode('a', 'calls', 'accolades-call', { agent: 'agent' }, [['events']]),
    debug('a', 'events'),
    inject('a', 'go', [['dial']]),
    flowNode('a', 'dial', 'accolades-command', { account: 'account', deviceId: DEVICE }, [['dialled']]),
    debug('a', 'dialled'),
    {
      ...flowNode(
        'a',
        'hook',
        'accolades-webhook',
        {
          path: '/accolades/calls',
          replyLimitMs: '400',
          hangupFallback: 'extend',
          hangupFallbackSeconds: '1',
          events: ['answer', 'confirmHangup', 'hangup'],
        },
        [['notified', 'decide']],
      ),
      credentials: { secret: SECRET },
    },
    debug('a', 'notified'),
    flowNode('a', 'decide', 'function', { func: DECIDE, outputs: 1, libs: [] }, [['decided']]),
    flowNode(
      'a',
      'decided',
      'accolades-reply',
      {
        reply: 'confirmHangup',
        decision: 'payload.decision',
        decisionType: 'msg',
        seconds: 'payload.seconds',
        secondsType: 'msg',
      },
      [],
    ),
    {
      ...flowNode(
        'a',
        'ivr',
        'accolades-webhook',
        {
          path: '/accolades/orders',
          events: ['ivrRequest'],
          replyLimitMs: '400',
          ivrFallback: '{"status":"unknown"}',
        },
        [['asked', 'look-up']],
      ),
      credentials: { secret: SECRET },
    },
    debug('a', 'asked'),
    flowNode('a', 'look-up', 'function', { func: LOOK_UP, outputs: 1, libs: [] }, [['answer']]),
    flowNode('a', 'answer', 'accolades-reply', { reply: 'ivr', variables: 'payload' }, []),
    ...catchAll('a'),
  ];

  /** A call that both sides have answered. */
  const talking = (phoneNumber: string): CallLife => {
    const { id } = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber });
    return simulator.telephony.answerCall(id);
  };

  const ended = (id: string) =>
    waitForCall(simulator, `${id} to end`, (call) => call.id === id && call.state === 'ended');

  const notified = async (count: number) => (await rig.waitForMessages('notified', count)).map(payloadOf);

  it('dials; the phone rings, both sides talk, and each step reaches the flow', async () => {
    await rig.client.inject('go', { phoneNumber: '+40 21 123 4567' });
    const { id } = await waitForCall(simulator, 'to ring', ({ state }) => state === 'ringingDevice');
    const [dialled] = await rig.waitForMessages('dialled', 1);
    expect(payloadOf(dialled)).to.deep.include({ ok: true, phoneNumber: '0211234567' });
    // No event is sent before the agent's own phone answers.
    expect(rig.messagesOf('events')).to.deep.equal([]);

    simulator.telephony.answerCall(id);
    const [event] = await rig.waitForMessages('events', 1);
    expect(event).to.have.property('topic', 'outgoingCall');
    expect(payloadOf(event)).to.deep.include({
      direction: 'outgoing',
      phoneNumber: '0211234567',
      uniqueId: id,
      callCenter: false,
    });

    simulator.telephony.answerCall(id);
    await notified(1);
    simulator.telephony.hangUp(id);
    const [answer, hangup] = await notified(2);
    expect(answer).to.deep.include({
      event: 'answer',
      direction: 'outgoing',
      phoneNumber: '0211234567',
      callId: id,
      user: { id: DEVICE, type: 'user' },
      duration: null,
    });
    expect(answer?.['phone']).to.deep.include({ e164: '+40211234567' });
    expect(hangup).to.deep.include({ event: 'hangup', callId: id });
    expect(hangup?.['duration']).to.be.a('number');
    const call = await waitForCall(simulator, 'with two answered notifications', ({ timeline }) =>
      timeline.some(({ text }) => text.startsWith('hangup:')),
    );
    expect(call.timeline.map(({ event: step }) => step)).to.deep.equal([
      'started',
      'deviceRinging',
      'deviceAnswered',
      'destinationRinging',
      'agentNotified',
      'answered',
      'notificationSent',
      'notificationAnswered',
      'ended',
      'notificationSent',
      'notificationAnswered',
    ]);
    expect(call.endReason).to.equal('hungUp');
  });

  it('reports the end of an unanswered incoming call', async () => {
    const { id } = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber: '0721234567' });
    const [event] = await rig.waitForMessages('events', 1);
    expect(payloadOf(event)).to.deep.include({ event: 'incomingCall', uniqueId: id });
    simulator.telephony.hangUp(id);
    const [hangup] = await notified(1);
    expect(hangup).to.deep.include({ event: 'hangup', direction: 'incoming', callId: id, duration: 0 });
  });

  for (const [what, phoneNumber, asked, least] of [
    ['is extended once, then dropped', '0211000001', 2, 1_900],
    ['is dropped at once', '0211000002', 1, 900],
  ] as const) {
    it(`decides by accolades-reply: a call at its limit ${what}`, async () => {
      simulator.telephony.setPhone({ deviceId: DEVICE, maxDurationS: 1 });
      const { id } = talking(phoneNumber);
      const call = await ended(id);
      expect(call.endReason).to.equal('durationLimit');
      expect((call.endedAt ?? 0) - (call.answeredAt ?? 0), 'ms').to.be.at.least(least);
      const events = (await notified(asked + 2)).map(({ event }) => event);
      expect(events.filter((event) => event === 'confirmHangup')).to.have.lengthOf(asked);
      expect(call.timeline.filter(({ event }) => event === 'extended')).to.have.lengthOf(asked - 1);
    });
  }

  it('lets the fallback decide about a call that the flow says nothing about', async () => {
    simulator.telephony.setPhone({ deviceId: DEVICE, maxDurationS: 1 });
    const { id } = talking('0211000003');
    const call = await waitForCall(simulator, 'to be extended', ({ timeline }) =>
      timeline.some(({ event }) => event === 'extended'),
    );
    expect(call).to.deep.include({ id, state: 'answered' });
    await rig.client.waitForStatus('hook', ({ fill }) => fill === 'yellow');
  });

  it('costs the call when the endpoint refuses the secret or is not there', async () => {
    for (const path of ['/accolades/calls/not-the-secret-000', '/accolades/nothing-here']) {
      simulator.telephony.setPhone({ deviceId: DEVICE, notifications: { url: `${rig.host.url}${path}` } });
      const { id } = talking('0211234567');
      expect((await ended(id)).endReason, path).to.equal('notificationFailed');
    }
    expect(rig.messagesOf('notified')).to.deep.equal([]);
  });

  for (const method of ['GET', 'POST'] as const) {
    it(`answers an IVR with variables (${method}), and with the fallback when the flow is silent`, async () => {
      const run = (order: string) =>
        simulator.telephony.runIvr({
          url: `${rig.host.url}/accolades/orders/${SECRET}`,
          method,
          variables: { order, status: '', days: '' },
          callerId: '0721234567',
        });
      const { variables, imported, status, problem } = await run('00417');
      expect({ variables, imported, status, problem }).to.deep.equal({
        variables: { order: '00417', status: 'order 00417', days: '2' },
        imported: ['status', 'days'],
        status: 200,
        problem: null,
      });
      const [message] = await rig.waitForMessages('asked', 1);
      expect(payloadOf(message)).to.deep.include({
        event: 'ivrRequest',
        phoneNumber: '0721234567',
        destinationNumber: '0310000000',
        variables: { order: '00417', status: '', days: '' },
      });
      const silent = await run('404');
      expect(silent.variables).to.deep.equal({ order: '404', status: 'unknown', days: '' });
      expect(silent.durationMs).to.be.within(390, 2_000);
    });
  }

  it('keeps every secret out of everything', () => rig.expectNoSecret(SECRETS));
});
