import { expect } from 'chai';
import { TestRuntime, type FlowNode, type Message } from './runtime.ts';
import { at } from './values.ts';

const ANA = { id: 1, name: 'Ana Pop', phone: '+40 721 234 567' };
const SHOP = { id: 2, name: 'Shop', tel: '021 123 4567' };
const CLERK = { id: 3, name: 'Clerk', telefon: '021/123.45.67' };

describe('accolades-contact', () => {
  let runtime: TestRuntime;

  afterEach(() => runtime.stop());

  const start = async (config: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    const collector = (id: string): FlowNode => ({ id, type: 'collector', z: 'tab', wires: [] });
    runtime = await TestRuntime.start([
      { id: 'tab', type: 'tab', label: 'Test' },
      {
        id: 'find',
        type: 'accolades-contact',
        z: 'tab',
        contactsType: 'msg',
        wires: [['found'], ['several'], ['notFound']],
        ...config,
      },
      ...['found', 'several', 'notFound', 'caught'].map(collector),
      { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
    ]);
  };

  /** The message at the output, after the node got one. */
  const ask = async (output: string, message: Message, count = 1): Promise<Message> => {
    runtime.inject('find', message);
    const received = (await runtime.waitForMessages(output, count))[count - 1];
    if (received === undefined) throw new Error('no message');
    return received;
  };

  const call = (phoneNumber: string, more: Message = {}): Message => ({
    topic: 'incomingCall',
    payload: { phoneNumber },
    ...more,
  });

  it('sends the message to the output of the result, with what was found', async () => {
    await start();
    const contacts = [ANA, SHOP, CLERK];
    const found = await ask('found', call('0721234567', { contacts, mine: 1 }));
    expect(found).to.deep.include({
      match: 'exact',
      contact: ANA,
      contacts: [ANA],
      topic: 'incomingCall',
      mine: 1,
    });
    expect(runtime.statusOf('find')).to.include({ fill: 'green', text: 'found' });
    const several = await ask('several', call('0211234567', { contacts }));
    expect(several).to.deep.include({ match: 'exact', contact: null, contacts: [SHOP, CLERK] });
    expect(runtime.statusOf('find')).to.include({ fill: 'blue', text: 'several: 2' });
    const unknown = await ask('notFound', call('0729999999', { contacts }));
    expect(unknown).to.deep.include({ match: null, contact: null, contacts: [] });
    expect(runtime.statusOf('find')).to.include({ fill: 'grey', text: 'not found' });
    const likely = await ask('found', call('+41791234567', { contacts: [{ phone: '079 123 45 67' }] }), 2);
    expect(likely['match']).to.equal('likely');
    expect(runtime.statusOf('find')?.text).to.equal('found, likely');
  });

  for (const [what, config] of Object.entries({
    'the flow context': { contactsType: 'flow', contacts: 'people' },
    'the global context': { contactsType: 'global', contacts: 'people' },
    JSON: { contactsType: 'json', contacts: JSON.stringify([ANA]) },
    'an expression': {
      contactsType: 'jsonata',
      contacts: '[{"id":1,"name":"Ana Pop","phone":"+40 721 234 567"}]',
    },
  })) {
    it(`takes contacts from ${what}`, async () => {
      await start(config);
      const node = runtime.node('find');
      node?.context().flow.set('people', [ANA]);
      node?.context().global.set('people', [ANA]);
      expect(await ask('found', call('0721234567'))).to.deep.include({ match: 'exact', contact: ANA });
    });
  }

  it('takes contacts from text of CSV and vCards, and from the bytes of a file', async () => {
    const csv = 'name;telefon\r\nAna Pop;721234567\r\n';
    await start({ contactsType: 'text', contactsText: csv });
    const found = await ask('found', call('0721234567'));
    expect(found['contact']).to.deep.equal({ name: 'Ana Pop', telefon: '721234567' });
    await runtime.stop();
    await start({ contacts: 'payload.file', phoneNumber: 'number' });
    const vcard = 'BEGIN:VCARD\nFN:Ana Pop\nTEL:0721 234 567\nEND:VCARD\n';
    for (const [count, file] of [vcard, Buffer.from(vcard)].entries()) {
      const message = await ask('found', { number: '+40721234567', payload: { file } }, count + 1);
      expect(message['contact']).to.deep.equal({ name: 'Ana Pop', tel: ['0721 234 567'] });
    }
  });

  it('reads a list once, and again when it has changed', async () => {
    await start({ contactsType: 'flow', contacts: 'people' });
    const context = runtime.node('find')?.context().flow;
    let reads = 0;
    const counted = {
      get phone() {
        reads++;
        return '0721234567';
      },
    };
    const people: unknown[] = [counted];
    context?.set('people', people);
    await ask('notFound', call('0729999999'), 1);
    await ask('notFound', call('0729999999'), 2);
    expect(reads).to.equal(1);
    people.push({ phone: '0729999999' });
    await ask('found', call('0729999999'), 1);
    context?.set('people', [ANA, { phone: '0728888888' }]);
    await ask('found', call('0728888888'), 2);
  });

  it('gives a copy, so that a flow cannot change the stored contacts', async () => {
    await start({ contactsType: 'flow', contacts: 'people' });
    const stored = { ...ANA, deep: { a: 1 } };
    runtime.node('find')?.context().flow.set('people', [stored]);
    const found = await ask('found', call('0721234567'));
    expect(found['contact']).to.deep.equal(stored);
    expect(found['contact']).not.to.equal(stored);
    expect(at(found, 'contact', 'deep')).not.to.equal(stored.deep);
  });

  it('uses the named fields and the country', async () => {
    await start({ numberFields: 'nr', country: 'DE' });
    const found = await ask('found', call('+4930901820', { contacts: [{ nr: '030 901820' }] }));
    expect(found['match']).to.equal('exact');
  });

  it('says when there are no contacts, or no fields with numbers', async () => {
    await start();
    await ask('notFound', call('0721234567', { contacts: [] }), 1);
    expect(runtime.statusOf('find')?.text).to.equal('no contacts');
    await ask('notFound', call('0721234567', { contacts: [{ a: '0721234567' }] }), 2);
    expect(runtime.statusOf('find')?.text).to.equal('no number fields');
    expect(runtime.logOf('find', 'warn').join()).to.match(/Write the names of these fields/);
  });

  it('reports what cannot be read to Catch nodes, and reads the next', async () => {
    await start();
    const caught = await ask('caught', call('0721234567'));
    expect(at(caught, 'error', 'code')).to.equal('INVALID_PARAMETER');
    expect(at(caught, 'error', 'message')).to.match(/^Give the contacts as a list/);
    expect(runtime.statusOf('find')).to.include({ fill: 'red', text: 'wrong settings' });
    await ask('found', call('0721234567', { contacts: [ANA] }));
  });

  it('shows wrong settings when it starts', async () => {
    await start({ country: 'Romania' });
    expect(runtime.statusOf('find')).to.include({ fill: 'red', text: 'wrong settings' });
    const caught = await ask('caught', call('0721234567', { contacts: [ANA] }));
    expect(at(caught, 'error', 'message')).to.match(/country must be a code/);
  });

  it('parses a number', async () => {
    await start({ task: 'parse', wires: [['found']] });
    const parsed = await ask('found', call('Tel. 021/123.45.67 int. 5', { mine: 1 }));
    expect(at(parsed, 'phone', 'e164')).to.equal('+40211234567');
    expect(parsed['forms']).to.include.members(['+40211234567', '0211234567', '021 123 4567']);
    expect(parsed['mine']).to.equal(1);
    expect(runtime.statusOf('find')).to.include({ fill: 'green', text: '021 123 4567' });
    expect(await ask('found', call('101'), 2)).to.deep.include({ phone: null, forms: ['101'] });
    expect(runtime.statusOf('find')?.text).to.equal('no public number');
  });
});
