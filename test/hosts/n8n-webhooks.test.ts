import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import type { JsonObject } from '../../hosts/guards.ts';
import {
  N8nClient,
  N8nPublicationError,
  type N8nCredentialReference,
  type N8nWorkflowInput,
  type N8nWorkflowNode,
} from '../../hosts/n8n/client.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { startN8n, type N8nHost } from '../../hosts/n8n/launch.ts';
import { postSteadily, quantile, type LoadResult } from './paced-load.ts';
import { expectNoSecret } from './secrets.ts';
import { tarball } from './tarballs.ts';
import { OWNER } from './workflows.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
/** Requests per second, overridden by `LOAD_RATE`. n8n's capacity depends on the machine. */
const RATE = Number(process.env['LOAD_RATE'] ?? '2');
const ROUNDS = 3;
const ALL = ['answer', 'confirmHangup', 'hangup', 'otherNotification'];

describe('The webhook trigger and the node Accolades in a real n8n', () => {
  let host: N8nHost;
  let client: N8nClient;
  let userFolder: string;
  let secret: N8nCredentialReference;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-n8n-'));
    host = await startN8n({ userFolder, packages: [await tarball('n8n')] });
    client = new N8nClient(host.url);
    await client.signIn(OWNER);
    secret = await client.createCredential({
      name: 'Secret',
      type: 'accoladesWebhookApi',
      data: { secret: SECRET },
    });
  });

  after(async () => {
    await host.stop();
    await rm(userFolder, { recursive: true, force: true });
  });

  const trigger = (name: string, parameters: JsonObject): N8nWorkflowNode => ({
    id: 'trigger',
    name: 'Accolades Webhook Trigger',
    type: 'n8n-nodes-accolades.accoladesWebhookTrigger',
    typeVersion: 1.1,
    position: [0, 0],
    webhookId: `hook-${name}`,
    parameters: { path: name, events: ALL, ...parameters },
    credentials: { accoladesWebhookApi: { id: secret.id, name: secret.name } },
  });

  const publish = async (
    name: string,
    parameters: JsonObject,
    nodes: N8nWorkflowNode[],
    outputs: string[][],
    settings: JsonObject = {},
  ): Promise<{ id: string; url: string; bare: string }> => {
    const workflow: N8nWorkflowInput = {
      name,
      nodes: [trigger(name, parameters), ...nodes],
      connections: {
        'Accolades Webhook Trigger': {
          main: outputs.map((names) => names.map((node) => ({ node, type: 'main', index: 0 }))),
        },
      },
      settings: { executionOrder: 'v1', ...settings },
    };
    const { id } = await client.createWorkflow(workflow);
    await client.publish(id);
    const bare = `${host.url}/webhook/hook-${name}/${name}`;
    return { id, bare, url: `${bare}/${SECRET}` };
  };

  const post = async (url: string, body: string, type = 'application/x-www-form-urlencoded') => {
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };

  it('answers a notification before the workflow has ended, and gives its fields', async () => {
    const { id, url } = await publish('notifications', {}, [wait('Slow', 2)], [['Slow']]);
    const begin = performance.now();
    const answer = await post(url, notification('hangup', { callerNumber: '0211234567', duration: '75' }));
    const took = performance.now() - begin;
    expect(answer).to.include({ status: 200, text: 'OK' });
    expect(took, 'milliseconds').to.be.lessThan(1_500);
    const [execution] = await client.waitForExecutions(id, 1);
    const [item] = itemsOf(await client.getExecution(execution?.id ?? ''), 'Accolades Webhook Trigger');
    expect(item).to.deep.include({ event: 'hangup', callId: '1608743891.1344', duration: 75 });
    expect(item?.['phone']).to.include({ e164: '+40211234567' });
    expect(JSON.stringify(item)).not.to.include(SECRET);
  });

  it('answers IVR requests, by GET and POST, and hang-up confirmations through the node Accolades', async () => {
    const menu = await publish(
      'menu',
      { receives: 'ivr' },
      [
        accolades('Order status', {
          resource: 'reply',
          operation: 'ivr',
          variables: { values: [{ name: 'status', value: '={{ "order " + $json.variables.order }}' }] },
        }),
      ],
      [['Order status']],
    );
    const { url } = await publish(
      'replies',
      { options: { splitOutputs: true, hangupFormat: { values: { format: 'form', extendValue: 'more' } } } },
      [
        accolades('Extend', {
          resource: 'reply',
          operation: 'confirmHangup',
          decision: 'extend',
          seconds: 120,
        }),
      ],
      [[], ['Extend'], [], []],
    );
    const got = await fetch(`${menu.url}?order=42&_callerId=0721234567`);
    expect([got.status, await got.text()]).to.deep.equal([200, '{"status":"order 42"}']);
    expect(got.headers.get('content-type')).to.match(/^application\/json/);
    const posted = await post(menu.url, 'order=43&%24_callerId=0721234567');
    expect([posted.status, posted.text]).to.deep.equal([200, '{"status":"order 43"}']);
    const confirmed = await post(url, notification('confirmHangup', {}));
    expect([confirmed.status, confirmed.text]).to.deep.equal([200, 'action=more&duration=120']);
  });

  it('answers with the last node, checked, and with the fallback when it fails or takes too long', async () => {
    const lastNode = { receives: 'ivr', respond: 'lastNode' };
    const fallback = { ivrFallback: '{"found":"no"}' };
    const good = await publish(
      'last',
      { ...lastNode, options: fallback },
      [code('Answer', 'return [{ json: { status: "shipped", days: 2 } }]')],
      [['Answer']],
    );
    expect((await post(good.url, 'order=1')).text).to.equal('{"status":"shipped","days":"2"}');
    const bad = await publish(
      'invalid',
      { ...lastNode, options: fallback },
      [code('Answer', 'return [{ json: { "not a name": 1 } }]')],
      [['Answer']],
    );
    expect((await post(bad.url, 'order=1')).text).to.equal('{"found":"no"}');
    const failing = await publish(
      'failing',
      { ...lastNode, options: fallback },
      [code('Answer', 'throw new Error("broken")')],
      [['Answer']],
    );
    expect(await post(failing.url, 'order=1')).to.include({ status: 200, text: '{"found":"no"}' });
    const slow = await publish(
      'slow',
      { ...lastNode, options: { ...fallback, replyLimit: 0.5 } },
      [wait('Slow', 3)],
      [['Slow']],
    );
    const begin = performance.now();
    expect((await post(slow.url, 'order=1')).text).to.equal('{"found":"no"}');
    expect(performance.now() - begin).to.be.within(450, 2_500);
    const [late] = await client.waitForExecutions(slow.id, 1);
    expect(late?.status).to.equal('success');
    // Nothing of the late answer was written, and n8n still works.
    expect((await post(good.url, 'order=1')).status).to.equal(200);
  });

  it('answers with the fallback at once when a workflow ends without a reply', async () => {
    const { url } = await publish(
      'silent',
      { receives: 'ivr', options: { replyLimit: 30 } },
      [noOp('End')],
      [['End']],
    );
    const begin = performance.now();
    expect(await post(url, 'order=1')).to.include({ status: 200, text: '{}' });
    expect(performance.now() - begin).to.be.lessThan(5_000);
  });

  it('refuses other requests, and starts nothing', async () => {
    const { id, url, bare } = await publish('guarded', {}, [noOp('End')], [['End']]);
    const body = notification('hangup', {});
    expect((await post(`${bare}/wrong-secret-000000`, body)).status).to.equal(401);
    expect((await post(url, '<call/>', 'text/xml')).status).to.equal(415);
    expect((await post(url, `a=${'x'.repeat(70_000)}`)).status).to.equal(413);
    expect((await post(url, '[1]', 'application/json')).status).to.equal(400);
    expect((await fetch(url, { method: 'PUT' })).status).to.equal(404);
    const limited = await publish(
      'limited',
      { options: { allowedAddresses: '203.0.113.7' } },
      [noOp('End')],
      [['End']],
    );
    expect((await post(limited.url, body)).status).to.equal(403);
    const parameter = await publish('parameter', { secretPlace: 'parameter' }, [noOp('End')], [['End']]);
    const plain = `${host.url}/webhook/parameter`;
    expect((await post(plain, body)).status).to.equal(401);
    expect((await post(plain, `${body}&secret=${SECRET}`)).status).to.equal(200);
    expect((await post(`${plain}?secret=${SECRET}`, body)).status).to.equal(200);
    const items = await client.waitForExecutions(parameter.id, 2);
    expect(JSON.stringify(await client.getExecution(items[0]?.id ?? ''))).not.to.include(SECRET);
    expect(await client.listExecutions(id)).to.have.lengthOf(0);
  });

  it('reads bodies from n8n with any content type', async () => {
    const { id } = await publish('types', { secretPlace: 'parameter' }, [noOp('End')], [['End']]);
    // n8n logs the path of a request that it refuses, so the secret is a parameter here.
    const url = `${host.url}/webhook/types?secret=${SECRET}`;
    const body = notification('hangup', {});
    expect((await post(url, body, 'text/plain')).status).to.equal(200);
    expect((await post(url, '{"event":"answer"}', 'application/vnd.pbx+json')).status).to.equal(200);
    await client.waitForExecutions(id, 2);
    // n8n reads bodies before the node does, and refuses these itself.
    expect((await post(url, '{"event":', 'application/json')).status).to.equal(422);
    const charset = 'application/x-www-form-urlencoded; charset=windows-1250';
    expect((await post(url, body, charset)).status).to.equal(422);
  });

  it('refuses to publish with settings that cannot work', async () => {
    for (const [name, options, says] of [
      ['address', { allowedAddresses: 'nowhere' }, /no IP address/],
    ] as const) {
      const failed = publish(`bad-${name}`, { options }, [noOp('End')], [['End']]);
      const error: unknown = await failed.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof N8nPublicationError)) throw new Error(`${name}: it was published`);
      expect(error.message).to.match(says);
    }
  });

  it('once unpublished, n8n itself logs the path of a request, but no parameter', async () => {
    const { id, bare } = await publish('in-path', {}, [noOp('End')], [['End']]);
    const parameter = await publish('in-form', { secretPlace: 'parameter' }, [noOp('End')], [['End']]);
    await client.deactivate(id);
    await client.deactivate(parameter.id);
    const plain = `${host.url}/webhook/in-form`;
    expect((await post(`${bare}/the-end-of-the-path`, notification('hangup', {}))).status).to.equal(404);
    expect((await post(`${plain}?secret=${SECRET}`, notification('hangup', {}))).status).to.equal(404);
    expect((await post(plain, `${notification('hangup', {})}&secret=${SECRET}`)).status).to.equal(404);
    const logged = (): string[] => host.output().match(/unknown webhook: .*/g) ?? [];
    await waitUntil('three lines of the log', () => logged().length >= 3, { deadlineMs: 10_000 });
    expect(logged().filter((line) => line.includes('in-path/the-end-of-the-path'))).to.have.lengthOf(1);
    expect(logged().filter((line) => line.includes('in-form'))).to.have.lengthOf(2);
    expectNoSecret('the log', logged().join(), [SECRET]);
  });

  it('keeps secrets out of its output', () => {
    expectNoSecret('the output', host.output(), [SECRET]);
  });

  it('answers a steady stream of notifications, as n8n answers its own webhooks', async function () {
    this.timeout(180_000);
    const settings = { saveDataSuccessExecution: 'none' };
    const { url } = await publish('load', { events: ['hangup'] }, [noOp('End')], [['End']], settings);
    const own = await client.createWorkflow({
      name: 'own',
      nodes: [
        {
          ...node('Webhook', 'n8n-nodes-base.webhook', 2, { path: 'own', httpMethod: 'POST', options: {} }),
          webhookId: 'own',
        },
        noOp('End'),
      ],
      connections: { Webhook: { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
      settings: { executionOrder: 'v1', ...settings },
    });
    await client.publish(own.id);
    const load = (address: string, seconds: number): Promise<LoadResult> =>
      postSteadily({
        perSecond: RATE,
        seconds,
        request: (index) => ({ url: address, body: notification('hangup', { duration: String(index) }) }),
      });
    // Both run at the same time, interleaved, so that other load on the machine affects both
    // equally.
    const together = async (seconds: number): Promise<readonly [LoadResult, LoadResult]> => {
      const ours = load(url, seconds);
      await delay(500 / RATE);
      return Promise.all([ours, load(`${host.url}/webhook/own`, seconds)]);
    };
    await together(1);
    const ratios: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const [ours, peer] = await together(10);
      for (const [name, result] of [
        ['Accolades Webhook Trigger', ours],
        ['n8n Webhook', peer],
      ] as const) {
        const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((part) => Math.round(quantile(result, part)));
        console.log(
          `      ${name}, ${RATE}/s for 10 s: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, longest ${max} ms; ` +
            JSON.stringify(result.statuses),
        );
      }
      expect(ours.statuses).to.deep.equal({ 200: RATE * 10 });
      ratios.push(quantile(ours, 0.5) / quantile(peer, 0.5));
    }
    const [ratio = Number.NaN] = ratios.sort((a, b) => a - b).slice(Math.floor(ROUNDS / 2));
    console.log(`      p50, Accolades Webhook Trigger ÷ n8n Webhook: ${ratio.toFixed(2)}`);
    expect(ratio, 'p50, ours ÷ n8n Webhook').to.be.at.most(1);
  });
});

function notification(event: string, fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams({
    apiName: 'callNotification',
    event,
    callId: '1608743891.1344',
    userId: '27',
    userType: 'user',
    ...fields,
  }).toString();
}

function accolades(name: string, parameters: JsonObject): N8nWorkflowNode {
  return node(name, 'n8n-nodes-accolades.accolades', 1, parameters);
}

function wait(name: string, seconds: number): N8nWorkflowNode {
  return node(name, 'n8n-nodes-base.wait', 1.1, { amount: seconds, unit: 'seconds' });
}

function code(name: string, jsCode: string): N8nWorkflowNode {
  return node(name, 'n8n-nodes-base.code', 2, { jsCode });
}

function noOp(name: string): N8nWorkflowNode {
  return node(name, 'n8n-nodes-base.noOp', 1, {});
}

function node(name: string, type: string, typeVersion: number, parameters: JsonObject): N8nWorkflowNode {
  return { id: name, name, type, typeVersion, position: [300, 0], parameters };
}
