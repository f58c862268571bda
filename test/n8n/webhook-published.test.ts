import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { NodeRuntime, type Credentials, type WebhookOutcome } from './node-runtime.ts';
import { publish, type PublishedNode, type PublishOptions } from './publish.ts';
import { recordLog } from './record-log.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const OTHER_SECRET = 'n3w-S3cret_of-the-node';
const NODE = 'accoladesWebhookTrigger';
const parameters = { receives: 'notifications', events: ['answer', 'hangup', 'confirmHangup'] };
/** The process remembers nodes by their IDs. */
const settings = { id: 'published' };
const credentials: Credentials = { accoladesWebhookApi: { secret: SECRET } };

const notification = (event: string, callId: string): string =>
  new URLSearchParams({ apiName: 'callNotification', event, callId, userId: '27' }).toString();

describe('A published n8n webhook trigger', () => {
  let runtime: NodeRuntime;
  let node: PublishedNode | null = null;
  const now = performance.now.bind(performance);
  let later = 0;

  before(async () => {
    runtime = await NodeRuntime.load();
    performance.now = () => now() + later;
  });

  afterEach(async () => {
    await node?.close();
    // The secret of the node is remembered over tests.
    later += 60_000;
    await post(notification('answer', '1.1'));
  });

  after(() => {
    performance.now = now;
  });

  const publishNode = async (options: Partial<PublishOptions> = {}): Promise<PublishedNode> => {
    node = await publish(runtime, NODE, { parameters, credentials, settings, ...options });
    return node;
  };
  const post = (body: string, stored = credentials): Promise<WebhookOutcome> =>
    runtime.call(NODE, { parameters, credentials: stored, settings, pathSecret: SECRET, body });

  it('answers a notification, ends the request and starts the workflow outside of it', async () => {
    const published = await publishNode();
    const { result, response } = await post(notification('hangup', '1.2'));
    expect([response.statusCode, response.body]).to.deep.equal([200, 'OK']);
    expect(result).to.deep.equal({ noWebhookResponse: true });
    expect((await published.waitForItems(1))[0]).to.deep.include({ event: 'hangup', callId: '1.2' });
  });

  it('ends all requests of a burst while n8n has saved none of their executions', async () => {
    const published = await publishNode({ savesAtOnce: false });
    const ids = Array.from({ length: 60 }, (_, index) => `1608743891.${index}`);
    const ended = await Promise.all(ids.map((id) => post(notification('hangup', id))));
    for (const { result } of ended) expect(result).to.deep.equal({ noWebhookResponse: true });
    expect(published.items).to.have.lengthOf(1);
    const saved = ids.map(async (_, index) => {
      await published.waitForItems(index + 1);
      published.save(index);
    });
    await Promise.all(saved);
    expect(published.items.map(({ callId }) => callId)).to.deep.equal(ids);
  });

  it('keeps a request open that the workflow answers', async () => {
    const published = await publishNode();
    const { result, response } = await post(notification('confirmHangup', '1.3'));
    expect(response.headersSent).to.equal(false);
    expect(result.noWebhookResponse).to.equal(undefined);
    expect(result.workflowData?.[0]?.[0]?.json).to.deep.include({ event: 'confirmHangup' });
    expect(published.items).to.deep.equal([]);
  });

  it('starts nothing when the secret was changed meanwhile, and says so', async () => {
    // The trigger reads the credential as n8n gives it to the published workflow.
    const stored = { accoladesWebhookApi: { secret: SECRET } };
    const published = await publishNode({ credentials: stored });
    later += 60_000;
    await post(notification('answer', '1.4'), stored);
    await published.waitForItems(1);
    stored.accoladesWebhookApi.secret = OTHER_SECRET;
    later += 60_000;
    const log = recordLog();
    const { response } = await post(notification('hangup', '1.4'), stored);
    expect(response.statusCode).to.equal(200);
    await waitUntil('a line of the log', () => log.some(({ message }) => message.includes('401')), {
      deadlineMs: 5_000,
    });
    expect(published.items).to.have.lengthOf(1);
  });

  it('hands over to the request itself once it is unpublished', async () => {
    const published = await publishNode();
    await published.close();
    const { result } = await post(notification('hangup', '1.5'));
    expect(result.workflowData?.[0]).to.have.lengthOf(1);
    expect(published.items).to.deep.equal([]);
  });
});
