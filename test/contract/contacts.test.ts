import { expect } from 'chai';
import { NodeRuntime } from '../n8n/node-runtime.ts';
import { NUMBER_PAIRS } from './contact-pairs.ts';

/** packages/node-red/test/contacts-contract.test.ts demands the same of Node-RED. */
describe('The contact that n8n finds', () => {
  let runtime: NodeRuntime;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  for (const { caller, country, number, match } of NUMBER_PAIRS) {
    it(`${match ?? 'none'} in ${country}: ${caller} and ${JSON.stringify(number)}`, async () => {
      const contact = { name: 'Ana Pop', phone: number };
      const { outputs } = await runtime.execute('accolades', {
        parameters: {
          resource: 'phoneNumber',
          operation: 'findContact',
          phoneNumber: caller,
          findOptions: { country },
        },
        secondItems: [contact],
      });
      const found = match === null ? [] : [contact];
      const json = { match, contact: found[0] ?? null, contacts: found };
      expect(outputs.map((items) => items.map((item) => item.json))).to.deep.equal(
        match === null ? [[], [], [json]] : [[json], [], []],
      );
    });
  }
});
