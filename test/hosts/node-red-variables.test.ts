import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { objectFrom, type JsonObject } from '../../hosts/guards.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { accountNode, agentNode, catchAll, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { errorOf, NodeRedRig, payloadOf } from './node-red-rig.ts';
import { restUrl } from './telephony.ts';

/** Credentials of digits, which Node-RED's type “number” can hold. */
const IDCRM = '9123456780';
const ACCOUNT = '100200';
const PASSWORD = '73512';
const DEVICE = '27';

/** The forms of a field, and the types of its variable in “Global Environment Variables”. */
const FORMS: readonly {
  readonly what: string;
  readonly type: string;
  readonly write: (name: string) => string;
}[] = [
  { what: 'of type text', type: 'str', write: (name) => `\${${name}}` },
  { what: 'of type number', type: 'num', write: (name) => `$(${name})` },
  { what: 'with spaces around', type: 'str', write: (name) => ` \${${name}} ` },
  { what: 'of type number with spaces around', type: 'num', write: (name) => `\${${name}}\u00a0` },
  {
    what: 'with spaces and invisible characters inside',
    type: 'num',
    write: (name) => `\u200b\${ ${name} }`,
  },
];

describe('An environment variable in a field, in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    rig = await NodeRedRig.start();
    simulator = await createSimulator({
      agents: [{ idCrm: IDCRM, name: 'Front desk', phone: { id: DEVICE, data: '' } }],
      rest: {},
      accounts: [{ accountNumber: ACCOUNT, password: PASSWORD }],
    });
  });

  after(async () => {
    await rig.stop();
    await simulator.close();
  });

  const variables = (type: string): FlowNode => ({
    id: 'variables',
    type: 'global-config',
    env: [
      ...Object.entries({ IDCRM, ACCOUNT, PASSWORD, DEVICE, HOOK: '4711', SECRET: '998877' }).map(
        ([name, value]) => ({ name, value, type }),
      ),
      { name: 'PBX', value: simulator.url, type: 'str' },
      { name: 'REST', value: restUrl(simulator), type: 'str' },
    ],
  });

  const test = async (type: string, id: string, body: JsonObject): Promise<JsonObject> =>
    objectFrom(await rig.client.post(`/accolades-${type}/${id}/test`, body), 'the result');

  for (const { what, type, write } of FORMS) {
    const flow = (): FlowNode[] => [
      tab('a'),
      variables(type),
      agentNode('agent', write('PBX'), write('IDCRM'), { name: 'Reception' }),
      flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [[]]),
      accountNode('account', { url: write('REST'), accountNumber: write('ACCOUNT') }, write('PASSWORD')),
      inject('a', 'go', [['dial']]),
      flowNode(
        'a',
        'dial',
        'accolades-command',
        {
          account: 'account',
          command: 'dial',
          deviceId: write('DEVICE'),
          deviceIdType: 'str',
          phoneNumber: '0721234567',
          phoneNumberType: 'str',
        },
        [['dialled']],
      ),
      debug('a', 'dialled'),
      {
        ...flowNode('a', 'hook', 'accolades-webhook', { path: write('HOOK'), receives: 'ivr' }, [['reply']]),
        credentials: { secret: write('SECRET') },
      },
      flowNode(
        'a',
        'reply',
        'accolades-reply',
        {
          reply: 'ivr',
          variablesFrom: 'list',
          variableList: [{ name: 'order', value: write('HOOK'), type: 'str' }],
        },
        [],
      ),
      ...catchAll('a'),
    ];

    it(`${what} is read alike in every field, by the nodes`, async () => {
      await rig.deploy(flow());
      await waitUntil('the agent', () => rig.client.statusOf('calls')?.text === 'connected', {
        deadlineMs: 10_000,
        details: () => rig.host.output().slice(-1_500),
      });
      expect(payloadOf(await rig.next('dialled', () => rig.client.inject('go', {})))).to.include({
        deviceId: DEVICE,
      });
      const answer = await fetch(`${rig.host.url}/4711/998877?order=1`);
      expect([answer.status, await answer.text()]).to.deep.equal([200, '{"order":"4711"}']);
      expect((await fetch(`${rig.host.url}/4711/wrong?order=1`)).status).not.to.equal(200);
      expect(rig.messagesOf('a-caught')).to.deep.equal([]);
    });

    it(`${what} is read alike by the tests of the dialogs, deployed or not`, async () => {
      await rig.deploy(flow());
      const agent = { name: 'Reception', url: write('PBX'), country: 'RO', tls: '' };
      const account = { url: write('REST'), accountNumber: write('ACCOUNT'), tls: '' };
      // The stored secret is sent again to the server that it was deployed with.
      expect(await test('agent', 'agent', agent)).to.include({ ok: true });
      expect(await test('account', 'account', account)).to.include({ ok: true });
      expect(await test('agent', 'agent', { ...agent, url: simulator.url })).to.include({ ok: true });
      expect(await test('agent', 'new', { ...agent, idCrm: write('IDCRM') })).to.include({ ok: true });
      expect(await test('account', 'new', { ...account, password: write('PASSWORD') })).to.include({
        ok: true,
      });
    });
  }

  it('that is not set is named, in the same words by the node and by the test', async () => {
    for (const typed of ['${NOT_THERE}', ' ${NOT_THERE} ']) {
      const says = 'The environment variable NOT_THERE is not set.';
      await rig.deploy([
        tab('a'),
        agentNode('agent', simulator.url, typed),
        flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [[]]),
        ...catchAll('a'),
      ]);
      const [caught] = await rig.waitForMessages('a-caught', 1);
      expect(errorOf(caught)['message']).to.match(new RegExp(`^${says}`));
      const result = await test('agent', 'agent', { url: simulator.url, country: 'RO', tls: '' });
      expect(result['message']).to.match(new RegExp(`^${says}`));
      for (const fields of [{ path: typed }, { phoneField: typed }, { trustedProxies: typed }]) {
        await rig.deploy([
          tab('a'),
          flowNode('a', 'hook', 'accolades-webhook', fields, [[]]),
          ...catchAll('a'),
        ]);
        const [refused] = await rig.waitForMessages('a-caught', 1);
        expect(errorOf(refused)['message'], JSON.stringify(fields)).to.match(new RegExp(`^${says}`));
      }
    }
  });

  it('that holds an object is refused with the type that it needs', async () => {
    await rig.deploy([
      tab('a'),
      { id: 'variables', type: 'global-config', env: [{ name: 'IDCRM', value: '{"a":1}', type: 'json' }] },
      agentNode('agent', simulator.url, '${IDCRM}'),
      flowNode('a', 'calls', 'accolades-call', { agent: 'agent', events: ['incomingCall'] }, [[]]),
      ...catchAll('a'),
    ]);
    const [caught] = await rig.waitForMessages('a-caught', 1);
    expect(errorOf(caught)['message']).to.match(/is of the type object\. Give it the type “string”/);
  });
});
