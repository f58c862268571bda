import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { objectFrom, type JsonObject } from '../../hosts/guards.ts';
import { startNodeRed, type FlowNode } from '../../hosts/node-red/launch.ts';
import { selfSigned } from '../chaos/support/tls-material.ts';
import { accountNode, catchAll, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { errorOf, NodeRedRig, payloadOf } from './node-red-rig.ts';
import { expectNoSecret } from './secrets.ts';
import { ACCOUNT, commandCount, DEVICE, PASSWORD, restUrl, startTelephony } from './telephony.ts';
import { tarball } from './tarballs.ts';

const WRONG = 'another-Passw0rd';

/** The test button in an account's dialog, and accounts with a server of their own. */
describe('An account in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;

  before(async () => {
    rig = await NodeRedRig.start({ TEST_ACCOUNT: ACCOUNT, TEST_PASSWORD: PASSWORD });
  });

  after(() => rig.stop());

  beforeEach(async () => {
    simulator = await startTelephony();
  });

  afterEach(() => simulator.close());

  const typed = (more: JsonObject = {}): JsonObject => ({
    url: restUrl(simulator),
    accountNumber: ACCOUNT,
    tls: '',
    ...more,
  });

  const test = async (body: JsonObject, id = 'account'): Promise<JsonObject> =>
    objectFrom(await rig.client.post(`/accolades-account/${id}/test`, body), 'the result');

  const deployed = (password = PASSWORD): FlowNode[] => [
    tab('a'),
    accountNode('account', { url: restUrl(simulator), accountNumber: ACCOUNT }, password),
  ];

  it('is tested with the stored password, which the browser does not know', async () => {
    await rig.deploy(deployed());
    expect(await test(typed())).to.deep.equal({
      ok: true,
      message: 'Accolades accepts the account and its password.',
      code: null,
    });
    expect(simulator.telephony.accountLog(ACCOUNT).map(({ command }) => command)).to.deep.equal(['ping']);
  });

  it('is tested with the typed values, before a deployment, and with variables', async () => {
    await rig.deploy([tab('a')]);
    expect(await test(typed({ password: PASSWORD }), 'new')).to.include({ ok: true });
    const variables = { accountNumber: '${TEST_ACCOUNT}', password: '$(TEST_PASSWORD)' };
    expect(await test(typed(variables), 'new')).to.include({ ok: true });
    expect(await test(typed({ password: '${NOT_THERE}' }), 'new')).to.deep.include({
      ok: false,
      code: 'INVALID_ACCOUNT',
      message: 'The environment variable NOT_THERE is not set. The account is not valid.',
    });
    expect(await test(typed(), 'new')).to.include({ ok: false, code: 'INVALID_ACCOUNT' });
    expect(commandCount(simulator)).to.equal(2);
  });

  it('reports a refusal, and does not send the same credentials again', async () => {
    await rig.deploy(deployed());
    const refused = await test(typed({ password: WRONG }));
    expect(refused).to.include({ ok: false, code: 'UNAUTHORIZED' });
    expect(refused['message']).to.match(/password is wrong/);
    expect(await test(typed({ password: WRONG }))).to.include({ ok: false, code: 'COOLING_DOWN' });
    expect(commandCount(simulator)).to.equal(1);
    expect(await test(typed())).to.include({ ok: true });
  });

  it('sends the stored password to no other server', async () => {
    await rig.deploy(deployed());
    const other = await startTelephony();
    try {
      const refused = await test(typed({ url: restUrl(other) }));
      expect(refused).to.include({ ok: false, code: 'INVALID_ACCOUNT' });
      expect(refused['message']).to.match(/Type it again/);
      expect(commandCount(other)).to.equal(0);
      expect(await test(typed({ url: restUrl(other), password: PASSWORD }))).to.include({ ok: true });
    } finally {
      await other.close();
    }
  });

  it('refuses tests from other pages’ forms', async () => {
    await rig.deploy(deployed());
    for (const body of [new URLSearchParams({ url: restUrl(simulator) }), JSON.stringify(typed())]) {
      const response = await fetch(`${rig.host.url}/accolades-account/account/test`, {
        method: 'POST',
        body,
      });
      expect(response.status).to.equal(400);
    }
    expect(commandCount(simulator)).to.equal(0);
  });

  it('refuses tests without the permission to deploy', async () => {
    const userDir = await mkdtemp(path.join(tmpdir(), 'accolades-node-red-'));
    const host = await startNodeRed({
      userDir,
      packages: [await tarball('node-red')],
      settings: { adminAuth: { type: 'credentials', users: [], default: { permissions: 'read' } } },
    });
    try {
      const response = await fetch(`${host.url}/accolades-account/account/test`, {
        method: 'POST',
        body: JSON.stringify(typed({ password: PASSWORD })),
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).to.equal(401);
      expect(commandCount(simulator)).to.equal(0);
    } finally {
      await host.stop();
      await rm(userDir, { recursive: true, force: true });
    }
  });

  it('reaches a server with a certificate of its own by a TLS configuration', async () => {
    const { key, cert } = await selfSigned();
    const encrypted = await createSimulator({
      tls: { key, cert },
      agents: [{ idCrm: 'a-key-of-nobody', name: 'Nobody', phone: { id: DEVICE, data: '' } }],
      rest: {},
      accounts: [{ accountNumber: ACCOUNT, password: PASSWORD }],
    });
    try {
      const url = restUrl(encrypted);
      const flow = (tls: string): FlowNode[] => [
        tab('a'),
        tlsNode('authority', true, cert),
        tlsNode('any', false, ''),
        accountNode('account', { url, accountNumber: ACCOUNT, tls }, PASSWORD),
        inject('a', 'go', [['do']]),
        flowNode('a', 'do', 'accolades-command', { account: 'account', command: 'ping' }, [['out']]),
        debug('a', 'out'),
        ...catchAll('a'),
      ];
      const ping = (name: string) => rig.next(name, () => rig.client.inject('go', {}));
      await rig.deploy(flow(''));
      expect(errorOf(await ping('a-caught'))).to.include({ code: 'TLS_FAILED' });
      expect(await test(typed({ url }))).to.include({ ok: false, code: 'TLS_FAILED' });
      expect(await test(typed({ url, tls: 'authority' }))).to.include({ ok: true });
      await rig.deploy(flow('authority'));
      expect(payloadOf(await ping('out'))).to.include({ ok: true });
      expect(rig.host.output()).not.to.match(/certificate of the server is not verified/);
      await rig.deploy(flow('any'));
      expect(payloadOf(await ping('out'))).to.include({ ok: true });
      expect(rig.host.output()).to.match(
        /\[accolades-account:account\].*certificate of the server is not verified/,
      );
      await rig.deploy(flow('gone'));
      expect(errorOf(await ping('a-caught'))['message']).to.match(/TLS configuration is missing/);
    } finally {
      await encrypted.close();
    }
  });

  it('keeps the passwords out of everything', async () => {
    await rig.expectNoSecret([PASSWORD, WRONG]);
    const credentials = await rig.client.credentialsOf('accolades-account', 'account');
    expectNoSecret('what the editor is told', JSON.stringify(credentials), [PASSWORD]);
  });
});

function tlsNode(id: string, verify: boolean, ca: string): FlowNode {
  return {
    id,
    type: 'tls-config',
    name: '',
    cert: '',
    key: '',
    ca: '',
    certname: '',
    keyname: '',
    caname: ca === '' ? '' : 'ca.pem',
    servername: '',
    verifyservercert: verify,
    credentials: { cadata: ca },
  };
}
