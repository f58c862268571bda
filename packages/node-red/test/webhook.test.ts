import { request as httpRequest } from 'node:http';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { everythingSeen, type FlowNode, type TestRuntime } from './runtime.ts';
import { at } from './values.ts';
import { waitFor } from './wait.ts';
import { HANGUP, post, SECRET, startWebhook, webhookFlow } from './webhook-rig.ts';

describe('accolades-webhook', () => {
  let runtime: TestRuntime;
  let url: string;

  async function start(flow: readonly FlowNode[], secret?: string): Promise<void> {
    ({ runtime, url } = await startWebhook(flow, secret === undefined ? {} : { hook: { secret } }));
  }

  afterEach(async () => {
    await runtime.stop();
    expect(everythingSeen.splice(0).join('\n').includes(SECRET), 'the secret leaked').to.equal(false);
  });

  it('answers a notification and sends it, and shows it', async () => {
    await start(webhookFlow());
    expect(runtime.statusOf('hook')).to.deep.include({ fill: 'green', shape: 'dot', text: 'ready' });
    const response = await post(`${url}/accolades`, HANGUP);
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('OK');
    const [message] = await runtime.waitForMessages('out', 1);
    expect(message).to.deep.include({ topic: 'hangup' });
    expect(at(message?.['payload'], 'phone', 'e164')).to.equal('+40211234567');
    expect(runtime.statusOf('hook')).to.deep.include({ fill: 'blue', text: 'hangup 0211234567' });
  });

  it('answers before the flow runs', async () => {
    await start(
      webhookFlow({ wires: [['busy']], events: ['hangup'] }, [
        {
          id: 'busy',
          type: 'function',
          z: 'tab',
          func: 'const end = Date.now() + 600; while (Date.now() < end); return msg;',
          outputs: 1,
          libs: [],
          wires: [['out']],
        },
      ]),
    );
    const took = await postFromAnotherThread(`${url}/accolades`, new URLSearchParams(HANGUP).toString());
    expect(took, 'ms until the answer').to.be.lessThan(300);
    await runtime.waitForMessages('out', 1);
  });

  it('sends only selected events, each to its output, and answers all requests', async () => {
    await start(
      webhookFlow(
        {
          events: ['hangup', 'answer', 'confirmHangup'],
          splitOutputs: true,
          wires: [['o1'], ['o2'], ['o3']],
        },
        [
          { id: 'o1', type: 'collector', z: 'tab', wires: [] },
          { id: 'o2', type: 'collector', z: 'tab', wires: [] },
          { id: 'o3', type: 'collector', z: 'tab', wires: [] },
        ],
      ),
    );
    for (const event of ['transfer', 'answer', 'hangup']) {
      expect((await post(`${url}/accolades`, { ...HANGUP, event })).status, event).to.equal(200);
    }
    await runtime.waitForMessages('o3', 1);
    await runtime.waitForMessages('o1', 1);
    expect(runtime.messagesOf('o1').map(({ topic }) => topic)).to.deep.equal(['answer']);
    expect(runtime.messagesOf('o2')).to.deep.equal([]);
    expect(runtime.messagesOf('o3').map(({ topic }) => topic)).to.deep.equal(['hangup']);
  });

  it('accepts the secret in path, query or form, and refuses other requests', async () => {
    await start(webhookFlow({ secretParameter: 'key' }), SECRET);
    for (const [path, fields, status] of [
      ['/accolades', {}, 401],
      ['/accolades/wrong', {}, 401],
      [`/accolades/${SECRET}/more`, {}, 404],
      [`/accolades/${SECRET}`, {}, 200],
      [`/accolades/${SECRET}/`, {}, 200],
      [`/accolades?key=${SECRET}`, {}, 200],
      ['/accolades', { key: SECRET }, 200],
      ['/accolades', { secret: SECRET }, 401],
    ] as const) {
      const response = await post(`${url}${path}`, { ...HANGUP, ...fields });
      expect(response.status, `${path} ${Object.keys(fields).join()}`.replace(SECRET, '…')).to.equal(status);
      await response.text();
    }
    const messages = await runtime.waitForMessages('out', 4);
    for (const { payload } of messages) expect(at(payload, 'raw')).to.deep.equal(HANGUP);
    expect(runtime.logOf('hook', 'warn')).to.have.lengthOf(1);
    expect(runtime.logOf('hook', 'warn')[0]).to.match(/from 127\.0\.0\.… with HTTP status 401/);
  });

  for (const [name, value] of [
    ['empty', ''],
    ['a zero-width space', '\u200B'],
  ] as const) {
    it(`does not open its path when the variable that holds the secret is ${name}`, async () => {
      process.env['TEST_SECRET'] = value;
      try {
        await start(webhookFlow(), '${TEST_SECRET}');
      } finally {
        delete process.env['TEST_SECRET'];
      }
      expect((await post(`${url}/accolades`, HANGUP)).status).to.equal(404);
      expect(runtime.statusOf('hook')).to.deep.include({
        fill: 'red',
        shape: 'ring',
        text: 'wrong settings',
      });
      const [caught] = await runtime.waitForMessages('caught', 1);
      expect(at(caught, 'error', 'message')).to.match(/secret is blank.*not opened/);
    });
  }

  it('does not open its path when the variable of its allowed addresses is empty', async () => {
    process.env['TEST_ADDRESSES'] = '';
    try {
      await start(webhookFlow({ allowedAddresses: '${TEST_ADDRESSES}' }));
    } finally {
      delete process.env['TEST_ADDRESSES'];
    }
    expect((await post(`${url}/accolades`, HANGUP)).status).to.equal(404);
    const [caught] = await runtime.waitForMessages('caught', 1);
    expect(at(caught, 'error', 'message')).to.match(
      /^Set the environment variable TEST_ADDRESSES.*or clear the field to accept requests from every address/,
    );
  });

  it('takes a secret with invisible characters pasted around it', async () => {
    await start(webhookFlow(), `\u200B${SECRET}\uFE0F`);
    expect((await post(`${url}/accolades/${SECRET}`, HANGUP)).status).to.equal(200);
    expect((await post(`${url}/accolades`, HANGUP)).status).to.equal(401);
  });

  it('treats an empty secret as none', async () => {
    await start(webhookFlow(), '');
    expect((await post(`${url}/accolades`, HANGUP)).status).to.equal(200);
  });

  it('refuses other methods, addresses and sizes', async () => {
    await start(
      webhookFlow({
        allowedAddresses: '203.0.113.0/24',
        trustedProxies: '1',
        maxBodyBytes: '1024',
      }),
    );
    const send = (init: RequestInit, from = '203.0.113.9') =>
      fetch(`${url}/accolades`, { ...init, headers: { 'x-forwarded-for': from } }).then(
        ({ status }) => status,
      );
    const body = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
    expect(await send(body(HANGUP))).to.equal(200);
    expect(await send(body(HANGUP), '198.51.100.1')).to.equal(403);
    expect(await send({})).to.equal(400);
    expect(await send({ method: 'PUT' })).to.equal(405);
    expect(await send(body({ ...HANGUP, x: 'x'.repeat(2_000) }))).to.equal(413);
    await runtime.waitForMessages('out', 1);
    expect(runtime.messagesOf('out')).to.have.lengthOf(1);
  });

  it('lets a page of another origin send events of the browser connector, and read only their answers', async () => {
    await start(webhookFlow({ receives: 'connector', events: ['agentConnected'] }));
    const preflight = await fetch(`${url}/accolades`, {
      method: 'OPTIONS',
      headers: { origin: 'https://pbx.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('*');
    expect(preflight.headers.get('access-control-allow-headers')).to.equal('content-type');
    const event = { apiName: 'connectorEvent', event: 'agentConnected', agent: '{}' };
    const originOf = async (fields: Readonly<Record<string, string>>): Promise<string | null> => {
      const response = await post(`${url}/accolades`, fields);
      return response.headers.get('access-control-allow-origin');
    };
    expect(await originOf(event)).to.equal('*');
    expect(await originOf(HANGUP)).to.equal(null);
  });

  it('reports a taken path, keeps its first node, and claims it once it is free', async () => {
    const second: FlowNode = {
      id: 'hook2',
      type: 'accolades-webhook',
      z: 'tab',
      path: 'Accolades/',
      events: ['hangup'],
      wires: [['out2']],
    };
    const out2: FlowNode = { id: 'out2', type: 'collector', z: 'tab', wires: [] };
    await start(webhookFlow());
    // The new node is created first; the node that had the path must keep it.
    await runtime.deploy([...webhookFlow().slice(0, 1), second, out2, ...webhookFlow().slice(1)]);
    expect(runtime.statusOf('hook')?.text).to.equal('ready');
    expect(runtime.statusOf('hook2')?.text).to.equal('path in use');
    const [caught] = await runtime.waitForMessages('caught', 1);
    expect(at(caught, 'error', 'message')).to.match(/Another node \(hook\) already has the path/);
    await post(`${url}/accolades`, HANGUP);
    await runtime.waitForMessages('out', 1);
    expect(runtime.messagesOf('out2')).to.deep.equal([]);

    await runtime.deploy([...webhookFlow().filter(({ id }) => id !== 'hook'), second, out2], 'nodes');
    expect(runtime.statusOf('hook2')?.text).to.equal('ready');
    await post(`${url}/accolades`, HANGUP);
    await runtime.waitForMessages('out2', 1);
  });

  it('releases only its own path when it is removed', async () => {
    await start(
      webhookFlow({}, [
        {
          id: 'hook2',
          type: 'accolades-webhook',
          z: 'tab',
          path: '/accolades/two',
          events: ['hangup'],
          wires: [['out']],
        },
      ]),
    );
    await runtime.deploy(webhookFlow({ id: 'hook2', path: '/accolades/two' }));
    expect((await post(`${url}/accolades`, HANGUP)).status).to.equal(404);
    expect((await post(`${url}/accolades/two`, HANGUP)).status).to.equal(200);
  });

  it('answers through a redeployment, and loses and doubles nothing', async () => {
    const flow = (name: string) =>
      webhookFlow({ name }, [{ id: 'slow', type: 'slow', z: 'tab', name, wires: [] }]);
    await start(flow('a'));
    const deployed = runtime.deploy(flow('b'));
    await waitFor('the deployment to be held up', () => runtime.held);
    const ids = Array.from({ length: 20 }, (_, index) => `1608743891.${index}`);
    for (const callId of ids) {
      expect((await post(`${url}/accolades`, { ...HANGUP, callId })).status).to.equal(200);
    }
    expect(runtime.messagesOf('out')).to.deep.equal([]);
    runtime.letGo();
    await deployed;
    const messages = await runtime.waitForMessages('out', ids.length);
    expect(messages.map(({ payload }) => at(payload, 'callId'))).to.deep.equal(ids);
  });

  it('holds no more than 8 MiB during a redeployment, and says how many it dropped', async () => {
    const flow = (name: string) =>
      webhookFlow({ name }, [{ id: 'slow', type: 'slow', z: 'tab', name, wires: [] }]);
    await start(flow('a'));
    const deployed = runtime.deploy(flow('b'));
    await waitFor('the deployment to be held up', () => runtime.held);
    const large = 'x'.repeat(60_000);
    for (let n = 0; n < 200; n++) {
      const form = { ...HANGUP, callId: `1608743891.${n}`, note: large };
      expect((await post(`${url}/accolades`, form)).status).to.equal(200);
    }
    runtime.letGo();
    await deployed;
    const [caught] = await runtime.waitForMessages('caught', 1);
    const dropped = Number(/\d+/.exec(String(at(caught, 'error', 'message')))?.[0]);
    const kept = 200 - dropped;
    expect(kept * large.length).to.be.within(7_000_000, 8 * 1024 * 1024);
    const messages = await runtime.waitForMessages('out', kept);
    expect(at(messages[0]?.['payload'], 'callId')).to.equal(`1608743891.${dropped}`);
  });

  it('keeps held messages when its path changes', async () => {
    const flow = (path: string) =>
      webhookFlow({ path }, [{ id: 'slow', type: 'slow', z: 'tab', name: path, wires: [] }]);
    await start(flow('/one'));
    const deployed = runtime.deploy(flow('/two'));
    await waitFor('the deployment to be held up', () => runtime.held);
    await post(`${url}/one`, HANGUP);
    runtime.letGo();
    await deployed;
    await runtime.waitForMessages('out', 1);
    expect((await post(`${url}/one`, HANGUP)).status).to.equal(404);
    expect((await post(`${url}/two`, HANGUP)).status).to.equal(200);
  });

  it('accepts a request whose body arrives during a redeployment', async () => {
    await start(webhookFlow({ name: 'a' }));
    const body = new URLSearchParams(HANGUP).toString();
    const answered = new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${url}/accolades`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(body.length),
        },
      });
      sent.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
      });
      sent.on('error', reject);
      sent.write(body.slice(0, 10), () => {
        void runtime.deploy(webhookFlow({ name: 'b' })).then(() => sent.end(body.slice(10)));
      });
    });
    expect(await answered).to.equal(200);
    await runtime.waitForMessages('out', 1);
  });

  it('reports invalid settings to Catch nodes', async () => {
    for (const [hook, status] of [
      [{ path: 'a b' }, 'wrong settings'],
      [{ path: '/' }, 'wrong settings'],
      [{ path: '/flows' }, 'path reserved'],
      [{ events: [] }, 'wrong settings'],
      [{ allowedAddresses: 'here' }, 'wrong settings'],
      [{ receives: 'ivr', ivrFallback: '{"a b":1}' }, 'wrong reply'],
      [{ receives: 'ivr', method: 'delete' }, 'wrong settings'],
      [{ receives: 'everything' }, 'wrong settings'],
      [{ events: ['incomingCall'], version: 2 }, 'wrong settings'],
      [{ events: ['callEnded'], waitUnanswered: '3601' }, 'wrong settings'],
      [{ events: ['missedCall'], hangups: 'some' }, 'wrong settings'],
      [{ receives: 'connector', events: ['incomingCall'], numbers: '/(/' }, 'wrong settings'],
    ] as const) {
      await start(webhookFlow(hook));
      expect(runtime.statusOf('hook')?.text, JSON.stringify(hook)).to.equal(status);
      await runtime.waitForMessages('caught', 1);
      await runtime.stop();
    }
  });
});

/** The duration of an answer, in milliseconds, measured outside the thread that runs the flow. */
async function postFromAnotherThread(url: string, body: string): Promise<number> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     fetch(workerData.url).catch(() => undefined).then(async () => {
       const start = performance.now();
       await fetch(workerData.url, {
         method: 'POST',
         headers: { 'content-type': 'application/x-www-form-urlencoded' },
         body: workerData.body,
       });
       parentPort.postMessage(performance.now() - start);
     });`,
    { eval: true, execArgv: [], workerData: { url, body } },
  );
  try {
    const took: unknown = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    return Number(took);
  } finally {
    await worker.terminate();
  }
}
