import { expect } from 'chai';
import type { CallLife, NotificationSettings, Simulator, SimulatorOptions } from '../src/index.ts';
import { Timeline } from '../src/calls/timeline.ts';
import { readNotificationSettings } from '../src/notifications/notification-settings.ts';
import { TestClient, until } from './support/client.ts';
import { TestEndpoint } from './support/endpoint.ts';
import { HandClock } from './support/hand-clock.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

const NUMBER = '0211234567';
const SALES = 'sales-key-03';

describe('calls of a small company', () => {
  let clock: HandClock;
  let endpoint: TestEndpoint;
  let simulator: Simulator;

  beforeEach(async () => {
    clock = new HandClock();
    endpoint = await TestEndpoint.open();
    simulator = await start();
  });
  afterEach(async () => {
    await closeSimulators();
    endpoint.close();
  });

  /** Phones 27, 28 and 29 with an agent and an endpoint each, answered by hand. */
  async function start(options: SimulatorOptions = {}): Promise<Simulator> {
    return testSimulator({
      clock,
      agents: [
        { idCrm: FRONT_DESK, name: 'Front desk' },
        { idCrm: SUPPORT, name: 'Support' },
        { idCrm: SALES, name: 'Sales' },
      ],
      phones: ['27', '28', '29'].map((deviceId) => ({ deviceId, notifications: { url: endpoint.url } })),
      callSettings: { deviceAnswerMs: null, destinationAnswerMs: null },
      ...options,
    });
  }

  /** The notifications so far, as `27 answer`. */
  async function posted(count: number): Promise<string[]> {
    await endpoint.gets(count);
    const { telephony } = simulator;
    // One more would be noted before it is sent.
    await until(
      () => countOf('notificationSent') === countOf('notificationAnswered'),
      'nothing is under way',
    );
    function countOf(event: string): number {
      return telephony.calls().flatMap(({ timeline }) => timeline.filter((entry) => entry.event === event))
        .length;
    }
    return endpoint.received.map(({ fields }) => `${fields['userId'] ?? ''} ${fields['event'] ?? ''}`);
  }

  const callIds = (): Set<string | undefined> =>
    new Set(endpoint.received.map(({ fields }) => fields['callId']));

  const states = ({ legs }: CallLife): string[] => legs.map(({ deviceId, state }) => `${deviceId} ${state}`);

  const latest = (): CallLife => {
    const [call] = simulator.telephony.calls();
    if (!call) throw new Error('No call.');
    return call;
  };

  it('a queue rings all phones with one uniqueId, and the first answer stops the others', async () => {
    const clients = await Promise.all(
      [FRONT_DESK, SUPPORT].map((idCrm) => TestClient.authenticated(simulator.url, idCrm)),
    );
    const { id } = simulator.telephony.ringAll({ deviceIds: ['27', '28', '29'], phoneNumber: NUMBER });
    for (const client of clients) {
      expect(await client.nextMessage()).to.deep.equal({
        type: 'incomingCall',
        phoneNumber: NUMBER,
        uniqueId: id,
        callCenter: 'yes',
      });
    }
    expect(simulator.statistics.calls, 'one call, not three').to.equal(1);
    const answered = simulator.telephony.answerCall(id, '28');
    expect(answered.state).to.equal('answered');
    expect(states(answered)).to.deep.equal(['27 ended', '28 talking', '29 ended']);
    clock.advance(30_000);
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['28 answer', '27 hangup', '29 hangup', '28 hangup']);
    expect([...callIds()]).to.deep.equal([id]);
    expect(endpoint.received.at(-1)?.fields).to.include({ duration: '30', callDirection: 'incoming' });
    expect(clock.timers).to.equal(0);
  });

  it('a queue that rings in vain is over after its time', async () => {
    simulator.telephony.ringAll({
      deviceIds: ['27', '28'],
      phoneNumber: NUMBER,
      ringMs: 20_000,
      waitMs: 8_000,
    });
    expect(latest().state).to.equal('waiting');
    clock.advance(8_000);
    expect(latest().state).to.equal('ringingDevice');
    clock.advance(20_000);
    expect(latest()).to.include({ state: 'ended', endReason: 'noAnswer' });
    expect(await posted(2)).to.deep.equal(['27 hangup', '28 hangup']);
  });

  it('a queue hunts: each phone in turn, the same one again', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const { id } = simulator.telephony.hunt({
      deviceIds: ['27', '28', '27'],
      phoneNumber: NUMBER,
      ringMs: 10_000,
      pauseMs: 5_000,
    });
    expect(await client.nextMessage()).to.include({ uniqueId: id });
    clock.advance(10_000);
    expect(latest().state).to.equal('waiting');
    clock.advance(5_000);
    expect(states(latest())).to.deep.equal(['27 ended', '28 ringing']);
    clock.advance(15_000);
    expect(await client.nextMessage(), 'rings again').to.include({ uniqueId: id });
    simulator.telephony.answerCall(id);
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['27 hangup', '28 hangup', '27 answer', '27 hangup']);
  });

  it('a phone is answered by itself after its own time, so that a hunt goes past one that nobody takes', () => {
    simulator.telephony.configureCalls({ deviceAnswerMs: 1_000 });
    simulator.telephony.setPhone({ deviceId: '27', answerMs: 'byHand' });
    simulator.telephony.setPhone({ deviceId: '28', answerMs: 4_000 });
    simulator.telephony.hunt({ deviceIds: ['27', '28', '29'], phoneNumber: NUMBER });
    clock.advance(15_000);
    expect(states(latest())).to.deep.equal(['27 ended', '28 ringing']);
    clock.advance(4_000);
    expect(states(latest())).to.deep.equal(['27 ended', '28 talking']);
  });

  it('a phone that refuses leaves the call to the others, and the last one ends it', () => {
    const { id } = simulator.telephony.ringAll({ deviceIds: ['27', '28'], phoneNumber: NUMBER });
    expect(states(simulator.telephony.refuseCall(id, '27'))).to.deep.equal(['27 ended', '28 ringing']);
    expect(simulator.telephony.refuseCall(id)).to.include({ state: 'ended', endReason: 'refused' });
    expect(() => simulator.telephony.refuseCall(id)).to.throw('Nothing rings');
  });

  const reports: [NotificationSettings['hangups'], string[]][] = [
    ['every', ['27 hangup', '28 answer', '28 hangup']],
    ['answered', ['28 answer', '28 hangup']],
    ['last', ['28 answer', '28 hangup']],
  ];
  for (const [hangups, expected] of reports) {
    it(`phones post hangup as set: ${hangups}`, async () => {
      simulator.telephony.configureNotifications({ hangups });
      const { id } = simulator.telephony.hunt({ deviceIds: ['27', '28'], phoneNumber: NUMBER });
      clock.advance(15_000);
      simulator.telephony.answerCall(id);
      simulator.telephony.hangUp(id);
      expect(await posted(expected.length)).to.deep.equal(expected);
    });
  }

  it('of a missed call only the last phone posts, or none, as set', async () => {
    simulator.telephony.configureNotifications({ hangups: 'answered' });
    const missed = { deviceIds: ['27', '28'], phoneNumber: NUMBER };
    simulator.telephony.hangUp(simulator.telephony.ringAll(missed).id);
    simulator.telephony.configureNotifications({ hangups: 'last' });
    simulator.telephony.hangUp(simulator.telephony.ringAll(missed).id);
    expect(await posted(1)).to.deep.equal(['28 hangup']);
    expect(() => readNotificationSettings({ hangups: 'some' })).to.throw('one of every, answered, last');
  });

  it('each leg has an id of its own in events and notifications when it is set so', async () => {
    simulator.telephony.configureNotifications({ callId: 'leg' });
    simulator.telephony.configureCalls({ uniqueId: 'leg' });
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const { id, legs } = simulator.telephony.ringAll({ deviceIds: ['27', '28'], phoneNumber: NUMBER });
    expect(await client.nextMessage()).to.include({ uniqueId: legs[0]?.id });
    simulator.telephony.hangUp(id);
    await posted(2);
    expect([...callIds()]).to.deep.equal(legs.map((leg) => leg.id));
    expect(new Set([id, ...callIds()]).size).to.equal(3);
  });

  it('an internal call tells both agents, with one uniqueId and the other one’s number', async () => {
    simulator.telephony.setPhone({ deviceId: '27', extension: '101' });
    const [caller, called] = await Promise.all(
      [FRONT_DESK, SUPPORT].map((idCrm) => TestClient.authenticated(simulator.url, idCrm)),
    );
    const { id } = simulator.telephony.internalCall({ from: '27', to: '28' });
    const event = { uniqueId: id, callCenter: 'no' };
    expect(await caller?.nextMessage()).to.deep.equal({ ...event, type: 'outgoingCall', phoneNumber: '28' });
    expect(await called?.nextMessage()).to.deep.equal({ ...event, type: 'incomingCall', phoneNumber: '101' });
    expect(simulator.telephony.answerCall(id).state).to.equal('answered');
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['28 answer', '27 answer', '27 hangup', '28 hangup']);
    const directions = endpoint.received.map(({ fields }) => fields['callDirection']);
    expect(directions).to.deep.equal(['incoming', 'outgoing', 'outgoing', 'incoming']);
    simulator.telephony.configureNotifications({ internalAnswer: 'called' });
    simulator.telephony.answerCall(simulator.telephony.dialOut({ deviceId: '28', phoneNumber: '101' }).id);
    expect(latest().kind, 'an internal number that is dialled').to.equal('internal');
    expect((await posted(5)).at(-1)).to.equal('27 answer');
  });

  it('a person or a campaign dials: the agent is told at once', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const dialled = { deviceId: '27', phoneNumber: NUMBER };
    const { id } = simulator.telephony.dialOut(dialled);
    expect(await client.nextMessage()).to.include({ type: 'outgoingCall', uniqueId: id, callCenter: 'no' });
    expect(simulator.telephony.refuseCall(id)).to.include({ state: 'ended', endReason: 'refused' });
    const { id: second } = simulator.telephony.campaignCall(dialled);
    expect(await client.nextMessage()).to.include({ type: 'outgoingCall', callCenter: 'yes' });
    expect(simulator.telephony.answerCall(second)).to.include({ state: 'answered', kind: 'campaign' });
    simulator.telephony.hangUp(second);
    expect(await posted(3)).to.deep.equal(['27 hangup', '27 answer', '27 hangup']);
  });

  it('a click-to-call to a colleague has the answers of two phones', async () => {
    simulator.telephony.setPhone({ deviceId: '28', extension: '102' });
    simulator.telephony.configureNotifications({ clickToCallAnswer: 'phone' });
    const { id } = simulator.telephony.startCall({
      direction: 'outgoing',
      deviceId: '27',
      phoneNumber: '102',
    });
    expect(states(simulator.telephony.answerCall(id))).to.deep.equal(['27 dialling', '28 ringing']);
    expect(await posted(1)).to.deep.equal(['27 answer']);
    simulator.telephony.answerCall(id);
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['27 answer', '28 answer', '27 hangup', '28 hangup']);
  });

  it('a blind transfer is answered: the first phone leaves before the second rings', async () => {
    const client = await TestClient.authenticated(simulator.url, SUPPORT);
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    const ringing = simulator.telephony.blindTransfer(id, '28');
    expect(ringing.state).to.equal('ringingDevice');
    expect(await client.nextMessage()).to.include({
      type: 'incomingCall',
      phoneNumber: NUMBER,
      uniqueId: id,
    });
    expect(states(simulator.telephony.answerCall(id))).to.deep.equal(['27 ended', '28 talking']);
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['27 answer', '27 hangup', '28 answer', '28 hangup']);
  });

  it('a blind transfer that nobody takes ends the call', async () => {
    simulator.telephony.configureCalls({ transferNumber: 'phone', ringTimeoutMs: 25_000 });
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    expect(simulator.telephony.blindTransfer(id, '28').legs[1]?.phoneNumber).to.equal('27');
    clock.advance(25_000);
    expect(latest()).to.include({ state: 'ended', endReason: 'noAnswer' });
    expect(await posted(3)).to.deep.equal(['27 answer', '27 hangup', '28 hangup']);
    expect(clock.timers).to.equal(0);
  });

  it('an attended transfer is answered, then completed', async () => {
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    expect(() => simulator.telephony.attendedTransfer(id, '28')).to.throw('a phone that talks');
    simulator.telephony.answerCall(id);
    expect(() => simulator.telephony.attendedTransfer(id, '27')).to.throw('already in this call');
    simulator.telephony.attendedTransfer(id, '28');
    expect(() => simulator.telephony.completeTransfer(id)).to.throw('answer it');
    expect(states(simulator.telephony.answerCall(id))).to.deep.equal(['27 talking', '28 talking']);
    expect(states(simulator.telephony.completeTransfer(id))).to.deep.equal(['27 ended', '28 talking']);
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['27 answer', '28 answer', '27 hangup', '28 hangup']);
  });

  it('an attended transfer that is refused leaves the caller to the first phone', async () => {
    simulator.telephony.configureCalls({ ringTimeoutMs: 25_000 });
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    simulator.telephony.attendedTransfer(id, '28');
    expect(states(simulator.telephony.refuseCall(id))).to.deep.equal(['27 talking', '28 ended']);
    simulator.telephony.attendedTransfer(id, '29');
    clock.advance(25_000);
    expect(latest().state, 'not answered either').to.equal('answered');
    simulator.telephony.hangUp(id);
    expect(await posted(4)).to.deep.equal(['27 answer', '28 hangup', '29 hangup', '27 hangup']);
  });

  it('a phone that asked and hangs up before the answer leaves the caller to the ringing one', () => {
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    simulator.telephony.attendedTransfer(id, '28');
    expect(simulator.telephony.hangUp(id, '27').state).to.equal('ringingDevice');
    expect(states(simulator.telephony.answerCall(id))).to.deep.equal(['27 ended', '28 talking']);
    expect(simulator.telephony.hangUp(id, '28').state).to.equal('ended');
  });

  it('a silent phone rings and answers, but posts nothing', async () => {
    simulator.telephony.setPhone({ deviceId: '28', silent: true });
    const { id } = simulator.telephony.ringAll({ deviceIds: ['27', '28'], phoneNumber: NUMBER });
    simulator.telephony.answerCall(id, '28');
    simulator.telephony.hangUp(id);
    simulator.telephony.hangUp(simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER }).id);
    expect(await posted(2)).to.deep.equal(['27 hangup', '27 hangup']);
  });

  it('a mailbox answers for a phone', async () => {
    simulator.telephony.setPhone({
      deviceId: '900',
      userType: 'voicemail',
      answerMs: 1_000,
      notifications: { url: endpoint.url },
    });
    simulator.telephony.hunt({ deviceIds: ['27', '900'], phoneNumber: NUMBER });
    clock.advance(16_000);
    expect(await posted(2)).to.deep.equal(['27 hangup', '900 answer']);
    expect(endpoint.received.map(({ fields }) => fields['userType'])).to.deep.equal(['user', 'voicemail']);
  });

  it('a second call rings while a phone talks, or finds it busy, as set', async () => {
    simulator.telephony.configureCalls({ deviceAnswerMs: 1_000, ringTimeoutMs: 20_000 });
    simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    clock.advance(1_000);
    simulator.telephony.startCall({ deviceId: '27', phoneNumber: '0311111111' });
    clock.advance(20_000);
    expect(latest(), 'nobody takes it by itself').to.include({ state: 'ended', endReason: 'noAnswer' });
    simulator.telephony.setPhone({ deviceId: '27', whileTalking: 'busy' });
    const busy = simulator.telephony.startCall({ deviceId: '27', phoneNumber: '0311111111' });
    expect(busy).to.deep.include({ state: 'ended', endReason: 'refused', legs: [] });
    expect(await posted(2)).to.deep.equal(['27 answer', '27 hangup']);
  });

  it('is redialled with the same parties', () => {
    const first = simulator.telephony.hunt({ deviceIds: ['27', '28'], phoneNumber: NUMBER });
    simulator.telephony.hangUp(first.id);
    const again = simulator.telephony.redial(first.id);
    expect(again).to.include({
      kind: 'incoming',
      phoneNumber: NUMBER,
      state: 'ringingDevice',
      callCenter: true,
    });
    expect(again.id).to.not.equal(first.id);
    clock.advance(15_000);
    expect(states(latest())).to.deep.equal(['27 ended', '28 ringing']);
    expect(() => simulator.telephony.redial('1.1')).to.throw('no call 1.1');
  });

  it('the timeline names the phones', () => {
    const { id } = simulator.telephony.hunt({ deviceIds: ['27', '28'], phoneNumber: NUMBER });
    simulator.telephony.refuseCall(id);
    const shown = simulator.telephony
      .calls()[0]
      ?.timeline.map(({ event, deviceId, text }) => `${event} ${deviceId ?? '-'}: ${text}`);
    expect(shown?.slice(0, 4)).to.deep.equal([
      `started -: Incoming call, ${NUMBER}`,
      'deviceRinging 27: 27 (Front desk) rings.',
      'agentNotified 27: No client of Front desk is connected that could get incomingCall.',
      'deviceStopped 27: 27 (Front desk). Refused.',
    ]);
  });

  it('a call that is handed around for ever stays bounded', () => {
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    const handAround = (): void => {
      for (let i = 0; i < 1_000; i++) {
        simulator.telephony.blindTransfer(id, i % 2 === 0 ? '28' : '27');
        simulator.telephony.answerCall(id);
      }
    };
    expect(handAround).to.throw('too often');
    expect(latest().legs).to.have.length(200);
    const timeline = new Timeline(clock, () => {});
    timeline.note('started', '');
    for (let i = 0; i < 1_500; i++) timeline.note('extended', String(i));
    const entries = timeline.entries();
    expect(entries).to.have.length(1_000);
    expect([entries[0]?.event, entries[1]?.text, entries.at(-1)?.text]).to.deep.equal([
      'started',
      '501',
      '1499',
    ]);
  });

  it('refuses what cannot be', () => {
    const { telephony } = simulator;
    expect(() => telephony.ringAll({ deviceIds: [], phoneNumber: NUMBER })).to.throw('Give 1 to 50 phones');
    expect(() => telephony.hunt({ deviceIds: ['27', '99'], phoneNumber: NUMBER })).to.throw('no phone');
    expect(() => telephony.hunt({ deviceIds: ['27'], phoneNumber: NUMBER, pauseMs: -1 })).to.throw('times');
    expect(() => telephony.internalCall({ from: '27', to: '27' })).to.throw('itself');
    telephony.setPhone({ deviceId: '27', extension: '101' });
    expect(() => telephony.setPhone({ deviceId: '28', extension: '101' })).to.throw('already');
    expect(() => telephony.setPhone({ deviceId: '28', answerMs: -1 })).to.throw('milliseconds');
    expect(telephony.calls(), 'nothing has started').to.deep.equal([]);
  });
});
