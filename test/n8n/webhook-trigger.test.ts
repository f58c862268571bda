import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { AccoladesWebhookTrigger } from '../../nodes/AccoladesWebhookTrigger/AccoladesWebhookTrigger.node.ts';
import { root } from '../../scripts/paths.ts';
import { NodeRuntime, type WebhookCall, type WebhookOutcome } from './node-runtime.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const credentials = { accoladesWebhookApi: { secret: SECRET } };
const EVENTS: INodeParameters = {
  receives: 'notifications',
  events: ['answer', 'confirmHangup', 'hangup', 'otherNotification'],
};
const IVR: INodeParameters = { receives: 'ivr' };
const CONNECTOR: INodeParameters = { receives: 'connector', events: ['incomingCall', 'agentConnected'] };
const HANGUP =
  'apiName=callNotification&event=hangup&callId=1608743891.1344&userId=27&userType=user&callerNumber=0211234567&duration=75';

describe('The n8n webhook trigger', () => {
  let runtime: NodeRuntime;

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

  const reply = (json: IDataObject, parameters: INodeParameters) =>
    runtime.execute('accolades', { parameters: { resource: 'reply', ...parameters }, items: [json] });

  it('answers a notification itself, before n8n starts the workflow', async () => {
    const { result, response } = await call({ body: HANGUP });
    expect(result.noWebhookResponse).to.be.true;
    expect([response.statusCode, response.body]).to.deep.equal([200, 'OK']);
    expect(result.workflowData?.[0]?.[0]?.json).to.deep.include({ event: 'hangup', duration: 75 });
  });

  it('lets the node Accolades answer an IVR request, once', async () => {
    const { result, response } = await call({
      parameters: IVR,
      method: 'GET',
      query: '?order=42&_callerId=0721234567',
      headers: { 'content-type': '' },
    });
    expect(result.noWebhookResponse).to.equal(undefined);
    const json = result.workflowData?.[0]?.[0]?.json ?? {};
    expect(json).to.deep.include({ event: 'ivrRequest', variables: { order: '42' } });
    const variables = { values: [{ name: 'status', value: 'shipped' }] };
    const first = await reply(json, { operation: 'ivr', variables });
    expect(first.error).to.equal(null);
    expect(first.items[0]?.json).to.deep.equal({
      reply: 'ivr',
      variables: { status: 'shipped' },
      relayed: false,
    });
    expect([response.statusCode, response.body]).to.deep.equal([200, '{"status":"shipped"}']);
    const second = await reply(json, { operation: 'ivr', variables });
    expect(second.error?.message).to.match(/answered before/);
  });

  it('refuses variables that an IVR cannot take, while the request waits on', async () => {
    const { result, response } = await call({ body: 'order=42', parameters: IVR });
    const json = result.workflowData?.[0]?.[0]?.json ?? {};
    const bad = await reply(json, {
      operation: 'ivr',
      specifyVariables: 'json',
      variablesJson: '{"two words":1}',
    });
    expect(bad.error?.message).to.match(/letters and digits/);
    expect(response.headersSent).to.be.false;
    await reply(json, { operation: 'ivr', specifyVariables: 'json', variablesJson: '{"a":1}' });
    expect(response.body).to.equal('{"a":"1"}');
  });

  it('sends the fallback without an answer in time, and refuses a later reply', async () => {
    const { result, response } = await call({
      body: 'order=42',
      parameters: { ...IVR, options: { replyLimit: 0.1, ivrFallback: '{"found":"no"}' } },
    });
    await response.answered;
    expect(response.body).to.equal('{"found":"no"}');
    const late = await reply(result.workflowData?.[0]?.[0]?.json ?? {}, { operation: 'ivr' });
    expect(late.error?.message).to.match(/time limit/);
    expect(late.error?.description).to.match(/fallback/);
  });

  it('extends or drops a call', async () => {
    const confirm = HANGUP.replace('event=hangup', 'event=confirmHangup');
    const { result, response } = await call({ body: confirm });
    const { error } = await reply(result.workflowData?.[0]?.[0]?.json ?? {}, {
      operation: 'confirmHangup',
      decision: 'extend',
      seconds: 120,
    });
    expect(error).to.equal(null);
    expect(response.body).to.equal('{"action":"extend","duration":120}');
    const fallback = await call({
      body: confirm,
      parameters: {
        respond: 'fallback',
        options: {
          hangupFallback: 'extend',
          hangupFallbackSeconds: 60,
          hangupFormat: { values: { format: 'form' } },
        },
      },
    });
    expect(fallback.response.body).to.equal('action=extend&duration=60');
    expect(fallback.result.workflowData?.[0]).to.have.lengthOf(1);
  });

  it('takes events of the browser connector', async () => {
    const { result } = await call({
      parameters: CONNECTOR,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiName: 'connectorEvent',
        agent: { label: 'Ana', id: '321' },
        frame: { type: 'incomingCall', phoneNumber: '0211234567', uniqueId: '1.2', callCenter: 'yes' },
      }),
    });
    expect(result.workflowData?.[0]?.[0]?.json).to.deep.include({ event: 'incomingCall', callCenter: true });
  });

  const forwarded = {
    parameters: CONNECTOR,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: new URLSearchParams({
      apiName: 'connectorEvent',
      agent: '{"id":"321"}',
      frame: '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1.2","callCenter":"yes"}',
    }).toString(),
  };

  it('acknowledges a call of the browser connector before the workflow starts, readable for its page', async () => {
    const { result, response } = await call(forwarded);
    expect(result.noWebhookResponse).to.be.true;
    expect([response.statusCode, response.body]).to.deep.equal([200, '{"received":true}']);
    expect(response.getHeader('access-control-allow-origin')).to.equal('*');
    expect(result.workflowData?.[0]?.[0]?.json).not.to.have.property('replyToken');
  });

  it('lets the node Accolades open a page in front of the agent', async () => {
    const { result, response } = await call({ ...forwarded, parameters: { ...CONNECTOR, screenPop: true } });
    expect(result.noWebhookResponse).to.equal(undefined);
    const json = result.workflowData?.[0]?.[0]?.json ?? {};
    const bad = await reply(json, { operation: 'screenPop', popUrl: 'http://crm.example/7' });
    expect(bad.error?.message).to.match(/https:/);
    expect(response.headersSent).to.be.false;
    const { items, error } = await reply(json, {
      operation: 'screenPop',
      popUrl: 'https://crm.example/7',
      popTitle: 'Ana Pop',
    });
    expect(error).to.equal(null);
    expect(items[0]?.json).to.deep.equal({
      reply: 'screenPop',
      url: 'https://crm.example/7',
      title: 'Ana Pop',
      relayed: false,
    });
    expect(JSON.parse(response.body)).to.deep.equal({
      received: true,
      screenPop: { url: 'https://crm.example/7', title: 'Ana Pop' },
    });
    expect(response.getHeader('access-control-allow-origin')).to.equal('*');
  });

  it('lets the last node open a page, or none', async () => {
    for (const [items, body] of [
      [
        [{ url: 'https://crm.example/7', other: 1 }],
        '{"received":true,"screenPop":{"url":"https://crm.example/7","title":""}}',
      ],
      [[{ found: false }], '{"received":true}'],
      [[{ url: 'javascript:alert(1)' }], '{"received":true}'],
    ] as const) {
      const { response } = await call({
        ...forwarded,
        parameters: { ...CONNECTOR, screenPop: true, respond: 'lastNode' },
      });
      // As n8n does at the end of the workflow.
      const json: unknown = Reflect.get(response, 'json');
      if (typeof json === 'function') Reflect.apply(json, response, [items]);
      expect(response.body).to.equal(body);
    }
  });

  it('acknowledges a call without a page when the workflow is late', async () => {
    const { response } = await call({
      ...forwarded,
      parameters: { ...CONNECTOR, screenPop: true, options: { replyLimit: 0.1 } },
    });
    await response.answered;
    expect([response.statusCode, response.body]).to.deep.equal([200, '{"received":true}']);
  });

  it('holds a page until its agent answers the call, when that is set', async () => {
    const { result, response } = await call({
      ...forwarded,
      parameters: { ...CONNECTOR, screenPop: true, popWhenAnswered: true },
      body: forwarded.body.replace('%22321%22', '%22321%22%2C%22phoneId%22%3A%2293%22'),
    });
    const json = result.workflowData?.[0]?.[0]?.json ?? {};
    const { error } = await reply(json, { operation: 'screenPop', popUrl: 'https://crm.example/7' });
    expect(error).to.equal(null);
    expect(response.headersSent).to.be.false;
    await call({
      body: 'apiName=callNotification&event=answer&userId=93&userType=user&callId=1.2&callDirection=incoming&clid=0211234567',
    });
    expect(JSON.parse(response.body)).to.deep.include({
      screenPop: { url: 'https://crm.example/7', title: '' },
    });
  });

  it('has an output for each event, in the order of the ports', () => {
    const split = { options: { splitOutputs: true } };
    const outputs = (parameters: INodeParameters) =>
      runtime.outputs('accoladesWebhookTrigger', { ...parameters, ...split });
    expect(outputs({ events: ['hangup', 'answer'] })).to.deep.equal(['Answered', 'Ended']);
    expect(outputs(EVENTS)).to.deep.equal(['Answered', 'Time limit', 'Ended', 'Other']);
    expect(outputs(CONNECTOR)).to.deep.equal(['Incoming', 'Connected']);
    expect(outputs(IVR)).to.deep.equal([undefined]);
  });

  it('passes what came on to the output of its event, also when n8n executes it in a test', async () => {
    const parameters = { ...EVENTS, options: { splitOutputs: true } };
    const items = [{ event: 'hangup' }, { event: 'parked' }, { event: 'answer' }];
    const { task } = await runtime.execute('accoladesWebhookTrigger', { parameters, items });
    const events = task?.data?.['main']?.map((output) => output?.map(({ json }) => json['event']));
    expect(events).to.deep.equal([['answer'], [], ['hangup'], ['parked']]);
  });

  it('answers events that are not selected, without starting the workflow', async () => {
    const { result, response } = await call({ body: HANGUP, parameters: { events: ['answer'] } });
    expect(response.statusCode).to.equal(200);
    expect(result.workflowData).to.equal(undefined);
  });

  const refusals: readonly (readonly [string, Partial<WebhookCall>, number])[] = [
    ['a wrong secret', { pathSecret: 'wrong-secret-000000' }, 401],
    ['no secret', { pathSecret: undefined }, 401],
    ['another content type', { headers: { 'content-type': 'text/xml' } }, 415],
    ['a body that is too large', { body: `a=${'x'.repeat(70_000)}` }, 413],
    ['broken JSON', { headers: { 'content-type': 'application/json' }, body: '{' }, 400],
    ['another address', { parameters: { options: { allowedAddresses: '203.0.113.7' } } }, 403],
  ];
  for (const [name, options, status] of refusals) {
    it(`refuses ${name}`, async () => {
      const { result, response } = await call({ body: HANGUP, ...options });
      expect(response.statusCode).to.equal(status);
      expect(result).to.deep.equal({ noWebhookResponse: true });
    });
  }

  it('has its path and its way to respond worked out by n8n without an expression, to the same result', () => {
    for (const path of ['', 'accolades', 'a/b']) {
      for (const secretPlace of ['path', 'parameter', 'none']) {
        for (const respond of ['replyNode', 'lastNode', 'fallback']) {
          const fields = runtime.webhookFields('accoladesWebhookTrigger', {
            ...IVR,
            path,
            secretPlace,
            respond,
          });
          for (const { evaluated, resolved } of fields) {
            expect(resolved).to.deep.equal({ resolved: true, value: evaluated });
          }
          expect(fields.map(({ evaluated }) => evaluated)).to.include(
            { replyNode: 'responseNode', lastNode: 'lastNode', fallback: 'onReceived' }[respond],
          );
        }
      }
    }
  });

  it('is no node of version 1, where n8n evaluates an expression for each request, neither when it is added nor in the examples', async () => {
    const { version } = new AccoladesWebhookTrigger().description;
    expect(version).to.equal(1.1);
    const folder = path.join(root, 'examples/n8n');
    const texts = await Promise.all(
      (await readdir(folder)).map((file) => readFile(path.join(folder, file), 'utf8')),
    );
    const used = texts.flatMap((text) =>
      [...text.matchAll(/accoladesWebhookTrigger",\s*"typeVersion": ([\d.]+)/g)].map(([, found]) =>
        Number(found),
      ),
    );
    expect(used).to.have.length.greaterThan(5);
    expect(new Set(used)).to.deep.equal(new Set([version]));
  });

  it('knows the sender behind a proxy', async () => {
    const options = { allowedAddresses: '203.0.113.7', trustedProxies: '1' };
    const { response } = await call({
      body: HANGUP,
      headers: { 'x-forwarded-for': '203.0.113.7' },
      parameters: { options },
    });
    expect(response.statusCode).to.equal(200);
  });

  it('refuses secrets that are too short or cannot stand in a path', async () => {
    const test = (secret: string) =>
      runtime.testCredential('accoladesWebhookTrigger', 'accoladesWebhookApi', { secret });
    expect(await test(SECRET)).to.include({ status: 'OK' });
    expect((await test(`\u200B${SECRET}\uFE0F `)).status).to.equal('OK');
    expect((await test(`${'\u200B'.repeat(16)}short`)).message).to.match(/shorter than 16/);
    expect((await test('short')).message).to.match(/shorter than 16/);
    expect((await test('with/slash-0000000000')).message).to.match(/letters, digits/);
  });
});
