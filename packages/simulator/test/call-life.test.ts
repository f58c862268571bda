import { expect } from 'chai';
import type { CallLife, Simulator, SimulatorOptions } from '../src/index.ts';
import { parseHangupReply } from '../src/index.ts';
import { TestClient, until } from './support/client.ts';
import { TestEndpoint } from './support/endpoint.ts';
import { HandClock } from './support/hand-clock.ts';
import { FRONT_DESK, closeSimulators, testSimulator } from './support/test-simulator.ts';

const NUMBER = '0211234567';

describe('life of a call', () => {
  let clock: HandClock;
  let endpoint: TestEndpoint;

  beforeEach(async () => {
    clock = new HandClock();
    endpoint = await TestEndpoint.open();
  });
  afterEach(async () => {
    await closeSimulators();
    endpoint.close();
  });

  function byHand(options: SimulatorOptions = {}): Promise<Simulator> {
    return testSimulator({ clock, ...options });
  }

  /** The simulator's phone 27 tells the endpoint about its calls. */
  async function notifying(options: SimulatorOptions = {}, maxDurationS = 0): Promise<Simulator> {
    const simulator = await byHand(options);
    simulator.telephony.setPhone({
      deviceId: '27',
      userId: '501',
      maxDurationS,
      notifications: { url: endpoint.url, timeoutMs: 150 },
    });
    return simulator;
  }

  function events(call: CallLife | undefined): string[] {
    return (call?.timeline ?? []).map(({ event }) => event);
  }

  async function noted(simulator: Simulator, event: string): Promise<CallLife> {
    await until(() => events(simulator.telephony.calls()[0]).includes(event), `the timeline has ${event}`);
    const call = simulator.telephony.calls()[0];
    if (!call) throw new Error('No call.');
    return call;
  }

  it('of click-to-call: the device rings, then the destination, and the agent is told in between', async () => {
    const simulator = await byHand();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const { id } = simulator.telephony.startCall({
      direction: 'outgoing',
      deviceId: '27',
      phoneNumber: NUMBER,
    });
    const states = (): string | undefined => simulator.telephony.calls()[0]?.state;
    clock.advance(1_999);
    expect(states()).to.equal('ringingDevice');
    expect(simulator.statistics.calls, 'nobody has been told').to.equal(0);
    clock.advance(1);
    expect(states()).to.equal('ringingDestination');
    expect(await client.nextMessage()).to.deep.equal({
      type: 'outgoingCall',
      phoneNumber: NUMBER,
      uniqueId: id,
      callCenter: 'no',
    });
    clock.advance(3_000);
    expect(states()).to.equal('answered');
    clock.advance(60_000);
    const ended = simulator.telephony.hangUp(id);
    expect(ended).to.include({ state: 'ended', endReason: 'hungUp', userId: '27' });
    expect(ended.answeredAt).to.equal(ended.startedAt + 5_000);
    expect(ended.endedAt).to.equal(ended.startedAt + 65_000);
    expect(events(ended)).to.deep.equal([
      'started',
      'deviceRinging',
      'deviceAnswered',
      'destinationRinging',
      'agentNotified',
      'answered',
      'ended',
    ]);
    expect(clock.timers).to.equal(0);
  });

  it('of an incoming call: the agent is told while the device rings', async () => {
    const simulator = await byHand();
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER, callCenter: true });
    expect(await client.nextMessage()).to.include({
      type: 'incomingCall',
      uniqueId: id,
      callCenter: 'yes',
    });
    expect(simulator.telephony.answerCall(id).state).to.equal('answered');
    expect(() => simulator.telephony.answerCall(id)).to.throw('Nothing rings');
  });

  it('ends when nobody answers', async () => {
    const simulator = await byHand({ callSettings: { deviceAnswerMs: null, ringTimeoutMs: 5_000 } });
    simulator.telephony.startCall({ direction: 'outgoing', deviceId: '27', phoneNumber: NUMBER });
    clock.advance(5_000);
    expect(simulator.telephony.calls()[0]).to.include({
      state: 'ended',
      endReason: 'noAnswer',
      answeredAt: null,
    });
    expect(simulator.statistics.calls).to.equal(0);
  });

  it('ends by itself when it is set so', async () => {
    const simulator = await byHand({ callSettings: { hangUpMs: 9_000 } });
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    clock.advance(9_000);
    expect(simulator.telephony.calls()[0]).to.include({ state: 'ended', endReason: 'hungUp' });
  });

  it('keeps 200 calls, and tells of unknown ones', async () => {
    const simulator = await byHand();
    const first = simulator.telephony.startCall({ deviceId: '28', phoneNumber: NUMBER });
    for (let i = 0; i < 250; i++) {
      simulator.telephony.hangUp(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    }
    const calls = simulator.telephony.calls();
    expect(calls).to.have.length(200);
    expect(calls.at(-1)?.id, 'one that is not over is kept').to.equal(first.id);
    expect(() => simulator.telephony.hangUp('1.1')).to.throw('no call 1.1');
    expect(() => simulator.telephony.startCall({ deviceId: '99', phoneNumber: NUMBER })).to.throw('no phone');
  });

  it('posts answer and hangup as forms', async () => {
    const simulator = await notifying();
    const { id } = simulator.telephony.startCall({
      direction: 'outgoing',
      deviceId: '27',
      phoneNumber: NUMBER,
    });
    clock.advance(5_000);
    await noted(simulator, 'notificationAnswered');
    clock.advance(42_000);
    simulator.telephony.hangUp(id);
    await endpoint.gets(2);
    const [answer, hangup] = endpoint.received;
    expect(answer).to.deep.include({ method: 'POST', path: '/calls' });
    expect(answer?.headers['content-type']).to.equal('application/x-www-form-urlencoded');
    const common = {
      apiName: 'callNotification',
      callId: id,
      userId: '501',
      userType: 'user',
      callDirection: 'outgoing',
      phoneNumber: NUMBER,
    };
    expect(answer?.fields).to.deep.equal({ ...common, event: 'answer' });
    expect(hangup?.fields).to.deep.equal({ ...common, event: 'hangup', duration: '42' });
  });

  it('writes the unpublished fields as it is told', async () => {
    const simulator = await notifying({
      notificationSettings: {
        directionField: 'callDirectionType',
        incomingValue: 'in',
        phoneNumberField: 'callerId',
        durationField: '',
        extraFields: { queue: 'sales' },
      },
    });
    simulator.telephony.hangUp(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    await endpoint.gets(1);
    const { callId, ...fields } = endpoint.received[0]?.fields ?? {};
    expect(callId).to.match(/^\d+\.\d+$/);
    expect(fields).to.deep.equal({
      apiName: 'callNotification',
      event: 'hangup',
      userId: '501',
      userType: 'user',
      callDirectionType: 'in',
      callerId: NUMBER,
      queue: 'sales',
    });
    expect(() => {
      simulator.telephony.configureNotifications({ directionField: 'direction' });
    }).to.throw('callDire');
  });

  it('says nothing of a call that nobody answered when only phones that answered report', async () => {
    const simulator = await notifying({ notificationSettings: { hangups: 'answered' } });
    simulator.telephony.hangUp(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    await endpoint.gets(1);
    expect(endpoint.events).to.deep.equal(['answer']);
  });

  for (const [what, answer] of [
    ['refuses', { status: 404, body: '' }],
    ['fails', { status: 500, body: '' }],
    ['redirects', { status: 302, body: '' }],
    ['does not answer', null],
  ] as const) {
    it(`hangs up when the endpoint ${what}`, async () => {
      const simulator = await notifying();
      endpoint.answer = () => answer;
      const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
      simulator.telephony.answerCall(id);
      const call = await noted(simulator, 'ended');
      expect(call).to.include({ state: 'ended', endReason: 'notificationFailed' });
      expect(events(call)).to.include('notificationFailed');
    });
  }

  it('hangs up when nobody listens at the endpoint', async () => {
    const simulator = await notifying();
    endpoint.close();
    simulator.telephony.answerCall(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    expect(await noted(simulator, 'ended')).to.include({ endReason: 'notificationFailed' });
    expect(JSON.stringify(simulator.telephony.calls()), 'the path can hold a secret').to.not.contain(
      '/calls',
    );
  });

  it('is extended, then dropped, as the endpoint decides', async () => {
    const simulator = await notifying({}, 60);
    let asked = 0;
    endpoint.answer = ({ event }) => ({
      status: 200,
      body:
        event !== 'confirmHangup'
          ? 'OK'
          : (asked += 1) === 1
            ? '{"action":"extend","duration":30}'
            : '{"action":"drop"}',
    });
    simulator.telephony.answerCall(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    await noted(simulator, 'notificationAnswered');
    clock.advance(59_999);
    expect(simulator.telephony.calls()[0]?.state).to.equal('answered');
    clock.advance(1);
    const extended = await noted(simulator, 'extended');
    expect(extended.state).to.equal('answered');
    expect(endpoint.received[1]?.fields).to.include({ event: 'confirmHangup', duration: '60' });
    clock.advance(30_000);
    expect(await noted(simulator, 'ended')).to.include({ endReason: 'durationLimit' });
    await endpoint.gets(4);
    expect(endpoint.events).to.deep.equal(['answer', 'confirmHangup', 'confirmHangup', 'hangup']);
    expect(endpoint.received[3]?.fields).to.include({ duration: '90' });
  });

  it('ends at its limit when there is nobody to ask, or the answer says nothing', async () => {
    const simulator = await notifying({}, 60);
    simulator.telephony.setPhone({ deviceId: '28', maxDurationS: 60 });
    const { id } = simulator.telephony.startCall({ deviceId: '28', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    clock.advance(60_000);
    expect(simulator.telephony.calls()[0]).to.include({ state: 'ended', endReason: 'durationLimit' });
    simulator.telephony.answerCall(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    await noted(simulator, 'notificationAnswered');
    clock.advance(60_000);
    expect(await noted(simulator, 'ended')).to.include({ endReason: 'durationLimit' });
  });

  it('takes a parser for the answer to confirmHangup', async () => {
    const simulator = await notifying(
      { parseHangupReply: (body) => (body === 'MORE' ? { decision: 'extend', seconds: 5 } : null) },
      10,
    );
    endpoint.answer = () => ({ status: 200, body: 'MORE' });
    simulator.telephony.answerCall(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    await noted(simulator, 'notificationAnswered');
    clock.advance(10_000);
    expect((await noted(simulator, 'extended')).timeline.at(-1)?.text).to.contain('5 s');
  });

  it('is over when the simulator is closed, and its requests are cut off', async () => {
    const simulator = await notifying();
    endpoint.answer = () => null;
    simulator.telephony.setPhone({ deviceId: '27', notifications: { url: endpoint.url, timeoutMs: 60_000 } });
    simulator.telephony.answerCall(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    await endpoint.gets(1);
    const before = performance.now();
    await simulator.close();
    expect(performance.now() - before).to.be.lessThan(2_000);
    expect(simulator.telephony.calls()[0]).to.include({ state: 'ended', endReason: 'closed' });
    expect(clock.timers).to.equal(0);
    expect(() => simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER })).to.throw('closed');
  });

  it('reads answers to confirmHangup, in the form that flows give by default', () => {
    expect(parseHangupReply('{"action":"extend","duration":60}')).to.deep.equal({
      decision: 'extend',
      seconds: 60,
    });
    expect(parseHangupReply('action=extend&duration=60')).to.deep.equal({ decision: 'extend', seconds: 60 });
    expect(parseHangupReply('{"action":"drop"}')).to.deep.equal({ decision: 'drop' });
    for (const body of ['', 'OK', '[]', 'null', '{"action":"extend"}', '{"action":"extend","duration":-1}']) {
      expect(parseHangupReply(body), body).to.equal(null);
    }
  });
});
