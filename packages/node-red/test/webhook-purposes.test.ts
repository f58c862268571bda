import { expect } from 'chai';
import type { FlowNode, TestRuntime } from './runtime.ts';
import { at } from './values.ts';
import { HANGUP, post, startWebhook, webhookFlow } from './webhook-rig.ts';

/** Each webhook node receives one kind of request. */
describe('The purpose of accolades-webhook', () => {
  let runtime: TestRuntime;
  let url: string;

  async function start(flow: readonly FlowNode[]): Promise<void> {
    ({ runtime, url } = await startWebhook(flow));
  }

  afterEach(() => runtime.stop());

  it('answers a request of another kind so that no call is lost, and says which node takes it', async () => {
    await start(webhookFlow({ receives: 'ivr', ivrFallback: '{"status":"closed"}' }));
    const response = await post(`${url}/accolades`, HANGUP);
    expect(response.status).to.equal(200);
    expect(runtime.statusOf('hook')).to.deep.include({ fill: 'yellow', text: 'wrong purpose' });
    expect(runtime.logOf('hook', 'warn')).to.have.lengthOf(1);
    expect(runtime.logOf('hook', 'warn')[0]).to.match(/notification/i);
    expect(runtime.messagesOf('out')).to.deep.equal([]);
  });

  it('of an earlier version keeps its first kind of events, and says what no longer reaches it', async () => {
    const events = ['ivrRequest', 'hangup', 'incomingCall'];
    await start(webhookFlow({ receives: undefined, events, version: 1 }));
    await post(`${url}/accolades`, HANGUP);
    await runtime.waitForMessages('out', 1);
    const [line] = runtime.logOf('hook', 'warn');
    expect(line).to.match(
      /^This node .*: Voice menu \(IVR\), Browser connector no longer reach it, only Call notifications\. Add a webhook node/,
    );
  });

  it('sends one message for a call that rings several agents, and filters calls, as the call node does', async () => {
    await start(
      webhookFlow({
        receives: 'connector',
        events: ['incomingCall'],
        callSource: 'callCenter',
        numbers: '021',
        firstRingOnly: true,
      }),
    );
    const ring = (phoneNumber: string, uniqueId: string, callCenter: string, phoneId: string) =>
      post(`${url}/accolades`, {
        apiName: 'connectorEvent',
        agent: JSON.stringify({ label: `Phone ${phoneId}`, id: null, phoneId, accountId: null }),
        frame: JSON.stringify({ type: 'incomingCall', phoneNumber, uniqueId, callCenter }),
      });
    await ring('0721234567', '1608743891.1', 'yes', '27');
    await ring('0211234567', '1608743891.2', 'no', '27');
    await ring('0211234567', '1608743891.3', 'yes', '27');
    await ring('0211234567', '1608743891.3', 'yes', '28');
    await ring('0211234567', '1608743891.4', 'yes', '28');
    const messages = await runtime.waitForMessages('out', 2);
    expect(messages.map(({ payload }) => at(payload, 'uniqueId'))).to.deep.equal([
      '1608743891.3',
      '1608743891.4',
    ]);
  });
});
