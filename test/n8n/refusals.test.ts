import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { generate } from 'selfsigned';
import { waitUntil } from '../../hosts/deadline.ts';
import { expectNoSecret } from '../hosts/secrets.ts';
import { failureOf, FRONT_DESK, SALES, SECRETS, simulate, untilSessions, WRONG } from './agents.ts';
import { N8nRuntime, shownError, type ShownError } from './runtime.ts';

/** The texts for the same problem in each part of n8n. */
interface Shown {
  /** Below the credential. */
  readonly credential: string;
  /** At the node, after a test in the editor. */
  readonly editor: ShownError;
  /** In n8n's log, when the workflow was published anyway. */
  readonly log: string;
}

describe('Texts for users when agents cannot be connected', () => {
  let runtime: N8nRuntime;
  let simulator: Simulator;
  const servers: Server[] = [];
  const collected: unknown[] = [];

  before(async () => {
    runtime = await N8nRuntime.load();
  });
  beforeEach(async () => {
    simulator = await simulate();
  });
  afterEach(async () => {
    await runtime.closeAll();
    await simulator.close();
    for (const server of servers.splice(0)) server.close();
  });
  after(() => {
    expectNoSecret('what the trigger gave n8n', runtime.everything(), SECRETS);
    expectNoSecret('what was shown', JSON.stringify(collected), SECRETS);
  });

  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return `ws://127.0.0.1:${(address satisfies AddressInfo).port}`;
  };

  /** The problem in the credential's test, in a test in the editor, and in a published workflow. */
  const everywhere = async (credentials: ICredentialDataDecryptedObject): Promise<Shown> => {
    const { status, message } = await runtime.testCredential(credentials);
    expect(status).to.equal('Error');
    const manual = await runtime.startTrigger({ credentials, mode: 'manual' });
    const editor = shownError(await manual.finished);
    const warnings = runtime.lines('warn').length;
    const published = await runtime.startTrigger({
      credentials,
      parameters: { events: ['incomingCall', 'agentDisconnected'] },
    });
    const [item] = await published.waitForItems(1);
    const log = runtime.lines('warn').slice(warnings).join('\n');
    expect(item).to.include({ event: 'agentDisconnected' });
    expect(published.errors, 'errors that tear the workflow down').to.deep.equal([]);
    await published.close();
    if (editor === null) throw new Error('The editor shows no error.');
    const shown = { credential: message, editor, log };
    collected.push(shown);
    return shown;
  };

  const frontDesk = (url = simulator.url) => ({ idCrm: `Front desk=${FRONT_DESK}`, url });

  for (const [name, cause, problem, remedy] of [
    [
      'the agent is logged out',
      () => {
        simulator.logout(FRONT_DESK);
      },
      /no logged-in agent/,
      /log in/,
    ],
    [
      'the IP address is another',
      () => {
        simulator.faults.set(FRONT_DESK, { refuseWith: 'IP_MISSMATCH' });
      },
      /public IP address/,
      /same network/,
    ],
    [
      'another program is connected',
      () => {
        simulator.faults.set(FRONT_DESK, { refuseWith: 'CONNECTION_EXISTS' });
      },
      /Another program/,
      /Stop the other one/,
    ],
    [
      'the reason is unknown',
      () => {
        simulator.faults.set(FRONT_DESK, { refuseWith: 'LICENSE_EXPIRED' });
      },
      /reason that this version does not know/,
      /LICENSE_EXPIRED/,
    ],
  ] satisfies [string, () => void, RegExp, RegExp][]) {
    it(`${name}: reports it with advice, and recovers without help`, async () => {
      cause();
      const { credential, editor, log } = await everywhere(frontDesk());
      expect(credential).to.match(problem).and.to.match(remedy);
      expect(editor.message).to.match(problem);
      expect(editor.description).to.match(remedy);
      expect(log).to.include('Agent “Front desk”: not connected yet.');
      expect(log).to.match(problem).and.to.match(remedy);
      // After removing the cause, the user can publish again without waiting for the next attempt.
      simulator.faults.clear();
      simulator.login(FRONT_DESK);
      const healed = await runtime.startTrigger({ credentials: frontDesk() });
      await untilSessions(simulator, 1);
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
      await healed.waitForItems(1);
      expect(await runtime.testCredential(frontDesk())).to.deep.equal({
        status: 'OK',
        message: 'The agent is connected.',
      });
    });
  }

  it('an active workflow recovers when the agent logs in', async () => {
    simulator.logout(FRONT_DESK);
    const trigger = await runtime.startTrigger({
      credentials: frontDesk(),
      parameters: { events: ['agentConnected', 'agentDisconnected'] },
    });
    simulator.login(FRONT_DESK);
    const items = await trigger.waitForItems(2, 20_000);
    expect(items.map(({ event }) => event)).to.deep.equal(['agentDisconnected', 'agentConnected']);
  });

  it('nothing answers at the address', async () => {
    const url = await listen(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const { credential, editor, log } = await everywhere(frontDesk(url));
    for (const text of [credential, editor.message, log])
      expect(text).to.match(/Nothing answers at this address/);
    expect(editor.description).to.match(/Check the server address and the port/);
  });

  it('a web server that is no Accolades answers', async () => {
    const url = await listen(createHttpServer((_, response) => response.writeHead(404).end()));
    const { credential, editor, log } = await everywhere(frontDesk(url));
    for (const text of [credential, editor.message, log]) expect(text).to.match(/does not speak WebSocket/);
    expect(credential).to.include('404');
  });

  it('the certificate is not trusted; allowed all the same, the log says that it is unsafe', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const encrypted = await simulate({ tls: { key, cert } });
    try {
      const { credential, editor, log } = await everywhere(frontDesk(encrypted.url));
      for (const text of [credential, editor.message, log])
        expect(text).to.match(/certificate is not trusted/);
      const allowed = { ...frontDesk(encrypted.url), allowUnauthorizedCerts: true };
      expect(await runtime.testCredential(allowed)).to.include({ status: 'OK' });
      const warnings = runtime.lines('warn').length;
      const trigger = await runtime.startTrigger({ credentials: allowed });
      encrypted.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
      await trigger.waitForItems(1);
      expect(runtime.lines('warn').slice(warnings).join()).to.match(
        /unsafe: the certificate .* not verified/,
      );
    } finally {
      await encrypted.close();
    }
  });

  it('ws: to another machine: the log says that it is unsafe; to this one it does not', async () => {
    const warnings = runtime.lines('warn').length;
    await runtime.startTrigger({ credentials: frontDesk() });
    expect(runtime.lines('warn').slice(warnings)).to.deep.equal([]);
    // An address reserved for documentation: nothing answers there.
    await runtime.startTrigger({ credentials: frontDesk('ws://192.0.2.1:9'), activation: 'init' });
    expect(runtime.lines('warn').slice(warnings).join()).to.match(/unsafe: ws:\/\/ is not encrypted/);
  });

  it('a server that never answers: publishing does not wait for it, tests end with the reason', async function () {
    this.timeout(60_000);
    simulator.faults.set('*', { neverUpgrade: true });
    const deaf = await simulate();
    deaf.faults.set('*', { noAuthAnswer: true });
    try {
      const startedAt = performance.now();
      const seconds = () => (performance.now() - startedAt) / 1000;
      const check = async (url: string, says: RegExp) => {
        const credentials = frontDesk(url);
        await runtime.startTrigger({ credentials, activation: 'init' });
        expect(seconds(), 'the start of n8n').to.be.lessThan(1);
        const manual = await runtime.startTrigger({ credentials, mode: 'manual' });
        const [tested] = await Promise.all([
          runtime.testCredential(credentials),
          runtime.startTrigger({ credentials }).then(() => {
            expect(seconds(), 'publishing').to.be.within(4.5, 7);
          }),
        ]);
        expect(tested.status).to.equal('Error');
        expect(tested.message).to.match(says);
        const editor = shownError(await manual.finished);
        expect(editor?.message).to.match(says);
        expect(seconds(), 'the tests').to.be.within(14, 21);
        collected.push(tested, editor);
      };
      await Promise.all([
        check(simulator.url, /did not complete the connection in time/),
        check(deaf.url, /did not answer the authentication in time/),
      ]);
    } finally {
      await deaf.close();
    }
  });

  it('a network that fails for a moment does not end a test in the editor', async () => {
    let refused = 0;
    const url = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        if (refused < 2) {
          refused++;
          socket.resetAndDestroy();
          return;
        }
        const server = connect(simulator.port, '127.0.0.1').on('error', () => undefined);
        socket
          .on('close', () => server.destroy())
          .pipe(server)
          .on('close', () => socket.destroy())
          .pipe(socket);
      }),
    );
    const manual = await runtime.startTrigger({ credentials: frontDesk(url), mode: 'manual' });
    await untilSessions(simulator, 1, 20_000);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
    expect(shownError(await manual.finished)).to.equal(null);
    expect(manual.items).to.have.lengthOf(1);
    expect(refused).to.equal(2);
  });

  it('a network that fails again and again does', async () => {
    const url = await listen(createServer((socket) => socket.on('error', () => undefined).resetAndDestroy()));
    const manual = await runtime.startTrigger({ credentials: frontDesk(url), mode: 'manual' });
    expect(shownError(await manual.finished)?.message).to.match(/network/);
  });

  it('several agents: the test of the credential names those that cannot be connected', async () => {
    simulator.logout(SALES);
    const two = { idCrm: `Front desk=${FRONT_DESK}\nSales=${SALES}`, url: simulator.url };
    const one = await runtime.testCredential(two);
    expect(one.status).to.equal('Error');
    expect(one.message).to.match(
      /^1 of 2 agents cannot be connected\. “Sales”: Accolades knows no logged-in/,
    );
    simulator.login(SALES);
    expect(await runtime.testCredential(two)).to.deep.equal({
      status: 'OK',
      message: 'All 2 agents are connected.',
    });
    simulator.logout(SALES);
    simulator.faults.set(FRONT_DESK, { refuseWith: 'CONNECTION_EXISTS' });
    const both = await runtime.testCredential(two);
    expect(both.message).to.match(/“Front desk”: Another program .* “Sales”: Accolades knows no/);
    const { message } = await runtime.testCredential({ ...two, idCrm: `${two.idCrm}\nNobody=${WRONG}` });
    expect(message).to.match(
      /^3 of 3 agents .* “Sales”, “Nobody”: Accolades knows no.* “Front desk”: Another/,
    );
    const manual = await runtime.startTrigger({ credentials: two, mode: 'manual' });
    const editor = shownError(await manual.finished);
    expect(editor?.message).to.match(/^“(Front desk|Sales)”: /);
    expect(editor?.description).to.match(/“(Front desk|Sales)”: /);
  });

  it('several agents: a test in the editor listens to those that are connected', async () => {
    const credentials = { idCrm: `Front desk=${FRONT_DESK}, Nobody=${WRONG}`, url: simulator.url };
    const manual = await runtime.startTrigger({ credentials, mode: 'manual' });
    const refusals = () => simulator.statistics.refusals['ID_NOT_FOUND'] ?? 0;
    await waitUntil('two refusals of the other', () => refusals() >= 2, { deadlineMs: 10_000 });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
    expect(shownError(await manual.finished)).to.equal(null);
    expect(manual.items).to.have.lengthOf(1);
  });

  it('a test of the credential uses the session that is live', async () => {
    await runtime.startTrigger({ credentials: frontDesk() });
    expect(await runtime.testCredential(frontDesk())).to.include({ status: 'OK' });
    expect(simulator.statistics).to.include({ connections: 1, connects: 1 });
  });

  for (const [name, credentials, says] of [
    ['an empty idCrm', { idCrm: ' ' }, /No idCrm is given/],
    ['a space inside', { idCrm: `${WRONG} ${FRONT_DESK}` }, /Entry 1 .* space inside/],
    ['a name without an idCrm', { idCrm: `${FRONT_DESK}, Sales=` }, /Entry 2 .* nothing after its “=”/],
    ['quotes', { idCrm: `"${FRONT_DESK}"` }, /Entry 1 .* no idCrm has/],
    ['the same idCrm twice', { idCrm: `a=${FRONT_DESK},b=${FRONT_DESK}` }, /“a” and “b” have the same idCrm/],
    ['the same name twice', { idCrm: `a=${FRONT_DESK},a=${SALES}` }, /Two agents are called “a”/],
    ['a web address', { idCrm: FRONT_DESK, url: 'https://client.voipit.ro' }, /must start with wss:\/\//],
    ['no scheme', { idCrm: FRONT_DESK, url: 'client.voipit.ro:14327' }, /must start with wss:\/\//],
    [
      'a password in the address',
      { idCrm: FRONT_DESK, url: 'wss://a:hunter2hunter2@b' },
      /user name or password/,
    ],
  ] satisfies [string, ICredentialDataDecryptedObject, RegExp][]) {
    it(`${name}: refused everywhere, with the reason and the place to correct it`, async () => {
      const test = await runtime.testCredential(credentials);
      expect(test.status).to.equal('Error');
      expect(test.message).to.match(says);
      const manual = await runtime.startTrigger({ credentials, mode: 'manual' });
      const editor = shownError(await manual.finished);
      expect(editor?.message).to.match(says);
      expect(editor?.description).to.include('Open the credential “Accolades Agent API”');
      const activation = await failureOf(runtime.startTrigger({ credentials }));
      expect(activation.message).to.match(says);
      collected.push(test, editor, activation.message);
      expectNoSecret('what was shown', JSON.stringify(collected), ['hunter2hunter2']);
    });
  }

  it('of 300 logged-out agents in a credential test are reported as such', async () => {
    const list = Array.from({ length: 300 }, (_, at) => `Agent ${at}=logged-out-${at}`).join(',');
    const { status, message } = await runtime.testCredential({ ...frontDesk(), idCrm: list });
    expect(status).to.equal('Error');
    expect(message)
      .to.contain('300 of 300 agents cannot be connected.')
      .and.contain('Accolades knows no logged-in agent')
      .and.not.contain('firewall');
  }).timeout(40_000);
});
