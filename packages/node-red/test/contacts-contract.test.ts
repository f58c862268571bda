import { expect } from 'chai';
import { NUMBER_PAIRS } from '../../../test/contract/contact-pairs.ts';
import { TestRuntime, type FlowNode } from './runtime.ts';

const COUNTRIES = [...new Set(NUMBER_PAIRS.map(({ country }) => country))];

/** test/contract/contacts.test.ts demands the same of n8n. */
describe('The contact that accolades-contact finds', () => {
  let runtime: TestRuntime;
  let sent = 0;

  before(async () => {
    const nodes = COUNTRIES.map((country): FlowNode => ({
      id: country,
      type: 'accolades-contact',
      z: 'tab',
      contactsType: 'msg',
      country,
      wires: [['found'], ['several'], ['notFound']],
    }));
    const collectors = ['found', 'several', 'notFound'].map((id): FlowNode => ({
      id,
      type: 'collector',
      z: 'tab',
      wires: [],
    }));
    runtime = await TestRuntime.start([{ id: 'tab', type: 'tab', label: 'Test' }, ...nodes, ...collectors]);
  });

  after(() => runtime.stop());

  for (const { caller, country, number, match } of NUMBER_PAIRS) {
    it(`${match ?? 'none'} in ${country}: ${caller} and ${JSON.stringify(number)}`, async () => {
      const contact = { name: 'Ana Pop', phone: number };
      const output = match === null ? 'notFound' : 'found';
      const before = runtime.messagesOf(output).length;
      runtime.inject(country, { payload: { phoneNumber: caller }, contacts: [contact] });
      const message = (await runtime.waitForMessages(output, before + 1)).at(-1);
      const found = match === null ? [] : [contact];
      expect(message).to.deep.include({ match, contact: found[0] ?? null, contacts: found });
      sent++;
      expect(runtime.received).to.have.length(sent);
    });
  }
});
