import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { NodeRuntime, type WebhookCall, type WebhookOutcome } from './node-runtime.ts';
import { recordLog } from './record-log.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const credentials = { accoladesWebhookApi: { secret: SECRET } };
const EVENTS: INodeParameters = {
  receives: 'notifications',
  events: ['answer', 'confirmHangup', 'hangup', 'otherNotification'],
};
const IVR: INodeParameters = { receives: 'ivr' };
const HANGUP =
  'apiName=callNotification&event=hangup&callId=1608743891.1344&userId=27&userType=user&callerNumber=0211234567&duration=75';

function fail(): never {
  throw new Error('The database is away.');
}

describe('The n8n webhook trigger when the secret of its credential is changed', () => {
  let runtime: NodeRuntime;
  const NEW_SECRET = 'n3w-S3cret_of-the-node';
  const now = performance.now.bind(performance);
  let later = 0;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  const call = (options: Partial<WebhookCall>): Promise<WebhookOutcome> =>
    runtime.call('accoladesWebhookTrigger', {
      credentials,
      pathSecret: SECRET,
      ...options,
      parameters: { ...EVENTS, ...options.parameters },
    });

  beforeEach(async () => {
    performance.now = () => now() + later;
    // The old secret was read some time ago.
    later += 60_000;
    await call({ body: HANGUP });
    later += 60_000;
  });

  after(() => {
    performance.now = now;
  });

  const changed = { accoladesWebhookApi: { secret: NEW_SECRET } };

  it('starts nothing by the old one any more', async () => {
    const { result, response } = await call({ body: HANGUP, credentials: changed });
    expect([response.statusCode, response.body]).to.deep.equal([200, 'OK']);
    expect(result).to.deep.equal({ noWebhookResponse: true });
    const second = await call({ body: HANGUP, credentials: changed });
    expect(second.response.statusCode).to.equal(401);
  });

  it('refuses a request with the old secret without details', async () => {
    const { result, response } = await call({
      body: 'order=42',
      credentials: changed,
      parameters: { ...IVR, options: { ivrFallback: '{"found":"no"}' } },
    });
    expect(response.statusCode).to.equal(401);
    expect(result).to.deep.equal({ noWebhookResponse: true });
  });

  it('takes the new one at once', async () => {
    const { result, response } = await call({
      body: HANGUP,
      credentials: changed,
      pathSecret: NEW_SECRET,
    });
    expect(response.statusCode).to.equal(200);
    expect(result.workflowData?.[0]).to.have.lengthOf(1);
  });

  it('answers before the credential is read again', async () => {
    let answeredBefore: boolean | null = null;
    const { response, outcome } = runtime.begin('accoladesWebhookTrigger', {
      credentials: {
        get accoladesWebhookApi() {
          answeredBefore ??= response.headersSent;
          return { secret: SECRET };
        },
      },
      pathSecret: SECRET,
      parameters: EVENTS,
      body: HANGUP,
    });
    const { workflowData } = await outcome;
    expect(answeredBefore).to.equal(true);
    expect(workflowData?.[0]).to.have.lengthOf(1);
  });

  it('loses no notification that was answered when the credential cannot be read for a moment', async () => {
    let attempts = 0;
    const { response, outcome } = runtime.begin('accoladesWebhookTrigger', {
      credentials: {
        get accoladesWebhookApi() {
          if (++attempts === 1) throw new Error('The database is away.');
          return { secret: SECRET };
        },
      },
      pathSecret: SECRET,
      parameters: EVENTS,
      body: HANGUP,
    });
    const { workflowData } = await outcome;
    expect([response.statusCode, attempts]).to.deep.equal([200, 2]);
    expect(workflowData?.[0]).to.have.lengthOf(1);
  });

  for (const [what, receives, body, answer, read] of [
    ['a notification', EVENTS, HANGUP, 'OK', fail],
    ['a request that waits', IVR, 'order=42', '{"found":"no"}', () => ({ secret: 'short' })],
  ] as const) {
    it(`answers ${what}, starts nothing and says so when its credential cannot be read`, async () => {
      const log = recordLog();
      const { response, outcome } = runtime.begin('accoladesWebhookTrigger', {
        credentials: {
          get accoladesWebhookApi() {
            return read();
          },
        },
        pathSecret: SECRET,
        parameters: { ...receives, options: { ivrFallback: '{"found":"no"}' } },
        body,
      });
      expect(await outcome).to.deep.equal({ noWebhookResponse: true });
      expect([response.statusCode, response.body]).to.deep.equal([200, answer]);
      expect(log.map(({ message }) => message).join('\n'))
        .to.match(/The workflow was not started: the credential could not be read\./)
        .and.not.to.match(/A request was refused/);
    });
  }
});
