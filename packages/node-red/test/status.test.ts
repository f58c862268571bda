import { expect } from 'chai';
import type { Simulator } from '@accolades-flow/simulator';
import { expectNoSecretSeen, FRONT_DESK, SALES, startSimulator, SUPPORT } from './fixtures.ts';
import { callFlow, startCallNode, TestRuntime, type RunningCallNode } from './runtime.ts';
import { waitFor } from './wait.ts';

interface BadSettings {
  readonly idCrm?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly country?: string;
  readonly tls?: string;
}

describe('The status of accolades-call', () => {
  let simulator: Simulator;
  let node: RunningCallNode | undefined;

  beforeEach(async () => {
    simulator = await startSimulator();
  });

  afterEach(async () => {
    await node?.close();
    node = undefined;
    await simulator.close();
    expectNoSecretSeen();
  });

  async function start(idCrm = FRONT_DESK, url = simulator.url): Promise<RunningCallNode> {
    node = await startCallNode({ idCrm, url });
    return node;
  }

  it('goes from connecting to connected, shows a call for a while, and vanishes with the node', async function () {
    this.timeout(20_000);
    const running = await start();
    await running.waitForStatus('connected');
    expect(running.statuses[0]).to.deep.include({ fill: 'yellow', shape: 'ring', text: 'connecting' });
    expect(running.statuses.at(-1)).to.deep.include({ fill: 'green', shape: 'dot', text: 'connected' });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    expect(await running.waitForStatus('↙ 0211234567')).to.deep.include({ fill: 'blue', shape: 'dot' });
    expect(await running.waitForStatus('connected', 10_000)).to.deep.include({ fill: 'green', shape: 'dot' });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0723456789012345678', direction: 'outgoing' });
    await running.waitForStatus('↗ 0723456789012345…');
    await running.close();
    expect(running.statuses.at(-1)).to.deep.include({ text: undefined, fill: undefined });
  });

  for (const [what, arrange, heal, text, advice] of [
    [
      'an agent that is not logged in',
      () => {
        simulator.logout(FRONT_DESK);
      },
      () => {
        simulator.login(FRONT_DESK);
      },
      'agent offline',
      /logged out: log in to the Accolades web page/,
    ],
    [
      'another IP address',
      () => {
        simulator.faults.set('*', { refuseWith: 'IP_MISSMATCH' });
      },
      () => {
        simulator.faults.clear();
      },
      'wrong IP',
      /public IP address of the agent's browser/,
    ],
    [
      'a second connection',
      () => {
        simulator.faults.set('*', { refuseWith: 'CONNECTION_EXISTS' });
      },
      () => {
        simulator.faults.clear();
      },
      'in use elsewhere',
      /Stop the other one/,
    ],
    [
      'a reason that is not documented',
      () => {
        simulator.faults.set('*', { refuseWith: 'MOON_PHASE' });
      },
      () => {
        simulator.faults.clear();
      },
      'refused',
      /MOON_PHASE.*does not know/,
    ],
    [
      'a server that answers HTTP',
      () => {
        simulator.faults.set('*', { upgradeStatus: 503 });
      },
      () => {
        simulator.faults.clear();
      },
      'not a WebSocket',
      /HTTP status 503/,
    ],
  ] as const) {
    it(`says what is wrong with ${what}, logs it once, and recovers without help`, async function () {
      this.timeout(30_000);
      arrange();
      const running = await start(`Front desk=${FRONT_DESK}`);
      const status = await running.waitForStatus(text);
      expect(status).to.deep.include({ fill: 'red', shape: 'ring' });
      const warnings = running.runtime.logOf('call', 'warn');
      expect(warnings).to.have.lengthOf(1);
      expect(warnings[0])
        .to.match(/^Front desk: not connected\. /)
        .and.to.match(advice);
      // A second refusal changes nothing in the status.
      const refusedOnce = running.statuses.filter((shown) => shown.text === text).length;
      await waitFor(
        'A second refusal',
        () => running.statuses.filter((shown) => shown.text === text).length > refusedOnce,
        15_000,
      );
      expect(running.runtime.logOf('call', 'warn')).to.have.lengthOf(1);
      heal();
      await running.waitForStatus('connected', 20_000);
      expect(running.runtime.logOf('call', 'info')).to.deep.equal(['Front desk: connected.']);
    });
  }

  it('says that nothing answers at an address, and heals when the server comes', async function () {
    this.timeout(30_000);
    await simulator.stop({ abrupt: true });
    const running = await start();
    await running.waitForStatus('connection refused');
    expect(running.runtime.logOf('call', 'warn')[0]).to.match(/Nothing answers at this address and port/);
    await simulator.start();
    await running.waitForStatus('connected', 20_000);
  });

  it('says that a connection was lost, and heals', async function () {
    this.timeout(30_000);
    const running = await start();
    await running.waitForStatus('connected');
    simulator.dropSession(FRONT_DESK, 'terminate');
    await waitFor('The loss', () => running.statuses.some(({ text }) => text === 'connection lost'));
    await running.waitForStatus('connected', 20_000);
    simulator.logout(FRONT_DESK);
    await running.waitForStatus('agent offline', 20_000);
    simulator.login(FRONT_DESK);
    await running.waitForStatus('connected', 20_000);
  });

  it('counts several agents', async function () {
    this.timeout(30_000);
    simulator.logout(SUPPORT);
    const running = await start(`A=${FRONT_DESK}, B=${SALES}, C=${SUPPORT}`);
    expect(await running.waitForStatus('2/3 connected')).to.deep.include({ fill: 'yellow', shape: 'ring' });
    simulator.login(SUPPORT);
    expect(await running.waitForStatus('3/3 connected', 20_000)).to.deep.include({
      fill: 'green',
      shape: 'dot',
    });
    for (const idCrm of [FRONT_DESK, SALES, SUPPORT]) simulator.logout(idCrm);
    expect(await running.waitForStatus('0/3 agent offline', 20_000)).to.deep.include({ fill: 'red' });
  });

  it('logs the same problem of several agents in fewer lines than agents', async () => {
    for (const idCrm of [FRONT_DESK, SALES, SUPPORT]) simulator.logout(idCrm);
    const running = await start(`A=${FRONT_DESK}, B=${SALES}, C=${SUPPORT}`);
    await running.waitForStatus('0/3 agent offline');
    // An agent that is being retried appears in a later line.
    const several = /Accolades knows no logged-in agent.* They are: ([ABC](?:, [ABC])*)\.$/;
    const alone = /^([ABC]): not connected\. Accolades knows no logged-in agent/;
    const named = (lines: readonly string[]) =>
      lines.flatMap((line) => (several.exec(line) ?? alone.exec(line))?.[1]?.split(', ') ?? []);
    let lines = 1;
    let warnings = await waitForLines(running, lines);
    while (named(warnings).length < 3) warnings = await waitForLines(running, ++lines);
    expect(named(warnings).sort()).to.deep.equal(['A', 'B', 'C']);
    expect(warnings.length).to.be.lessThan(3);
  });

  const badSettings: readonly (readonly [string, BadSettings, string, RegExp])[] = [
    ['no idCrm', { idCrm: '' }, 'wrong idCrm', /No idCrm is given\. .*PHONE, External CRM/],
    ['blanks for an idCrm', { idCrm: '  \n ' }, 'wrong idCrm', /No idCrm is given/],
    ['an idCrm with a space', { idCrm: 'f8cb 549544' }, 'wrong idCrm', /has a space inside/],
    ['an idCrm in quotes', { idCrm: '"f8cb549544"' }, 'wrong idCrm', /a character that no idCrm has/],
    ['a label without an idCrm', { idCrm: 'Front desk=' }, 'wrong idCrm', /nothing after its “=”/],
    [
      'the same agent twice',
      { idCrm: `a=${FRONT_DESK},b=${FRONT_DESK}` },
      'wrong idCrm',
      /have the same idCrm/,
    ],
    ['an unset variable for an idCrm', { idCrm: '${NOT_SET_ANYWHERE}' }, 'wrong idCrm', /idCrm/],
    [
      'one with a dash',
      { idCrm: '$(NOT-SET-ANYWHERE)' },
      'wrong idCrm',
      /variable NOT-SET-ANYWHERE is not set/,
    ],
    ['two variables', { idCrm: '${NOT_SET},${NOT_SET_EITHER}' }, 'wrong idCrm', /whole field/],
    [
      'a variable inside a list',
      { idCrm: 'Desk=${NOT_SET}' },
      'wrong idCrm',
      /only when it is the whole field/,
    ],
    ['an http address', { url: 'https://127.0.0.1' }, 'wrong address', /must start with wss:\/\//],
    ['an address without a scheme', { url: 'client.voipit.ro' }, 'wrong address', /must start with wss:\/\//],
    ['a password in the address', { url: 'wss://a:b@127.0.0.1' }, 'wrong address', /user name or password/],
    ['a country that is none', { country: 'XX' }, 'wrong settings', /code of two letters/],
    [
      'a TLS configuration that is gone',
      { url: 'wss://127.0.0.1:1', tls: 'gone' },
      'wrong settings',
      /TLS configuration/,
    ],
    ['no event', { config: { events: [] } }, 'wrong settings', /Choose at least one/],
    ['a broken expression', { config: { numbers: '/(/' } }, 'wrong settings', /regular expression/],
    ['no agent', { config: { agent: '' } }, 'wrong settings', /choose an agent/],
    ['an agent that is gone', { config: { agent: 'gone' } }, 'wrong settings', /deleted or disabled/],
  ];
  for (const [what, fields, text, advice] of badSettings) {
    it(`is red for ${what}, and the error says what to do`, async () => {
      const { idCrm = FRONT_DESK, config = {}, ...agent } = fields;
      node = await startCallNode({ idCrm, url: simulator.url, config, agent });
      expect(node.statuses.at(-1)).to.deep.include({ fill: 'red', shape: 'ring', text });
      const errors = node.runtime.logOf('call', 'error');
      expect(errors).to.have.lengthOf(1);
      expect(errors[0]).to.match(advice);
      expect(simulator.statistics.connections).to.equal(0);
    });
  }

  it('of one node with bad settings leaves the others alone', async () => {
    const runtime = await TestRuntime.start(
      [
        ...callFlow({ agent: { url: simulator.url } }),
        { id: 'broken', type: 'accolades-agent', url: simulator.url },
        { id: 'other', type: 'accolades-call', z: 'tab', agent: 'broken', wires: [[]] },
      ],
      { agent: { idCrm: FRONT_DESK } },
    );
    try {
      await runtime.waitForStatus('other', 'wrong idCrm');
      await runtime.waitForStatus('call', 'connected');
    } finally {
      await runtime.stop();
    }
  });
});

function waitForLines(running: RunningCallNode, count: number): Promise<string[]> {
  return waitFor(`${count} warnings`, () => {
    const lines = running.runtime.logOf('call', 'warn');
    return lines.length >= count ? lines : undefined;
  });
}
