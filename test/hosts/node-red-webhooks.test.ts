import { expect } from 'chai';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { catchAll, debug, flowNode, tab } from './flow-nodes.ts';
import { errorOf, NodeRedRig, payloadOf } from './node-red-rig.ts';
import { SECRET } from './telephony.ts';

const HANGUP = { apiName: 'callNotification', event: 'hangup', callId: '1608743891.1344' };

/** Access checks in front of a flow. */
describe('The endpoint in a real Node-RED', () => {
  let rig: NodeRedRig;

  before(async () => {
    rig = await NodeRedRig.start();
  });

  after(() => rig.stop());

  const deploy = (
    fields: Readonly<Record<string, unknown>> = {},
    more: FlowNode[] = [],
    secret = SECRET,
  ): Promise<void> =>
    rig.deploy([
      tab('a'),
      {
        ...flowNode(
          'a',
          'hook',
          'accolades-webhook',
          {
            path: '/accolades',
            events: ['answer', 'confirmHangup', 'hangup', 'otherNotification'],
            ...fields,
          },
          [['out', 'reply']],
        ),
        credentials: { secret },
      },
      debug('a', 'out'),
      ...catchAll('a'),
      ...more,
    ]);

  const post = async (path: string, init: RequestInit): Promise<number> => {
    const response = await fetch(`${rig.host.url}${path}`, { method: 'POST', ...init });
    await response.text();
    return response.status;
  };

  const form = (fields: Readonly<Record<string, string>> = {}) => ({
    body: new URLSearchParams({ ...HANGUP, ...fields }),
  });

  it('accepts the secret in the path, the query or the form, and refuses other requests', async () => {
    await deploy({ secretParameter: 'key' });
    for (const [path, fields, status] of [
      ['/accolades', {}, 401],
      ['/accolades/wrong-secret-0000', {}, 401],
      ['/accolades', { key: `${SECRET}x` }, 401],
      [`/accolades?other=${SECRET}`, {}, 401],
      [`/accolades/${SECRET}`, {}, 200],
      [`/accolades?key=${SECRET}`, {}, 200],
      ['/accolades', { key: SECRET }, 200],
    ] as const) {
      const where = `${path} ${Object.keys(fields).join()}`.replace(SECRET, '…');
      expect(await post(path, form(fields)), where).to.equal(status);
    }
    const messages = await rig.waitForMessages('out', 3);
    expect(messages).to.have.lengthOf(3);
    for (const message of messages) expect(payloadOf(message)['raw']).to.deep.equal(HANGUP);
    expect(rig.host.output()).to.match(/\[warn\] \[accolades-webhook:hook\].*HTTP status 401/);
  });

  it('lets in whom the list of addresses names, as the proxy in front says', async () => {
    const from = (address: string) => ({ ...form(), headers: { 'x-forwarded-for': address } });
    await deploy({ allowedAddresses: '203.0.113.0/24, ::1' }, [], '');
    expect(await post('/accolades', form())).to.equal(403);
    // Without a trusted proxy, any client could write this header.
    expect(await post('/accolades', from('203.0.113.9'))).to.equal(403);
    await deploy({ allowedAddresses: '203.0.113.0/24', trustedProxies: '1' }, [], '');
    expect(await post('/accolades', from('203.0.113.9'))).to.equal(200);
    expect(await post('/accolades', from('198.51.100.7'))).to.equal(403);
    // Addresses further left were written by the client.
    expect(await post('/accolades', from('203.0.113.9, 198.51.100.7'))).to.equal(403);
    await rig.waitForMessages('out', 1);
    await deploy({ allowedAddresses: '203.0.113.0/24', trustedProxies: '127.0.0.1, 198.51.100.7' }, [], '');
    expect(await post('/accolades', from('203.0.113.9, 198.51.100.7'))).to.equal(200);
    await rig.waitForMessages('out', 1);
  });

  it('takes forms and JSON of a bounded size by POST, and nothing else', async () => {
    await deploy({ maxBodyBytes: '2000' });
    const path = `/accolades/${SECRET}`;
    const json = (body: string) => ({ body, headers: { 'content-type': 'application/json' } });
    expect(await post(path, form())).to.equal(200);
    expect(await post(path, json(JSON.stringify(HANGUP)))).to.equal(200);
    expect(await post(path, json('{"event":'))).to.equal(400);
    expect(await post(path, json('[1]'))).to.equal(400);
    expect(await post(path, { body: '<call/>', headers: { 'content-type': 'text/xml' } })).to.equal(415);
    expect(await post(path, form({ filler: 'x'.repeat(2_000) }))).to.equal(413);
    expect(await post(path, { method: 'GET' })).to.equal(400);
    expect(await post(path, { ...form(), method: 'PUT' })).to.equal(405);
    expect(await rig.waitForMessages('out', 2)).to.have.lengthOf(2);
  });

  it('asks for a path that no other node has, and for settings that can work', async () => {
    for (const [fields, says] of [
      [{ path: '' }, /No path is given/],
      [{ path: '/with space' }, /The path may hold/],
      [{ allowedAddresses: 'nowhere' }, /no IP address/],
      [{ receives: 'ivr', ivrFallback: '{"not a name":1}' }, /letters and digits/],
      [{ hangupFormat: 'yaml' }, /format/],
    ] as const) {
      await deploy(fields);
      const [message] = await rig.waitForMessages('a-caught', 1);
      expect(errorOf(message)['message'], JSON.stringify(fields)).to.match(says);
      expect(rig.client.statusOf('hook')).to.deep.include({ fill: 'red' });
    }
    await deploy({}, [flowNode('a', 'second', 'accolades-webhook', { path: '/Accolades/' }, [[]])]);
    const [message] = await rig.waitForMessages('a-caught', 1);
    expect(errorOf(message)['message']).to.match(/already has the path/);
  });

  it('accepts one valid reply per request, and reports an invalid one to Catch nodes', async () => {
    const reply = (fields: Readonly<Record<string, unknown>>): FlowNode =>
      flowNode('a', 'reply', 'accolades-reply', { reply: 'ivr', ...fields }, []);
    const failures = async (fields: Readonly<Record<string, unknown>>) => {
      await deploy({ receives: 'ivr', ivrFallback: '{"status":"unknown"}', replyLimitMs: '500' }, [
        reply(fields),
      ]);
      const answer = await fetch(`${rig.host.url}/accolades/${SECRET}?order=1`);
      const [message] = await rig.waitForMessages('a-caught', 1);
      return { answer: await answer.text(), error: errorOf(message) };
    };
    const list = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `v${i}`, value: 'x', type: 'str' }));
    for (const [fields, code] of [
      [{ variablesFrom: 'list', variableList: [{ name: 'a b', value: '1', type: 'str' }] }, 'INVALID_REPLY'],
      [{ variablesFrom: 'list', variableList: list(11) }, 'INVALID_REPLY'],
      [{ variables: 'shipped', variablesType: 'str' }, 'INVALID_REPLY'],
      [{ reply: 'confirmHangup', decision: 'drop', decisionType: 'drop' }, 'INVALID_REPLY'],
      [{ reply: 'shrug' }, 'INVALID_PARAMETER'],
    ] as const) {
      const { answer, error } = await failures(fields);
      expect(error['code'], JSON.stringify(fields)).to.equal(code);
      // An invalid reply must not leave the caller without an answer.
      expect(answer).to.equal('{"status":"unknown"}');
    }
  });

  it('keeps the secret out of everything', () => rig.expectNoSecret([SECRET]));
});
