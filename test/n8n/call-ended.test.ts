import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { NodeRuntime, type WebhookOutcome } from './node-runtime.ts';
import { publish, type PublishedNode, type PublishOptions } from './publish.ts';
import { recordLog } from './record-log.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const NODE = 'accoladesCallEndedTrigger';
const credentials = { accoladesWebhookApi: { secret: SECRET } };
/** Calls are over at once, so that nothing waits here; core's tests look at the waits. */
const AT_ONCE = { waitAnswered: 0, waitUnanswered: 0 };

let calls = 0;

/** A call that begins now. */
function newCallId(): string {
  calls++;
  return `${Math.floor(Date.now() / 1_000)}.${calls}`;
}

function notification(event: string, callId: string, userId: string): string {
  return new URLSearchParams({
    apiName: 'callNotification',
    event,
    callId,
    userId,
    userType: 'user',
    callDirection: 'incoming',
    callerNumber: '0211234567',
  }).toString();
}

describe('The n8n trigger of ended calls', () => {
  let runtime: NodeRuntime;
  const published: PublishedNode[] = [];
  let id = 0;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  beforeEach(() => {
    id++;
  });

  afterEach(async () => {
    await Promise.all(published.splice(0).map((node) => node.close()));
  });

  const settings = () => ({ id: `ended-${id}` });
  const publishNode = async (
    parameters: INodeParameters = {},
    options: Partial<PublishOptions> = {},
  ): Promise<PublishedNode> => {
    const node = await publish(runtime, NODE, {
      credentials,
      settings: settings(),
      ...options,
      parameters: { ...AT_ONCE, ...parameters },
    });
    published.push(node);
    return node;
  };
  const post = (body: string, parameters: INodeParameters = {}): Promise<WebhookOutcome> =>
    runtime.call(NODE, {
      parameters: { ...AT_ONCE, ...parameters },
      credentials,
      settings: settings(),
      pathSecret: SECRET,
      body,
    });

  it('answers each notification, ends its request, and tells the call when it is over', async () => {
    const node = await publishNode({ events: ['callEnded', 'missedCall'] });
    const callId = newCallId();
    for (const event of ['answer', 'hangup']) {
      const { result, response } = await post(notification(event, callId, '27'));
      expect([response.statusCode, response.body]).to.deep.equal([200, 'OK']);
      expect(result).to.deep.equal({ noWebhookResponse: true });
    }
    const [record] = await node.waitForItems(1);
    expect(record).to.deep.include({ event: 'callEnded', result: 'answered', callId });
    expect(record?.['answeredBy']).to.deep.include({ phoneId: '27' });
    expect(record?.['evidence']).to.deep.include({ notifications: 2 });
  });

  it('tells calls in order, each once, over a re-publish in the middle of one', async () => {
    const node = await publishNode({}, { savesAtOnce: false });
    const [first, second] = [newCallId(), newCallId()];
    await post(notification('answer', first, '27'));
    await post(notification('hangup', first, '27'));
    await node.waitForItems(1);
    node.save(0);
    await post(notification('answer', second, '28'));
    await node.close();
    // While the workflow is away, and after.
    await post(notification('hangup', second, '28'));
    const again = await publishNode();
    const [record] = await again.waitForItems(1);
    expect([record?.['callId'], record?.['result']]).to.deep.equal([second, 'answered']);
    expect(node.items.map(({ callId }) => callId)).to.deep.equal([first]);
  });

  it('answers and warns in a process that runs no triggers', async () => {
    const log = recordLog();
    const { response } = await post(notification('hangup', newCallId(), '27'));
    expect([response.statusCode, response.body]).to.deep.equal([200, 'OK']);
    const lines = log.map(({ message }) => message).join('\n');
    expect(lines).to.match(/Let the reverse proxy send the path of this node to the main process of n8n/);
  });

  it('does not blame the reverse proxy for a notification that comes while n8n ends', async () => {
    const key = Symbol.for('@accolades-flow/core process end 1');
    const own: unknown = Reflect.get(globalThis, key);
    const nothing = (): undefined => undefined;
    Reflect.set(globalThis, key, { begun: true, onBegin: nothing, moment: nothing, graceSince: nothing });
    const log = recordLog();
    try {
      await post(notification('hangup', newCallId(), '27'));
    } finally {
      Reflect.set(globalThis, key, own);
    }
    const lines = log.map(({ message }) => message).join('\n');
    expect(lines).to.match(/A notification came while n8n ends/);
    expect(lines).not.to.match(/reverse proxy/);
  });

  it('tells each of two nodes with the same ID its own calls', async () => {
    const log = recordLog();
    const calledBack: unknown[] = [];
    const names = ['Sales', 'Support'];
    const nodes = [];
    for (const name of names) {
      const options = { settings: { ...settings(), name }, workflowId: `of ${name}` };
      nodes.push(await publishNode({}, options));
    }
    for (const [index, name] of names.entries()) {
      const callId = newCallId();
      for (const event of ['answer', 'hangup']) {
        await runtime.call(NODE, {
          parameters: AT_ONCE,
          credentials,
          settings: { ...settings(), name },
          pathSecret: SECRET,
          body: notification(event, callId, '27'),
        });
      }
      const items = await nodes[index]?.waitForItems(1);
      calledBack.push(items?.map((item) => item['callId'] === callId));
    }
    expect(calledBack).to.deep.equal([[true], [true]]);
    expect(log.map(({ message }) => message).join('\n')).to.match(/“Sales” and “Support”/);
  });

  it('reads the notifications of a Webhook Trigger, which has the only URL', async () => {
    const source = { notificationsFrom: 'webhookTrigger', webhookTriggerPath: '/pbx/' };
    const node = await publishNode(source, { credentials: {} });
    const hook = { receives: 'notifications', events: ['hangup'], path: 'pbx' };
    const hookSettings = { id: 'hook' };
    const raw = await publish(runtime, 'accoladesWebhookTrigger', {
      parameters: hook,
      credentials,
      settings: { ...hookSettings },
      workflowId: 'hooks',
    });
    published.push(raw);
    const callId = newCallId();
    for (const event of ['answer', 'hangup']) {
      const { response } = await runtime.call('accoladesWebhookTrigger', {
        parameters: hook,
        credentials,
        settings: hookSettings,
        pathSecret: SECRET,
        body: notification(event, callId, '27'),
      });
      expect(response.statusCode).to.equal(200);
    }
    const [record] = await node.waitForItems(1);
    expect(record).to.deep.include({ event: 'callEnded', result: 'answered', callId });
    const own = await post(notification('hangup', newCallId(), '27'), source);
    // It counts for nothing, but a refusal would hang up the call.
    expect([own.response.statusCode, own.response.body]).to.deep.equal([200, 'OK']);
    expect(node.items).to.have.lengthOf(1);
  });

  it('compares a test with the secret in the editor, not with that of the published node', async () => {
    await publishNode();
    const secret = 'Zw8-another_Secret-of-the-editor';
    const test = (pathSecret: string) =>
      runtime.call(NODE, {
        parameters: AT_ONCE,
        credentials: { accoladesWebhookApi: { secret } },
        settings: settings(),
        pathSecret,
        mode: 'manual',
        body: notification('hangup', newCallId(), '27'),
      });
    expect((await test(SECRET)).response.statusCode).to.equal(401);
    expect((await test(secret)).response.statusCode).to.equal(200);
  });

  it('gives the record of the first call to one request of a test', async () => {
    const callId = newCallId();
    const test = (event: string) =>
      runtime.call(NODE, {
        parameters: AT_ONCE,
        credentials,
        settings: settings(),
        pathSecret: SECRET,
        mode: 'manual',
        body: notification(event, callId, '27'),
      });
    const results = await Promise.all([test('answer'), test('hangup')]);
    const items = results.flatMap(({ result }) => result.workflowData?.flat() ?? []);
    expect(items).to.have.lengthOf(1);
    expect(items[0]?.json).to.deep.include({ event: 'callEnded', result: 'answered', callId });
    const { task } = await runtime.execute(NODE, { parameters: AT_ONCE, credentials, items: [{ callId }] });
    expect(task?.data?.['main']?.[0]?.map(({ json }) => json)).to.deep.equal([{ callId }]);
  });

  it('cannot be published without an event, a wait that is no time, or a path to read from', async () => {
    const cases: readonly (readonly [INodeParameters, RegExp])[] = [
      [{ events: [] }, /No event is chosen/],
      [{ waitAnswered: 4_000 }, /Set the wait for answered calls to 0 to 3600 seconds/],
      [{ notificationsFrom: 'webhookTrigger' }, /Give the path of the Webhook Trigger/],
    ];
    for (const [parameters, says] of cases) {
      const failed: unknown = await publishNode(parameters).catch((error: unknown) => error);
      expect(String(failed)).to.match(says);
    }
  });
});
