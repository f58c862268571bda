import { expect } from 'chai';
import { catchAll, debug, flowNode, inject, tab } from './flow-nodes.ts';
import { NodeRedRig } from './node-red-rig.ts';

/** A CRM's export as Excel saves it: without leading zeros, with two numbers in a field. */
const CSV =
  'Nume;Telefon\r\nAna Pop;721234567\r\nShop;021/123.45.67\r\nClerk;"+40 21 123 4567, 0722 222 222"\r\n';

describe('A contact node in a real Node-RED', () => {
  let rig: NodeRedRig;

  before(async () => {
    rig = await NodeRedRig.start();
    await rig.deploy([
      tab('a'),
      inject('a', 'call', [['find']]),
      flowNode(
        'a',
        'find',
        'accolades-contact',
        { phoneNumber: 'payload.number', phoneNumberType: 'msg', contactsType: 'flow', contacts: 'people' },
        [['found'], ['several'], ['notFound']],
      ),
      ...['found', 'several', 'notFound'].map((id) => debug('a', id)),
      inject('a', 'store', [['people']]),
      flowNode(
        'a',
        'people',
        'change',
        { rules: [{ t: 'set', p: 'people', pt: 'flow', to: 'payload.text', tot: 'msg' }] },
        [['stored']],
      ),
      debug('a', 'stored'),
      ...catchAll('a'),
    ]);
  });

  after(() => rig.stop());

  const find = (output: string, number: string) =>
    rig.next(output, () => rig.client.inject('call', { number }));

  it('finds callers in text that the flow context holds', async () => {
    const missing = await find('a-caught', '0721234567');
    expect(JSON.stringify(missing)).to.match(/Give the contacts as a list/);
    await rig.next('stored', () => rig.client.inject('store', { text: CSV }));
    expect(await find('found', '+40 721 234 567')).to.deep.include({
      match: 'exact',
      contact: { Nume: 'Ana Pop', Telefon: '721234567' },
    });
    expect(await find('several', '0211234567')).to.deep.include({ match: 'exact', contact: null });
    expect(await find('notFound', '0729999999')).to.deep.include({ match: null, contacts: [] });
  });
});
