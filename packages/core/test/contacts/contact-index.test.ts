import { expect } from 'chai';
import { ContactIndex, type ContactMatch } from '../../src/contacts/contact-index.ts';
import { FakeClock } from '../support/fake-clock.ts';

const build = (
  contacts: unknown,
  more: { country?: string; numberFields?: string } = {},
): Promise<ContactIndex> => ContactIndex.build(contacts, { clock: new FakeClock(), ...more });

const NONE: ContactMatch = { match: null, contact: null, contacts: [] };

describe('An index of contacts', () => {
  const ana = { id: 1, phone: '0721 234 567' };
  const shop = { id: 2, tel: '021 123 4567' };
  const clerk = { id: 3, tel: '021 123 4567, 0722 222 222' };
  const abroad = { id: 4, phone: '079 123 45 67' };

  it('gives the contact, several, or none', async () => {
    const index = await build([ana, shop, clerk]);
    expect(index.find('+40721234567')).to.deep.equal({ match: 'exact', contact: ana, contacts: [ana] });
    expect(index.find('0211234567')).to.deep.equal({
      match: 'exact',
      contact: null,
      contacts: [shop, clerk],
    });
    expect(index.find('0729999999')).to.deep.equal(NONE);
    expect([index.contactCount, index.numberCount]).to.deep.equal([3, 4]);
  });

  it('takes a call message, and nothing that has no number', async () => {
    const index = await build([ana]);
    expect(index.find({ event: 'incomingCall', phoneNumber: '0721234567' }).contact).to.equal(ana);
    for (const caller of [undefined, null, '', 'anonymous', {}, { phoneNumber: {} }, [], NaN, true]) {
      expect(index.find(caller)).to.deep.equal(NONE);
    }
  });

  it('prefers exact matches to likely ones', async () => {
    const swiss = { id: 5, phone: '+41 79 123 45 67' };
    expect((await build([abroad])).find('+41791234567')).to.include({ match: 'likely', contact: abroad });
    expect((await build([abroad, swiss])).find('+41791234567')).to.include({
      match: 'exact',
      contact: swiss,
    });
  });

  it('counts a contact once that holds the number twice', async () => {
    const twice = { phone: '0721234567', mobile: '+40 721 234 567' };
    expect((await build([twice])).find('0721234567').contacts).to.deep.equal([twice]);
  });

  it('gives 100 contacts at most, in their order', async () => {
    const colleagues = Array.from({ length: 300 }, (_, id) => ({ id, phone: '0211234567' }));
    const { contacts, contact } = (await build(colleagues)).find('0211234567');
    expect(contacts).to.deep.equal(colleagues.slice(0, 100));
    expect(contact).to.equal(null);
  });

  it('skips what is no contact', async () => {
    expect((await build([null, undefined, true, 'text', ana, 0])).find('0721234567').contact).to.equal(ana);
  });

  it('uses the country and the fields of the settings', async () => {
    const berlin = { phone: '030 901820', nr: '030 901821' };
    expect((await build([berlin], { country: 'de' })).find('+4930901820').match).to.equal('exact');
    const named = await build([berlin], { country: 'DE', numberFields: 'nr' });
    expect(named.find('+4930901820').match).to.equal(null);
    expect(named.find('+4930901821').match).to.equal('exact');
  });

  it('refuses wrong settings and too many contacts', async () => {
    const problems = await Promise.all(
      [
        build([ana], { country: 'XX' }),
        build(undefined),
        build(Array.from({ length: 250_001 }, () => ({}))),
      ].map((building) => building.then(String, (error: unknown) => String(error))),
    );
    expect(problems[0]).to.match(/country must be a code/);
    expect(problems[1]).to.match(/Give the contacts as a list/);
    expect(problems[2]).to.match(/Give fewer contacts.*250000/);
  });

  it('is built in slices of 10 ms, between which other work goes on', async () => {
    const clock = new FakeClock();
    let worked = 0;
    const slow = Array.from({ length: 100 }, (_, id) => ({
      get phone() {
        // Each contact takes a millisecond.
        clock.advance(1);
        worked++;
        return `07212345${String(id).padStart(2, '0')}`;
      },
    }));
    let index: ContactIndex | null = null;
    const building = ContactIndex.build(slow, { clock }).then((built) => {
      index = built;
    });
    expect(worked).to.equal(10);
    expect(clock.pending).to.equal(1);
    for (let slice = 2; slice <= 10; slice++) {
      clock.advance(0);
      await Promise.resolve();
      await Promise.resolve();
      expect(worked).to.equal(slice * 10);
    }
    clock.advance(0);
    await building;
    expect(index).to.be.instanceOf(ContactIndex);
    expect(clock.pending).to.equal(0);
  });
});
