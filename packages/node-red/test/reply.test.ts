import { expect } from 'chai';
import { everythingSeen, type FlowNode, type TestRuntime } from './runtime.ts';
import { at } from './values.ts';
import { waitFor } from './wait.ts';
import { HANGUP, post, startWebhook, webhookFlow } from './webhook-rig.ts';

describe('accolades-reply', () => {
  let runtime: TestRuntime;
  let url: string;

  afterEach(async () => {
    await runtime.stop();
    everythingSeen.length = 0;
  });

  /** Starts a webhook node of each purpose, a function node and a reply node in a row. */
  async function start(
    func: string,
    reply: Readonly<Record<string, unknown>> = {},
    hook: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const fields = { wires: [['fn']], ivrFallback: '{"status":"unknown"}', replyLimitMs: '5000', ...hook };
    const other = (receives: string, events: readonly string[]): FlowNode => ({
      id: receives,
      type: 'accolades-webhook',
      z: 'tab',
      path: `/${receives}`,
      receives,
      events,
      ...fields,
    });
    const more: FlowNode[] = [
      other('notifications', ['confirmHangup']),
      other('connector', ['incomingCall']),
      { id: 'fn', type: 'function', z: 'tab', func, outputs: 1, libs: [], wires: [['reply', 'out']] },
      { id: 'reply', type: 'accolades-reply', z: 'tab', wires: [], ...reply },
    ];
    ({ runtime, url } = await startWebhook(webhookFlow({ receives: 'ivr', ...fields }, more)));
  }

  const ivr = async (query = 'orderNumber=417') =>
    fetch(`${url}/accolades?${query}`).then(async (response) => ({
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.text(),
    }));
  const confirm = () =>
    post(`${url}/notifications`, { ...HANGUP, event: 'confirmHangup' }).then((response) => response.text());

  it('answers an IVR request with the object that the flow has made, although that replaced the payload', async () => {
    await start(
      'msg.payload = { status: "shipped", days: 2, order: msg.payload.variables.orderNumber }; return msg;',
    );
    expect(await ivr()).to.deep.equal({
      status: 200,
      type: 'application/json; charset=utf-8',
      body: '{"status":"shipped","days":"2","order":"417"}',
    });
    await runtime.waitForStatus('reply', 'answered');
  });

  it('answers an IVR request with a list of typed values', async () => {
    await start('msg.found = { state: "sent" }; return msg;', {
      variablesFrom: 'list',
      variableList: [
        { name: 'status', type: 'msg', value: 'found.state' },
        { name: 'greeting', type: 'str', value: 'Bună ziua' },
        { name: 'days', type: 'jsonata', value: '1 + 1' },
        { name: 'none', type: 'msg', value: 'no.such.thing' },
      ],
    });
    expect((await ivr()).body).to.equal('{"status":"sent","greeting":"Bună ziua","days":"2","none":""}');
  });

  it('extends or drops a call, in the format of the endpoint', async () => {
    await start(
      'msg.payload = { decision: "extend", by: 120 }; return msg;',
      { reply: 'confirmHangup', seconds: 'payload.by', secondsType: 'msg' },
      {
        hangupFormat: 'form',
        hangupDecisionField: 'do',
        hangupSecondsField: 'sec',
        hangupExtendValue: 'go on',
      },
    );
    expect(await confirm()).to.equal('do=go+on&sec=120');
  });

  it('drops by a fixed decision', async () => {
    await start('return msg;', { reply: 'confirmHangup', decision: '', decisionType: 'drop' });
    expect(await confirm()).to.equal('{"action":"drop"}');
  });

  it('leaves the answer to the fallback when the flow takes too long, and says so to both nodes', async () => {
    await start('setTimeout(() => { msg.payload = {}; node.send(msg); }, 300);', {}, { replyLimitMs: '100' });
    expect((await ivr()).body).to.equal('{"status":"unknown"}');
    await runtime.waitForStatus('hook', 'fallback sent');
    const [caught] = await runtime.waitForMessages('caught', 1);
    expect(at(caught, 'error', 'code')).to.equal('REPLY_TOO_LATE');
    expect(runtime.statusOf('reply')).to.deep.include({ fill: 'red', text: 'too late' });
  });

  it('extends by the fallback when that is set', async () => {
    await start('', {}, { replyLimitMs: '100', hangupFallback: 'extend', hangupFallbackSeconds: '30' });
    expect(await confirm()).to.equal('{"action":"extend","duration":30}');
  });

  it('gives the fallback at once where the flow is not to answer', async () => {
    await start(
      'return msg;',
      {},
      { flowAnswersIvr: false, flowConfirmsHangup: false, replyLimitMs: '60000' },
    );
    expect((await ivr()).body).to.equal('{"status":"unknown"}');
    expect(await confirm()).to.equal('{"action":"drop"}');
    const messages = await runtime.waitForMessages('out', 2);
    for (const { payload } of messages) expect(at(payload, 'replyToken')).to.equal(null);
  });

  for (const [what, func, reply, code] of [
    [
      'a second answer',
      'node.send(RED.util.cloneMessage(msg)); return msg;',
      { variables: 'x' },
      'REPLY_ALREADY_SENT',
    ],
    ['an answer to nothing', 'return { payload: {} };', {}, 'REPLY_UNKNOWN'],
    ['a token of nobody', 'return { payload: { replyToken: "x" } };', { variables: 'y' }, 'REPLY_UNKNOWN'],
    ['a name with a blank', 'msg.payload = { "a b": 1 }; return msg;', {}, 'INVALID_REPLY'],
    ['the whole request', 'return msg;', {}, 'INVALID_REPLY'],
    [
      'eleven variables',
      'msg.payload = Object.fromEntries([..."abcdefghijk"].map((name) => [name, 1])); return msg;',
      {},
      'INVALID_REPLY',
    ],
    [
      'a decision about a caller',
      'return msg;',
      { reply: 'confirmHangup', decisionType: 'drop' },
      'INVALID_REPLY',
    ],
    ['no decision', 'return msg;', { reply: 'confirmHangup' }, 'INVALID_REPLY'],
    ['an answer of no kind', 'return msg;', { reply: 'perhaps' }, 'INVALID_PARAMETER'],
  ] as const) {
    it(`gives Catch nodes ${code} for ${what}`, async () => {
      await start(func, reply, { replyLimitMs: '200' });
      const answered = ivr();
      const [caught] = await runtime.waitForMessages('caught', 1);
      expect(at(caught, 'error', 'code')).to.equal(code);
      await answered;
    });
  }

  it('still answers a request that came before a redeployment, or while it went on', async () => {
    const flow = (name: string): FlowNode[] =>
      webhookFlow({ receives: 'ivr', name, wires: [['keep']] }, [
        { id: 'keep', type: 'collector', z: 'tab', wires: [] },
        { id: 'reply', type: 'accolades-reply', z: 'tab', variables: 'vars', wires: [] },
        { id: 'slow', type: 'slow', z: 'tab', name, wires: [] },
      ]);
    ({ runtime, url } = await startWebhook(flow('a')));
    const before = ivr();
    await runtime.waitForMessages('keep', 1);
    const deployed = runtime.deploy(flow('b'));
    await waitFor('the deployment to be held up', () => runtime.held);
    const during = ivr();
    runtime.letGo();
    await deployed;
    for (const message of await runtime.waitForMessages('keep', 2)) {
      runtime.inject('reply', { ...message, vars: { ok: true } });
    }
    expect((await before).body).to.equal('{"ok":"true"}');
    expect((await during).body).to.equal('{"ok":"true"}');
  });

  it('leaves a request to the fallback at once when the endpoint is removed', async () => {
    await start('', {}, { replyLimitMs: '60000', wires: [['out']] });
    const answered = ivr();
    await runtime.waitForMessages('out', 1);
    await runtime.deploy([]);
    expect((await answered).body).to.equal('{"status":"unknown"}');
  });

  it('knows when the caller is gone', async () => {
    // A reply of the wrong kind answers nothing, so the request keeps waiting.
    await start(
      '',
      { reply: 'confirmHangup', decisionType: 'drop' },
      { replyLimitMs: '60000', wires: [['out']] },
    );
    const gone = new AbortController();
    const answered = fetch(`${url}/accolades?a=1`, { signal: gone.signal }).catch(() => null);
    const [message] = await runtime.waitForMessages('out', 1);
    gone.abort();
    await answered;
    await waitFor('the answer to be too late', () => {
      runtime.inject('reply', { ...message });
      return runtime.messagesOf('caught').some((caught) => at(caught, 'error', 'code') === 'REPLY_TOO_LATE');
    });
    expect(at(runtime.messagesOf('caught').at(-1), 'error', 'message')).to.match(
      /The sender ended the request/,
    );
  });

  const forwarded = {
    apiName: 'connectorEvent',
    agent: '{"id":"321"}',
    frame: '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1344"}',
  };

  it('opens a page in front of the agent, or none for a caller who was not found', async () => {
    await start(
      'msg.payload = { url: msg.payload.phoneNumber.startsWith("021") ? "https://crm.example/7" : "" }; return msg;',
      { reply: 'screenPop', popTitle: 'payload.url', popTitleType: 'msg' },
      { flowPopsScreen: true },
    );
    const response = await post(`${url}/connector`, forwarded);
    expect(response.headers.get('access-control-allow-origin')).to.equal('*');
    expect(await response.json()).to.deep.equal({
      received: true,
      screenPop: { url: 'https://crm.example/7', title: 'https://crm.example/7' },
    });
    const other = { ...forwarded, frame: forwarded.frame.replace('021', '031') };
    expect(await post(`${url}/connector`, other).then((answer) => answer.json())).to.deep.equal({
      received: true,
    });
    expect(JSON.stringify(everythingSeen)).not.to.contain('time limit');
  });

  it('opens a page only for the agent whose phone answers, if set so', async () => {
    await start(
      'msg.payload = { url: "https://crm.example/7" }; return msg;',
      { reply: 'screenPop' },
      { flowPopsScreen: true, popWhenAnswered: true },
    );
    const ring = (phoneId: string): Promise<unknown> => {
      const agent = JSON.stringify({ label: `Agent ${phoneId}`, phoneId });
      return post(`${url}/connector`, { ...forwarded, agent }).then((response) => response.json());
    };
    // Phones of this test alone: an answer is remembered for a while, in the whole process.
    const rings = Promise.all([ring('91'), ring('92')]);
    await runtime.waitForMessages('out', 2);
    await post(`${url}/notifications`, { ...HANGUP, event: 'answer', userId: '92' });
    expect(await rings).to.deep.equal([
      { received: true, answeredBy: { label: 'Agent 92' } },
      { received: true, screenPop: { url: 'https://crm.example/7', title: '' } },
    ]);
  });

  it('does not keep the connector waiting unless set so', async () => {
    await start('return null;', { reply: 'screenPop' });
    const response = await post(`${url}/connector`, forwarded);
    expect(await response.text()).to.equal('{"received":true}');
  });

  it('acknowledges a call without a page when the flow is late or its address is not allowed', async () => {
    await start(
      'msg.payload = { url: "http://crm.example/7" }; return msg;',
      { reply: 'screenPop' },
      { flowPopsScreen: true, replyLimitMs: '200' },
    );
    const response = await post(`${url}/connector`, forwarded);
    expect(await response.text()).to.equal('{"received":true}');
    await waitFor('the refusal', () => JSON.stringify(everythingSeen).includes('start with https://'));
  });
});
