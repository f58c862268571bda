import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { COMMAND_CASES, CONFIGURATION } from '../../../test/contract/commands.ts';
import { TestRuntime, type FlowNode } from './runtime.ts';
import { at } from './values.ts';

const PASSWORD = 'api-P4ss!word';
const IDCRM = 'c0ffee0003cc';

describe('The messages of accolades-command and accolades-request', () => {
  let simulator: Simulator;
  let runtime: TestRuntime;

  before(async () => {
    simulator = await createSimulator({
      agents: [{ idCrm: IDCRM, name: 'Front desk', ...CONFIGURATION.stored }],
      rest: {},
      accounts: [{ accountNumber: '100200', password: PASSWORD }],
    });
  });

  after(() => simulator.close());

  afterEach(() => runtime.stop());

  /** The output of a node of this type: the payload, or the error for Catch nodes. */
  async function outcome(type: string, fields: Readonly<Record<string, unknown>>) {
    const flow: FlowNode[] = [
      { id: 'tab', type: 'tab', label: 'Test' },
      { id: 'account', type: 'accolades-account', url: simulator.restUrl ?? '', accountNumber: '100200' },
      { id: 'agent', type: 'accolades-agent', url: simulator.url },
      { id: 'do', type, z: 'tab', account: 'account', agent: 'agent', ...fields, wires: [['out']] },
      { id: 'out', type: 'collector', z: 'tab', wires: [] },
      { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['out']] },
    ];
    runtime = await TestRuntime.start(flow, { account: { password: PASSWORD }, agent: { idCrm: IDCRM } });
    runtime.inject('do', {});
    const [message] = await runtime.waitForMessages('out', 1);
    return message;
  }

  for (const { name, command, message, ...fields } of COMMAND_CASES) {
    it(`${command}: ${name}`, async () => {
      const got = await outcome('accolades-command', {
        command,
        ...fields,
        deviceIdType: 'str',
        phoneNumberType: 'str',
      });
      if ('code' in message) expect(at(got, 'error', 'code')).to.equal(message['code']);
      else expect(got?.['payload']).to.deep.include(message);
    });
  }

  for (const [name, parse, expected] of [
    ['as it is', 'none', CONFIGURATION.stored],
    ['read', 'auto', CONFIGURATION.read],
  ] as const) {
    it(`configuration, ${name}`, async () => {
      const got = await outcome('accolades-request', { request: 'configuration', parse });
      expect(got?.['payload']).to.deep.equal(expected);
    });
  }

  it('version', async () => {
    const got = await outcome('accolades-request', { request: 'version' });
    expect(got?.['payload']).to.deep.equal({ version: '1.1.0', known: true });
  });
});
