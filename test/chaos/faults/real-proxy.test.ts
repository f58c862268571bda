import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { AccoladesError, Hub, type ServerOptions, type SessionStatus } from '@accolades-flow/core';
import { accountClient, nodePlatform } from '@accolades-flow/core/node';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { freePort } from '../../../hosts/ports.ts';
import {
  startTinyproxy,
  type TinyproxyOptions,
  type TinyproxyService,
} from '../../../hosts/services/tinyproxy.ts';
import { selfSigned } from '../support/tls-material.ts';
import { until } from '../support/until.ts';

const ID_CRM = 'agent-behind-a-proxy';
const PASSWORD = 'password-of-the-account';
const USER = { name: 'flow', password: 'pass-word-of-the-proxy' };
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

describe('A company’s HTTP proxy (tinyproxy)', () => {
  const saved = new Map(PROXY_VARIABLES.map((name) => [name, process.env[name]]));
  let tls: { key: string; cert: string };
  let hub: Hub;
  let ends: (() => Promise<unknown>)[];

  before(async () => {
    tls = await selfSigned();
  });

  beforeEach(() => {
    for (const name of PROXY_VARIABLES) Reflect.deleteProperty(process.env, name);
    hub = new Hub(nodePlatform);
    ends = [];
  });

  afterEach(async () => {
    hub.close();
    for (const end of ends.reverse()) await end();
    for (const [name, value] of saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  async function proxy(options: TinyproxyOptions = {}): Promise<TinyproxyService> {
    const service = await startTinyproxy(options);
    ends.push(() => service.stop());
    return service;
  }

  async function simulator(scheme: 'ws' | 'wss'): Promise<Simulator> {
    const started = await createSimulator({
      agents: [{ idCrm: ID_CRM, name: 'Agent' }],
      rest: {},
      accounts: [{ accountNumber: '100200', password: PASSWORD }],
      ...(scheme === 'wss' ? { tls } : {}),
    });
    ends.push(() => started.close());
    return started;
  }

  /** A subscription, with the calls that arrive and the status of its agent. */
  function subscribe(server: ServerOptions): { calls: string[]; status: () => SessionStatus } {
    const calls: string[] = [];
    const subscription = hub.subscribe({
      owner: 'test',
      agents: [{ label: 'Agent', idCrm: ID_CRM }],
      server,
      onEvent: (event) => {
        if ('uniqueId' in event) calls.push(event.uniqueId);
      },
    });
    return {
      calls,
      status: () => subscription.status.agents[0]?.status ?? expect.fail('There is no agent.'),
    };
  }

  async function reasonOf(server: ServerOptions): Promise<AccoladesError> {
    const { status } = subscribe(server);
    await until('the first attempt has failed', () => status().state === 'waiting');
    const failed = status();
    return failed.state === 'waiting' ? failed.reason : expect.fail(failed.state);
  }

  const viaProxy = (service: TinyproxyService, user = ''): string => service.url.replace('://', `://${user}`);

  for (const scheme of ['ws', 'wss'] as const) {
    for (const authenticated of [false, true]) {
      it(`carries a session (${scheme}:)${authenticated ? ', with a user and a password' : ''}`, async () => {
        const way = await proxy(authenticated ? { user: USER } : {});
        const pbx = await simulator(scheme);
        process.env[scheme === 'ws' ? 'HTTP_PROXY' : 'HTTPS_PROXY'] = viaProxy(
          way,
          authenticated ? `${USER.name}:${USER.password}@` : '',
        );
        const { calls, status } = subscribe({ url: pbx.url, tls: { ca: tls.cert } });
        await until(
          'the session is ready',
          () => status().state === 'ready',
          10_000,
          () => way.process.tail(),
        );
        const { uniqueId } = pbx.placeCall({ agents: ID_CRM, phoneNumber: '0211234567' });
        await until('the call has arrived', () => calls.length > 0);
        expect(calls).to.deep.equal([uniqueId]);
        expect(way.tunnels()).to.deep.equal([new URL(pbx.url).host]);
      });
    }
  }

  for (const scheme of ['http', 'https'] as const) {
    it(`carries a command (${scheme}:), with a user and a password`, async () => {
      const way = await proxy({ user: USER });
      const pbx = await simulator('ws');
      const url = scheme === 'http' ? String(pbx.restUrl) : await encrypted(String(pbx.restUrl));
      process.env[`${scheme.toUpperCase()}_PROXY`] = viaProxy(way, `${USER.name}:${USER.password}@`);
      const account = accountClient({
        accountNumber: '100200',
        password: PASSWORD,
        url,
        tls: { ca: tls.cert },
      });
      expect(await account.ping()).to.deep.include({ response: { type: 'pong' } });
      expect(way.tunnels()).to.deep.equal([new URL(url).host]);
    });
  }

  it('is not used for hosts in NO_PROXY', async () => {
    const way = await proxy({ user: USER });
    const pbx = await simulator('ws');
    process.env['HTTP_PROXY'] = viaProxy(way);
    process.env['NO_PROXY'] = 'example.com,127.0.0.1';
    const { status } = subscribe({ url: pbx.url });
    await until('the session is ready', () => status().state === 'ready');
    await accountClient({ accountNumber: '100200', password: PASSWORD, url: pbx.restUrl }).ping();
    expect(way.tunnels()).to.deep.equal([]);
  });

  for (const [what, options, user] of [
    ['asks for a password and gets none', { user: USER }, ''],
    ['gets a wrong password', { user: USER }, `${USER.name}:not-this-one@`],
    ['does not let the port through', { connectPorts: [443] }, ''],
    ['cannot reach the server', {}, ''],
  ] as const) {
    it(`is named as the cause when it ${what}`, async () => {
      const way = await proxy(options);
      const port = await freePort();
      process.env['HTTP_PROXY'] = process.env['HTTPS_PROXY'] = viaProxy(way, user);
      for (const scheme of ['ws', 'wss'] as const) {
        const reason = await reasonOf({ url: `${scheme}://127.0.0.1:${port}` });
        expect(reason.code, `${scheme}: ${reason.message}`).to.equal('PROXY_FAILED');
        expect(reason.message).to.include('HTTPS_PROXY').and.not.to.include('not-this-one');
        hub.close();
      }
      for (const scheme of ['http', 'https'] as const) {
        const url = `${scheme}://127.0.0.1:${port}`;
        const account = accountClient({ accountNumber: '100200', password: PASSWORD, url });
        const error = await account.dial({ deviceId: '27', phoneNumber: '0211234567' }).then(
          () => expect.fail('The command was carried out.'),
          (thrown: unknown) => thrown,
        );
        if (!(error instanceof AccoladesError)) throw error;
        expect(error.code, `${scheme}: ${error.message}`).to.equal('PROXY_FAILED');
        expect(error.message).not.to.include('not-this-one').and.not.to.include(PASSWORD);
      }
    });
  }

  /** The address of a TLS proxy in front of the simulator's REST API. */
  async function encrypted(restUrl: string): Promise<string> {
    const server: TlsServer = createTlsServer(tls, (request, response) => {
      void (async () => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
        const { 'content-type': type = '' } = request.headers;
        const headers = { 'content-type': type };
        const answer = await fetch(`${restUrl}${request.url ?? ''}`, {
          method: 'POST',
          headers,
          body: Buffer.concat(chunks),
        });
        response.writeHead(answer.status).end(await answer.text());
      })();
    });
    return `https://127.0.0.1:${await listening(server)}`;
  }

  async function listening(server: TlsServer): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : expect.fail('No port.');
  }
});
