import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { NodeRuntime, type Credentials } from '../n8n/node-runtime.ts';
import { COMMAND_CASES, CONFIGURATION, type CommandCase } from './commands.ts';

const PASSWORD = 'api-P4ss!word';
const IDCRM = 'c0ffee0002bb';

/** The n8n node must produce the messages of the table that the Node-RED nodes are tested with. */
describe('Commands and requests of the n8n node Accolades', () => {
  let runtime: NodeRuntime;
  let simulator: Simulator;

  before(async () => {
    runtime = await NodeRuntime.load();
    simulator = await createSimulator({
      agents: [{ idCrm: IDCRM, name: 'Front desk', ...CONFIGURATION.stored }],
      rest: {},
      accounts: [{ accountNumber: '100200', password: PASSWORD }],
    });
  });

  after(() => simulator.close());

  const credentials = (): Credentials => ({
    accoladesAccountApi: { accountNumber: '100200', password: PASSWORD, url: simulator.restUrl ?? '' },
    accoladesAgentApi: { idCrm: IDCRM, url: simulator.url },
  });

  const run = async ({ command, deviceId, phoneNumber, numberFormat, country }: CommandCase) => {
    const { items } = await runtime.execute('accolades', {
      parameters:
        command === 'ping'
          ? { resource: 'account', operation: 'ping' }
          : {
              resource: 'call',
              operation: 'dial',
              deviceId: deviceId ?? '',
              phoneNumber: phoneNumber ?? '',
              dialOptions: { numberFormat: numberFormat ?? 'national', country: country ?? 'RO' },
            },
      credentials: credentials(),
      settings: { onError: 'continueRegularOutput' },
    });
    return items[0]?.json;
  };

  for (const command of COMMAND_CASES) {
    it(`${command.command}: ${command.name}`, async () => {
      expect(await run(command)).to.deep.include(command.message);
    });
  }

  for (const [name, parse, expected] of [
    ['as it is', 'none', CONFIGURATION.stored],
    ['read', 'auto', CONFIGURATION.read],
  ] as const) {
    it(`configuration, ${name}`, async () => {
      const { items } = await runtime.execute('accolades', {
        parameters: { resource: 'agent', operation: 'getConfiguration', parse },
        credentials: credentials(),
      });
      expect(items[0]?.json).to.deep.equal(expected);
    });
  }

  it('version', async () => {
    const { items } = await runtime.execute('accolades', {
      parameters: { resource: 'agent', operation: 'getVersion' },
      credentials: credentials(),
    });
    expect(items[0]?.json).to.deep.equal({ version: '1.1.0', known: true });
  });
});
