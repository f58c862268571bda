import { expect } from 'chai';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { NodeRuntime, type Executed } from './node-runtime.ts';

const FIND = { resource: 'phoneNumber', operation: 'findContact' };
const PARSE = { resource: 'phoneNumber', operation: 'parse' };
const CALL = { event: 'incomingCall', phoneNumber: '0721234567' };
const ANA = { id: 1, name: 'Ana Pop', phone: '+40 721 234 567' };
const SHOP = { id: 2, name: 'Shop', phone: '021 123 4567' };
const CLERK = { id: 3, name: 'Clerk', telefon: '021/123.45.67' };

describe('Phone numbers in the node Accolades', () => {
  let runtime: NodeRuntime;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  const find = (
    items: readonly IDataObject[],
    contacts: readonly IDataObject[],
    more: INodeParameters = {},
  ): Promise<Executed> =>
    runtime.execute('accolades', { parameters: { ...FIND, ...more }, items, secondItems: contacts });

  const jsonOf = ({ outputs }: Executed): IDataObject[][] =>
    outputs.map((output) => output.map(({ json }) => json));

  it('are looked up in the items of the second input, each on the output of its result', async () => {
    const calls = ['0721234567', '0211234567', '0729999999', '0041791234567'].map((phoneNumber) => ({
      ...CALL,
      phoneNumber,
    }));
    const found = await find(calls, [ANA, SHOP, CLERK, { id: 4, phone: '079 123 45 67' }]);
    const [ofAna, ofShop, unknown, ofSwiss] = calls;
    const swiss = { id: 4, phone: '079 123 45 67' };
    expect(jsonOf(found)).to.deep.equal([
      [
        { ...ofAna, match: 'exact', contact: ANA, contacts: [ANA] },
        { ...ofSwiss, match: 'likely', contact: swiss, contacts: [swiss] },
      ],
      [{ ...ofShop, match: 'exact', contact: null, contacts: [SHOP, CLERK] }],
      [{ ...unknown, match: null, contact: null, contacts: [] }],
    ]);
    expect(found.outputs.flat().map(({ pairedItem }) => pairedItem)).to.deep.equal(
      [0, 3, 1, 2].map((item) => ({ item })),
    );
  });

  it('are looked up in JSON and in text', async () => {
    for (const parameters of [
      { contactsFrom: 'json', contactsJson: JSON.stringify({ results: [ANA] }) },
      { contactsFrom: 'json', contactsJson: '={{ [{ id: 1, name: "Ana Pop", phone: "+40 721 234 567" }] }}' },
    ]) {
      const found = await runtime.execute('accolades', {
        parameters: { ...FIND, ...parameters },
        items: [CALL],
      });
      expect(jsonOf(found)[0]).to.deep.equal([{ ...CALL, match: 'exact', contact: ANA, contacts: [ANA] }]);
    }
    const contactsText = 'name;telefon\r\nAna Pop;721234567\r\n';
    const parameters = { ...FIND, contactsFrom: 'text', contactsText };
    const found = await runtime.execute('accolades', { parameters, items: [CALL] });
    expect(jsonOf(found)[0]?.[0]?.['contact']).to.deep.equal({ name: 'Ana Pop', telefon: '721234567' });
  });

  it('are looked up in the named fields, and in the country of the options', async () => {
    const contact = { nr: '030 901820' };
    const findOptions = { country: 'DE', numberFields: 'nr' };
    const found = await find([{ phoneNumber: '+4930901820' }], [contact], { findOptions });
    expect(jsonOf(found)[0]?.[0]).to.include({ match: 'exact' });
  });

  it('are not found, with a hint why, where there is no contact or no field with numbers', async () => {
    const nothing = await runtime.execute('accolades', { parameters: FIND, items: [CALL] });
    expect(jsonOf(nothing)[2]).to.have.length(1);
    expect(JSON.stringify(nothing.task?.hints)).to.match(/There are no contacts/);
    const nameless = await find([CALL], [{ a: '0721234567' }]);
    expect(jsonOf(nameless)[2]).to.have.length(1);
    expect(JSON.stringify(nameless.task?.hints)).to.match(/Number Fields/);
  });

  it('leave the contacts of other items as they are', async () => {
    const found = await find([CALL, CALL], [ANA]);
    const [first, second] = jsonOf(found)[0] ?? [];
    expect(first?.['contact']).not.to.equal(second?.['contact']);
  });

  it('go to the error output, or to Not Found with the error, when they cannot be looked up', async () => {
    const parameters = { ...FIND, contactsFrom: 'json', contactsJson: '[{' };
    const failed = await runtime.execute('accolades', { parameters, items: [CALL] });
    expect(failed.error?.message).to.match(/Correct the JSON/);
    const goesOn = await runtime.execute('accolades', {
      parameters,
      items: [CALL],
      settings: { onError: 'continueRegularOutput' },
    });
    expect(jsonOf(goesOn)[2]?.[0]).to.include({ code: 'INVALID_PARAMETER' });
    const branches = await runtime.execute('accolades', {
      parameters,
      items: [CALL],
      settings: { onError: 'continueErrorOutput' },
    });
    expect(branches.outputs.slice(0, 3).flat()).to.deep.equal([]);
    expect(jsonOf(branches)[3]).to.have.length(1);
  });

  it('have inputs and outputs by the operation', () => {
    expect(runtime.outputs('accolades', FIND)).to.deep.equal(['Found', 'Several', 'Not Found']);
    expect(runtime.outputs('accolades', PARSE)).to.deep.equal([undefined]);
    expect(runtime.outputs('accolades', {})).to.deep.equal([undefined]);
    expect(runtime.inputs('accolades', FIND)).to.deep.equal(['Call', 'Contacts']);
    expect(runtime.inputs('accolades', { ...FIND, contactsFrom: 'text' })).to.deep.equal([undefined]);
    expect(runtime.inputs('accolades', {})).to.deep.equal([undefined]);
  });

  it('are parsed, with every form of the number, beside the rest of the item', async () => {
    const { items } = await runtime.execute('accolades', {
      parameters: PARSE,
      items: [{ ...CALL, phoneNumber: 'Tel. 021/123.45.67 int. 5' }, { phoneNumber: 'anonymous' }],
    });
    const [first, second] = items.map(({ json }) => json);
    expect(first).to.deep.include({ event: 'incomingCall' });
    expect(first?.['phone']).to.include({ e164: '+40211234567', national: '021 123 4567' });
    expect(first?.['forms']).to.include.members([
      '+40211234567',
      '0211234567',
      '0040211234567',
      '021 123 4567',
    ]);
    expect(second).to.deep.equal({ phoneNumber: 'anonymous', phone: null, forms: [] });
  });

  it('are looked up by an AI agent, which gives the contacts as text', async () => {
    const parameters = { ...FIND, phoneNumber: '0721234567', contactsFrom: 'json', contactsJson: [ANA] };
    const text = await runtime.invokeTool('accolades', {
      parameters: { ...parameters, contactsJson: JSON.stringify([ANA]) },
    });
    expect(JSON.parse(text)).to.deep.equal([{ match: 'exact', contact: ANA, contacts: [ANA] }]);
    const unknown = await runtime.invokeTool('accolades', {
      parameters: { ...parameters, phoneNumber: '0729999999', contactsJson: '[]' },
    });
    expect(JSON.parse(unknown)).to.deep.equal([{ match: null, contact: null, contacts: [] }]);
    const second = await runtime.invokeTool('accolades', {
      parameters: { ...FIND, phoneNumber: '0721234567' },
    });
    expect(second).to.match(/Choose JSON or Text/);
  });
});
