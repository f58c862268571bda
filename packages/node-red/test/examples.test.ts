import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { expect } from 'chai';
import { everythingSeen, TestRuntime, type FlowNode } from './runtime.ts';
import { at } from './values.ts';
import { waitFor } from './wait.ts';
import { HANGUP, post, untilPresent } from './webhook-rig.ts';

const folder = path.resolve(import.meta.dirname, '../examples');

/** Node-RED's own nodes that the examples use. Collectors replace debug nodes. */
const CORE = [
  'function/10-function.js',
  'function/80-template.js',
  'network/21-httpin.js',
  'network/21-httprequest.js',
  'common/20-inject.js',
  'common/90-comment.js',
];

/** Runs the examples unchanged, except for addresses and debug nodes, which become collectors. */
describe('The examples', () => {
  let runtime: TestRuntime;
  let url: string;
  let server: Server | undefined;
  /** Requests that the stand-in received. */
  let asked: { path: string; body: string }[] = [];

  afterEach(async () => {
    await runtime.stop();
    server?.closeAllConnections();
    server?.close();
    server = undefined;
    everythingSeen.length = 0;
  });

  async function standIn(answer: object): Promise<string> {
    asked = [];
    const created = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push({ path: request.url ?? '', body });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    server = created;
    await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
    const address = created.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async function start(
    name: string,
    change: (node: FlowNode) => Readonly<Record<string, unknown>> = () => ({}),
    credentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  ): Promise<void> {
    const nodes = await nodesOf(name);
    expect(new Set(nodes.map((node) => at(node, 'id'))).size, 'ids').to.equal(nodes.length);
    const flow = nodes.map((node): FlowNode => {
      const fields = { id: String(at(node, 'id')), ...Object.fromEntries(Object.entries(node ?? {})) };
      const type = String(at(node, 'type'));
      const typed = { ...fields, type: type === 'debug' ? 'collector' : type };
      return { ...typed, ...change(typed) };
    });
    runtime = await TestRuntime.start(flow, credentials, CORE);
    url = await runtime.serve();
  }

  const byType = (type: string, fields: Readonly<Record<string, unknown>>) => (node: FlowNode) =>
    node.type === type ? fields : {};

  it('Order status by IVR', async () => {
    await start('Order status by IVR');
    const ask = async (order: string) => (await fetch(`${url}/accolades/orders?orderNumber=${order}`)).text();
    expect(await ask('00417')).to.equal('{"status":"shipped"}');
    expect(await ask('9')).to.equal('{"status":"unknown"}');
  });

  it('Who is calling', async () => {
    await start('Who is calling');
    for (const { id, payload } of (await nodesOf('Who is calling')).flatMap((node) =>
      at(node, 'type') === 'inject'
        ? [{ id: String(at(node, 'wires', '0', '0')), payload: at(node, 'payload') }]
        : [],
    )) {
      runtime.inject(id, { payload: JSON.parse(String(payload)) });
    }
    const messages = await waitFor('three messages', () =>
      runtime.received.length === 3 ? runtime.received : null,
    );
    expect(messages.map(({ message }) => message['match'])).to.have.members(['exact', 'exact', null]);
    expect(messages.map(({ message }) => at(message, 'contact', 'name'))).to.include('Ana Pop');
    expect(new Set(messages.map(({ node }) => node)).size).to.equal(3);
  });

  it('Screen pop', async () => {
    await start('Screen pop');
    const forward = async (phoneNumber: string) =>
      (
        await post(`${url}/accolades/calls`, {
          apiName: 'connectorEvent',
          agent: '{}',
          frame: JSON.stringify({ type: 'incomingCall', phoneNumber, uniqueId: '1608743891.1' }),
        })
      ).json();
    expect(await forward('0211234567')).to.deep.equal({
      received: true,
      screenPop: { url: 'https://crm.example.com/contacts/7', title: 'Ana Pop' },
    });
    expect(await forward('0311000000')).to.deep.equal({ received: true });
  });

  it('Pre-paid call extended or dropped', async () => {
    await start('Pre-paid call extended or dropped');
    const confirm = async (callerId: string) =>
      (await post(`${url}/accolades/prepaid`, { ...HANGUP, event: 'confirmHangup', callerId })).text();
    expect(await confirm('0211234567')).to.equal('{"action":"extend","duration":60}');
    expect(await confirm('0311000000')).to.equal('{"action":"drop"}');
  });

  it('Missed-call follow-up', async () => {
    await start(
      'Missed-call follow-up',
      byType('accolades-webhook', { waitAnswered: '1', waitUnanswered: '1' }),
    );
    await untilPresent();
    const send = (event: string, callId: string, userId: string) =>
      post(`${url}/accolades/missed`, { ...HANGUP, callDirection: 'in', event, callId, userId });
    await send('answer', '1.1', '27');
    for (const phone of ['28', '27']) await send('hangup', '1.1', phone);
    for (const phone of ['27', '28', '29']) await send('hangup', '1.2', phone);
    const tasks = await waitFor('a task', () => (runtime.received.length > 0 ? runtime.received : null));
    expect(tasks).to.have.lengthOf(1);
    expect(at(tasks[0]?.message, 'payload')).to.deep.equal({
      task: 'Call back +40 21 123 4567',
      phoneNumber: '+40211234567',
      callId: '1.2',
      waitSeconds: null,
    });
  });

  it('CRM update at hang-up', async () => {
    const crm = await standIn({});
    await start(
      'CRM update at hang-up',
      byType('tab', { env: [{ name: 'CRM_URL', value: `${crm}/calls`, type: 'str' }] }),
    );
    await post(`${url}/accolades/crm`, { ...HANGUP, duration: '95', userId: '27' });
    await waitFor('the CRM to be told', () => asked.length > 0);
    expect(JSON.parse(asked[0]?.body ?? '')).to.deep.equal({
      callId: '1608743891.1344',
      number: '+40211234567',
      direction: null,
      startedAt: '2020-12-23T17:18:11.000Z',
      durationSeconds: 95,
      user: '27',
    });
  });

  it('Click-to-call from a web form', async () => {
    const api = await standIn({ type: 'ok' });
    await start(
      'Click-to-call from a web form',
      (node) => ({
        ...byType('accolades-account', { url: api, accountNumber: '77001' })(node),
        ...byType('accolades-command', { deviceId: '27' })(node),
      }),
      await accountCredentials(),
    );
    expect(await (await fetch(`${url}/call`)).text()).to.match(/<form method="post" action="call">/);
    const response = await post(`${url}/call`, { phoneNumber: '021 123 4567' });
    expect(await response.text()).to.equal('Your phone rings. Answer it, and 0211234567 is called.');
    expect(asked[0]?.path).to.equal('/77001/dial/');
    expect((await post(`${url}/call`, { phoneNumber: 'x' })).status).to.equal(400);
    expect(asked).to.have.lengthOf(1);
  });

  for (const [name, env, event] of [
    ['Slack alert for queue calls', 'SLACK_WEBHOOK_URL', '0 is in the queue'],
    ['Caller lookup in a database', 'CONTACTS_URL', 'phone=eq.%2B40211234567'],
  ] as const) {
    it(name, async () => {
      const service = await standIn([{ name: 'Ana', company: 'Example' }]);
      await start(name, byType('tab', { env: [{ name: env, value: service, type: 'str' }] }));
      // A call as the call node sends it.
      const call = [...(await nodesOf(name))].find((node) => at(node, 'type') === 'accolades-call');
      const wires = at(call, 'wires', '0', '0');
      runtime.inject(String(wires), {
        topic: 'incomingCall',
        payload: {
          event: 'incomingCall',
          phoneNumber: event.startsWith('0') ? '0' : '0211234567',
          phone: event.startsWith('0') ? null : { e164: '+40211234567', international: '+40 21 123 4567' },
          agent: { label: 'Front desk' },
        },
      });
      await waitFor('the service to be asked', () => asked.length > 0);
      expect(`${asked[0]?.path ?? ''} ${asked[0]?.body ?? ''}`).to.contain(event);
    });
  }

  async function nodesOf(name: string): Promise<readonly unknown[]> {
    const parsed: unknown = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8'));
    const nodes: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
    return nodes;
  }

  async function accountCredentials(): Promise<Record<string, Record<string, string>>> {
    const nodes = await nodesOf('Click-to-call from a web form');
    const account = nodes.find((node) => at(node, 'type') === 'accolades-account');
    return { [String(at(account, 'id'))]: { password: 'the-password' } };
  }
});
