import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { arrayFrom, isObject, type JsonObject } from '../../hosts/guards.ts';
import { agentNode, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { NodeRedRig, payloadOf } from './node-red-rig.ts';
import { SECRET } from './telephony.ts';

/** The agents by their phone. */
const AGENTS = { '27': 'f8cb549544', '28': 'a1b2c3d4e5', '29': '0f9e8d7c6b' } as const;
const PHONES = ['27', '28', '29'] as const;
const NUMBER = '0211234567';
/** An endpoint must have been there this long before a call that it tells as missed. */
const PRESENT_MS = 5_500;

/** Calls of a small company, from the PBX to the flow. */
describe('What became of calls, in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    simulator = await createSimulator({
      agents: PHONES.map((id) => ({
        idCrm: AGENTS[id],
        name: `Agent ${id}`,
        phone: { id, data: '' },
        agent: { id: `3${id}`, data: '' },
      })),
      rest: {},
      callSettings: { deviceAnswerMs: null, destinationAnswerMs: null },
    });
    rig = await NodeRedRig.start();
    await rig.deploy(flows('first'));
    await rig.client.waitForStatus('calls', ({ text }) => text === '3/3 connected');
    const present = performance.now() + PRESENT_MS;
    const notifications = { url: `${rig.host.url}/accolades/calls/${SECRET}` };
    for (const deviceId of PHONES) simulator.telephony.setPhone({ deviceId, notifications });
    // A phone that has never reported may have answered silently.
    for (const deviceId of PHONES) await talk(deviceId);
    await waitUntil('every phone to have reported', () => ended().length === PHONES.length, WAIT);
    await waitUntil('the endpoint to be there long enough', () => performance.now() >= present, WAIT);
  });

  after(async () => {
    await rig.stop();
    await simulator.close();
  });

  beforeEach(() => {
    rig.client.debugMessages.length = 0;
  });

  const WAIT = { deadlineMs: 15_000, everyMs: 20 };

  const flows = (name: string): FlowNode[] => [
    tab('a'),
    agentNode('agent', simulator.url, PHONES.map((id) => `Agent ${id}=${AGENTS[id]}`).join(', ')),
    flowNode('a', 'calls', 'accolades-call', { agent: 'agent' }, [['seen']]),
    debug('a', 'seen'),
    {
      ...flowNode(
        'a',
        'hook',
        'accolades-webhook',
        {
          name,
          path: '/accolades/calls',
          receives: 'notifications',
          events: ['callEnded', 'missedCall'],
          splitOutputs: true,
          waitAnswered: '2',
          waitUnanswered: '2',
          version: 2,
          outputs: 2,
        },
        [['ended'], ['missed']],
      ),
      credentials: { secret: SECRET },
    },
    debug('a', 'ended'),
    debug('a', 'missed'),
    inject('a', 'ask', [['status']]),
    flowNode('a', 'status', 'accolades-request', { agent: 'agent', request: 'status' }, [['told']]),
    debug('a', 'told'),
  ];

  const ended = (): JsonObject[] => rig.messagesOf('ended').map(payloadOf);
  const missed = (): JsonObject[] => rig.messagesOf('missed').map(payloadOf);

  /** A direct call that one phone answers. */
  async function talk(deviceId: string): Promise<string> {
    const { id } = simulator.telephony.startCall({ deviceId, phoneNumber: NUMBER });
    await rings(id, deviceId);
    simulator.telephony.answerCall(id);
    simulator.telephony.hangUp(id);
    return id;
  }

  /** The record of a call, and what else came until a later call's record. */
  async function recordOf(id: string): Promise<JsonObject> {
    const isOver = (): boolean =>
      simulator.telephony.calls().some((call) => call.id === id && call.state === 'ended');
    await waitUntil(`${id} to end`, isOver, WAIT);
    const later = await talk('29');
    await waitUntil('the record of a later call', () => ended().some(({ callId }) => callId === later), {
      ...WAIT,
      details: () => JSON.stringify([ended(), simulator.telephony.calls()[0]?.timeline]),
    });
    const records = ended().filter(({ callId }) => callId === id);
    expect(records, `records of ${id}`).to.have.lengthOf(1);
    return records[0] ?? {};
  }

  /** Waits until a phone rings and Node-RED knows it: a ring after the hang-up would be another. */
  const rings = (id: string, deviceId: string): Promise<unknown> =>
    waitUntil(
      `${deviceId} to ring`,
      () =>
        rig
          .messagesOf('seen')
          .map(payloadOf)
          .some(({ uniqueId, agent }) => uniqueId === id && isObject(agent) && agent['phoneId'] === deviceId),
      WAIT,
    );

  it('tells one answered call when three phones ring and one answers', async () => {
    const { id } = simulator.telephony.ringAll({ deviceIds: [...PHONES], phoneNumber: NUMBER });
    for (const phone of PHONES) await rings(id, phone);
    simulator.telephony.answerCall(id, '28');
    simulator.telephony.hangUp(id);
    const record = await recordOf(id);
    expect(record).to.deep.include({
      event: 'callEnded',
      result: 'answered',
      direction: 'incoming',
      phoneNumber: NUMBER,
      callCenter: true,
    });
    expect(record['answeredBy']).to.deep.include({ label: 'Agent 28', phoneId: '28' });
    expect(record['rang']).to.have.lengthOf(3);
    expect(missed()).to.deep.equal([]);
  });

  it('tells one missed call when a queue has tried every phone in vain', async () => {
    const { id } = simulator.telephony.hunt({
      deviceIds: [...PHONES],
      phoneNumber: NUMBER,
      ringMs: 1_000,
    });
    const record = await recordOf(id);
    expect(record).to.deep.include({ result: 'missed', answeredBy: null, answeredAt: null });
    expect(missed()).to.deep.equal([{ ...record, event: 'missedCall' }]);
  });

  it('tells one call when it is transferred while it waits to be over', async () => {
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    simulator.telephony.answerCall(id);
    simulator.telephony.blindTransfer(id, '28');
    await rings(id, '28');
    simulator.telephony.answerCall(id, '28');
    simulator.telephony.hangUp(id);
    const record = await recordOf(id);
    expect(record).to.deep.include({ result: 'answered', direction: 'incoming' });
    expect(record['answers']).to.have.lengthOf(2);
    expect(missed()).to.deep.equal([]);
  });

  it('tells an internal call that nobody answered, but not as missed', async () => {
    const { id } = simulator.telephony.internalCall({ from: '27', to: '28' });
    await rings(id, '28');
    simulator.telephony.hangUp(id);
    const record = await recordOf(id);
    expect(record).to.deep.include({ direction: 'internal', phone: null });
    expect(record['result']).not.to.equal('missed');
    expect(missed()).to.deep.equal([]);
  });

  it('tells a call once that goes on over a deployment', async () => {
    const { id } = simulator.telephony.startCall({ deviceId: '27', phoneNumber: NUMBER });
    await rings(id, '27');
    await rig.deploy(flows('second'));
    simulator.telephony.answerCall(id);
    await rig.deploy(flows('third'));
    simulator.telephony.hangUp(id);
    await rig.deploy(flows('fourth'));
    expect(await recordOf(id)).to.deep.include({ result: 'answered' });
    expect(missed()).to.deep.equal([]);
  });

  it('shows which phones report, and who is connected', async () => {
    await rig.client.inject('ask');
    const [message] = await rig.waitForMessages('told', 1);
    const payload = payloadOf(message);
    expect(payload).to.deep.include({ connected: 3, total: 3 });
    const [endpoint] = arrayFrom(payload['endpoints'], 'the endpoints');
    expect(endpoint).to.deep.include({ path: '/accolades/calls', silentPhones: [] });
    expect(endpoint).to.have.property('reportingPhones').that.has.members(PHONES);
  });

  it('keeps every secret out of everything', () => rig.expectNoSecret([SECRET, ...Object.values(AGENTS)]));
});
