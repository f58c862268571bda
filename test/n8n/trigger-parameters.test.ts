import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { waitUntil } from '../../hosts/deadline.ts';
import { expectNoSecret } from '../hosts/secrets.ts';
import { failureOf, FRONT_DESK, SALES, SECRETS, simulate, untilSessions } from './agents.ts';
import { N8nRuntime } from './runtime.ts';

describe('The parameters of the Accolades Trigger', () => {
  let runtime: N8nRuntime;
  let simulator: Simulator;

  before(async () => {
    runtime = await N8nRuntime.load();
  });
  beforeEach(async () => {
    simulator = await simulate();
  });
  afterEach(async () => {
    await runtime.closeAll();
    await simulator.close();
  });
  after(() => {
    expectNoSecret('what the trigger gave n8n', runtime.everything(), SECRETS);
  });

  const both = () => ({ idCrm: `Front desk=${FRONT_DESK}, Sales=${SALES}`, url: simulator.url });

  const start = async (parameters: INodeParameters) => {
    const trigger = await runtime.startTrigger({ parameters, credentials: both() });
    await untilSessions(simulator, 2);
    return trigger;
  };

  /**
   * Places the calls and a last one that passes every filter used here.
   * @returns the numbers that arrived before the last
   */
  const LAST = '0219999999';
  const numbersOf = async (
    parameters: INodeParameters,
    calls: readonly Parameters<Simulator['placeCall']>[0][],
  ) => {
    const trigger = await start(parameters);
    const before = trigger.items.length;
    for (const call of calls) simulator.placeCall(call);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: LAST, callCenter: true });
    const items = await waitUntil(
      'the last call',
      () => trigger.items.at(-1)?.['phoneNumber'] === LAST && trigger.items.slice(before),
      { deadlineMs: 5_000, everyMs: 5 },
    );
    return items.slice(0, -1).map((item) => item['phoneNumber']);
  };

  it('emits one item for each call, with exactly the event of core', async () => {
    const trigger = await start({});
    simulator.placeCall({
      agents: FRONT_DESK,
      phoneNumber: '0211234567',
      uniqueId: '1608743891.1344',
      callCenter: true,
    });
    await trigger.waitForItems(1);
    simulator.placeCall({
      agents: SALES,
      phoneNumber: '101',
      uniqueId: '1608743892.1',
      direction: 'outgoing',
    });
    await trigger.waitForItems(2);
    expect(trigger.emissions.map((outputs) => outputs.map((items) => items.length))).to.deep.equal([
      [1],
      [1],
    ]);
    const [incoming, outgoing] = trigger.items;
    expect(incoming).to.have.all.keys(
      'event direction phoneNumber phone uniqueId startedAt callCenter agent firstRing receivedAt raw'.split(
        ' ',
      ),
    );
    expect(incoming).to.deep.include({
      event: 'incomingCall',
      direction: 'incoming',
      phoneNumber: '0211234567',
      uniqueId: '1608743891.1344',
      startedAt: '2020-12-23T17:18:11.000Z',
      callCenter: true,
      firstRing: true,
    });
    expect(incoming?.['agent']).to.include({ label: 'Front desk' });
    expect(outgoing).to.deep.include({
      event: 'outgoingCall',
      direction: 'outgoing',
      phoneNumber: '101',
      phone: null,
    });
    expect(outgoing?.['agent']).to.include({ label: 'Sales' });
  });

  it('events: only the chosen ones', async () => {
    const trigger = await runtime.startTrigger({
      parameters: { events: ['outgoingCall', 'agentDisconnected', 'agentConnected'] },
      credentials: both(),
    });
    await trigger.waitForItems(2);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '2', direction: 'outgoing' });
    await trigger.waitForItems(3);
    simulator.logout(SALES);
    const items = await trigger.waitForItems(4);
    expect(items.map(({ event }) => event)).to.deep.equal([
      'agentConnected',
      'agentConnected',
      'outgoingCall',
      'agentDisconnected',
    ]);
    expect(items[3]).to.deep.include({ reason: 'CONNECTION_CLOSED' });
    expect(items[3]?.['agent']).to.include({ label: 'Sales' });
  });

  it('callSource: all, call center or direct', async () => {
    const calls = [
      { agents: FRONT_DESK, phoneNumber: '1', callCenter: true },
      { agents: FRONT_DESK, phoneNumber: '2', callCenter: false },
    ];
    expect(await numbersOf({ callSource: 'all' }, calls)).to.deep.equal(['1', '2']);
    expect(await numbersOf({ callSource: 'callCenter' }, calls)).to.deep.equal(['1']);
    const direct = await start({ callSource: 'direct' });
    for (const call of calls) simulator.placeCall(call);
    await direct.waitForItems(1);
    expect(direct.items.map((item) => item['phoneNumber'])).to.deep.equal(['2']);
  });

  it('numbers: beginnings and regular expressions', async () => {
    const calls = ['0721234567', '+40211234567', '0312345678', '101', '1012'].map((phoneNumber) => ({
      agents: FRONT_DESK,
      phoneNumber,
    }));
    expect(await numbersOf({ options: { numbers: '0721, /^10\\d$/, 021' } }, calls)).to.deep.equal([
      '0721234567',
      '+40211234567',
      '101',
    ]);
    expect(await numbersOf({ options: { numbers: '' } }, calls)).to.have.lengthOf(5);
  });

  it('firstRingOnly: a call that rings several agents once', async () => {
    const queue = { agents: [FRONT_DESK, SALES], phoneNumber: '0211234567' };
    expect(await numbersOf({ options: { firstRingOnly: true } }, [queue])).to.deep.equal(['0211234567']);
    const all = await start({ options: { firstRingOnly: false } });
    simulator.placeCall(queue);
    const items = await all.waitForItems(2);
    expect(items.map(({ firstRing }) => firstRing)).to.deep.equal([true, false]);
  });

  it('country: where numbers without a country code are at home', async () => {
    const [german, romanian] = await Promise.all([
      start({ options: { country: 'de' } }),
      start({ options: { country: '' } }),
    ]);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '030123456' });
    expect((await german.waitForItems(1))[0]?.['phone']).to.include({ e164: '+4930123456', country: 'DE' });
    expect((await romanian.waitForItems(1))[0]?.['phone']).to.equal(null);
  });

  it('includeConfiguration: the texts of account, phone and agent', async () => {
    simulator.setText(FRONT_DESK, 'agent', '{"queue":"support"}');
    const trigger = await start({ options: { includeConfiguration: true } });
    await waitUntil(
      'the configuration',
      async () => {
        simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
        const items = await trigger.waitForItems(trigger.items.length + 1);
        return items.at(-1)?.['configuration'] !== null;
      },
      { deadlineMs: 5_000 },
    );
    expect(trigger.items.at(-1)).to.have.nested.property('configuration.agent.data', '{"queue":"support"}');
    const without = await start({});
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
    expect((await without.waitForItems(1))[0]).not.to.have.property('configuration');
  });

  it('splitOutputs: each event on its own output, in the order of the ports', async () => {
    const trigger = await runtime.startTrigger({
      parameters: {
        events: ['agentConnected', 'outgoingCall', 'incomingCall'],
        options: { splitOutputs: true },
      },
      credentials: { ...both(), idCrm: FRONT_DESK },
    });
    await trigger.waitForItems(1);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '1' });
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '2', direction: 'outgoing' });
    await trigger.waitForItems(3);
    expect(
      trigger.emissions.map((outputs) => outputs.map((items) => items.map(({ json }) => json['event']))),
    ).to.deep.equal([
      [[], [], ['agentConnected']],
      [['incomingCall'], [], []],
      [[], ['outgoingCall'], []],
    ]);
  });

  for (const [name, parameters, says] of [
    ['no event', { events: [] }, /at least one/],
    ['an unknown event', { events: ['ringing'] }, /ringing/],
    ['an unknown call source', { callSource: 'queue' }, /callCenter/],
    ['a broken regular expression', { options: { numbers: '/[/' } }, /regular expression/],
    ['a number filter of letters', { options: { numbers: 'abc' } }, /Entry 1 of the numbers/],
    ['an idCrm as a number filter', { options: { numbers: FRONT_DESK } }, /neither the beginning/],
    [
      'a number filter that is an expression without a value',
      { options: { numbers: '={{ $vars.noSuchVariable }}' } },
      /Correct the expression in Numbers/,
    ],
    ['an expression that gives an empty text', { options: { numbers: "={{ '' }} " } }, /clear the field/],
    ['an expression of commas alone', { options: { numbers: "={{ ' , ' }}" } }, /Write at least one number/],
    ['an expression of invisible characters', { options: { numbers: "={{ '\u200B' }}" } }, /clear the field/],
    ['an unknown country', { options: { country: 'Romania' } }, /two letters/],
  ] satisfies [string, INodeParameters, RegExp][]) {
    it(`refuses to publish with ${name}, says so, and leaves nothing behind`, async () => {
      const error = await failureOf(runtime.startTrigger({ parameters, credentials: both() }));
      expect(error.message).to.match(says);
      expect(simulator.statistics.connections).to.equal(0);
    });
  }
});
