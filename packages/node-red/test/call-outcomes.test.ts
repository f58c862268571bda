import { processOutcomes } from '@accolades-flow/core/node';
import { expect } from 'chai';
import type { Message, TestRuntime } from './runtime.ts';
import { at } from './values.ts';
import { waitFor } from './wait.ts';
import { post, startWebhook, untilPresent, webhookFlow } from './webhook-rig.ts';

/** What became of calls, through the node in Node-RED's runtime. */
describe('The results of calls from accolades-webhook', () => {
  let runtime: TestRuntime;
  let url: string;

  const FIELDS = { events: ['callEnded', 'missedCall'], waitAnswered: '1', waitUnanswered: '1' };
  const SLOW = { id: 'slow', type: 'slow', z: 'tab', wires: [] };

  const flow = (name: string, fields: Readonly<Record<string, unknown>> = {}) =>
    webhookFlow({ name, ...FIELDS, ...fields }, [{ ...SLOW, name }]);

  before(async () => {
    ({ runtime, url } = await startWebhook(flow('first')));
    await untilPresent();
  });

  after(() => runtime.stop());

  /** A notification of one phone. */
  async function notify(
    callId: string,
    event: 'answer' | 'hangup',
    userId: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const fields = { event, callId, userId, userType: 'user', callDirection: 'incoming' };
    const common = { apiName: 'callNotification', callerId: '0211234567' };
    const response = await post(`${url}/accolades`, { ...common, ...fields, ...more });
    expect(response.status).to.equal(200);
  }

  const of = (callId: string): Message[] =>
    runtime.messagesOf('out').filter(({ payload }) => at(payload, 'callId') === callId);

  /** The messages of a call, once a later call has ended, too: then nothing more comes of it. */
  async function allOf(callId: string): Promise<readonly unknown[]> {
    await waitFor(`a result of ${callId}`, () => of(callId).length > 0);
    const mark = `after ${callId}`;
    await notify(mark, 'hangup', '27');
    await waitFor(`the result of ${mark}`, () => of(mark).length > 0);
    for (const { topic, payload } of of(callId)) expect(topic).to.equal(at(payload, 'event'));
    return of(callId).map(({ payload }) => payload);
  }

  const names = (payloads: readonly unknown[]) => payloads.map((payload) => at(payload, 'event'));

  it('are one for a call that rings three phones and that one of them answers', async () => {
    await notify('ring-all', 'hangup', '28');
    await notify('ring-all', 'answer', '27');
    await notify('ring-all', 'hangup', '29');
    await notify('ring-all', 'hangup', '27');
    const payloads = await allOf('ring-all');
    expect(names(payloads)).to.deep.equal(['callEnded']);
    expect(payloads[0]).to.deep.include({
      result: 'answered',
      direction: 'incoming',
      phoneNumber: '0211234567',
    });
    expect(at(payloads[0], 'answeredBy', 'phoneId')).to.equal('27');
    expect(at(payloads[0], 'raw')).to.have.lengthOf(4);
    expect(runtime.statusesOf('hook').map(({ text }) => text)).to.include('answered 0211234567');
  });

  it('are one missed call for a queue that goes from phone to phone in vain', async () => {
    for (const phone of ['27', '28', '29', '27']) await notify('hunt', 'hangup', phone);
    const payloads = await allOf('hunt');
    expect(names(payloads)).to.deep.equal(['callEnded', 'missedCall']);
    for (const payload of payloads) expect(payload).to.deep.include({ result: 'missed', answeredBy: null });
    expect(runtime.statusesOf('hook').map(({ text }) => text)).to.include('missed 0211234567');
  });

  it('are one for a call that is transferred', async () => {
    await notify('transfer', 'answer', '27');
    await notify('transfer', 'hangup', '27');
    await notify('transfer', 'answer', '28');
    await notify('transfer', 'hangup', '28');
    const payloads = await allOf('transfer');
    expect(names(payloads)).to.deep.equal(['callEnded']);
    expect(at(payloads[0], 'answers')).to.have.lengthOf(2);
  });

  it('are no missed call for an internal one', async () => {
    await notify('internal', 'hangup', '27', { callDirection: 'outgoing', destinationNumber: '102' });
    await notify('internal', 'hangup', '28', { callerId: '101' });
    const payloads = await allOf('internal');
    expect(names(payloads)).to.deep.equal(['callEnded']);
    expect(payloads[0]).to.deep.include({ direction: 'internal', result: 'unanswered' });
  });

  it('come once for a call that goes on over a deployment, which may still be missed', async () => {
    await notify('deploy', 'hangup', '27');
    const deployed = runtime.deploy(flow('second'));
    await waitFor('the deployment to be held up', () => runtime.held);
    // The node is away; its path is not.
    await notify('deploy', 'hangup', '28');
    runtime.letGo();
    await deployed;
    await notify('deploy', 'hangup', '29');
    const payloads = await allOf('deploy');
    expect(names(payloads)).to.deep.equal(['callEnded', 'missedCall']);
    expect(at(payloads[0], 'result')).to.equal('missed');
    expect(at(payloads[0], 'evidence', 'notifications')).to.equal(3);
  });

  it('are held while a deployment is in progress', async () => {
    await runtime.deploy(flow('third', { waitUnanswered: '0' }));
    const deployed = runtime.deploy(flow('fourth', { waitUnanswered: '0' }));
    await waitFor('the deployment to be held up', () => runtime.held);
    for (const callId of ['held 1', 'held 2']) await notify(callId, 'hangup', '27');
    expect([...of('held 1'), ...of('held 2')]).to.deep.equal([]);
    runtime.letGo();
    await deployed;
    const payloads = [...(await allOf('held 1')), ...of('held 2').map(({ payload }) => payload)];
    expect(payloads.map((payload) => at(payload, 'callId'))).to.deep.equal([
      'held 1',
      'held 1',
      'held 2',
      'held 2',
    ]);
  });

  it('are not given by a deployment that no longer chooses them', async () => {
    const deployed = runtime.deploy(flow('only ended', { events: ['callEnded'] }));
    await waitFor('the deployment to be held up', () => runtime.held);
    await notify('unchosen', 'hangup', '27');
    await waitFor('the call to be over', () => {
      const own = processOutcomes()
        .statuses()
        .find(({ key }) => key === 'hook');
      return own?.status.calls === 0;
    });
    runtime.letGo();
    await deployed;
    expect(names(await allOf('unchosen'))).to.deep.equal(['callEnded']);
  });

  it('come with the notifications that are chosen as well, each at its output', async () => {
    const outputs = ['out', 'o2', 'o3'];
    const collectors = outputs.slice(1).map((id) => ({ id, type: 'collector', z: 'tab', wires: [] }));
    const fields = { events: ['hangup', 'callEnded', 'missedCall'], splitOutputs: true };
    const wires = outputs.map((id) => [id]);
    const split = webhookFlow({ ...FIELDS, ...fields, name: 'fifth', wires }, collectors);
    await runtime.deploy(split);
    await notify('split', 'hangup', '27');
    await runtime.waitForMessages('o2', 1);
    const topics = (id: string) =>
      runtime
        .messagesOf(id)
        .filter(({ payload }) => at(payload, 'callId') === 'split')
        .map(({ topic }) => topic);
    expect(outputs.map(topics)).to.deep.equal([['callEnded'], ['missedCall'], ['hangup']]);
  });
});
