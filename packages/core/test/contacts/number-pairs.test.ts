import { expect } from 'chai';
import { NUMBER_PAIRS } from '../../../../test/contract/contact-pairs.ts';
import { ContactIndex } from '../../src/contacts/contact-index.ts';
import { FakeClock } from '../support/fake-clock.ts';

const clock = new FakeClock();

describe('The match of a caller and a number of a contact', () => {
  it('is known for at least 200 pairs', () => {
    expect(NUMBER_PAIRS).to.have.length.of.at.least(200);
  });

  for (const { caller, country, number, match } of NUMBER_PAIRS) {
    it(`is ${match ?? 'none'} in ${country} for ${caller} and ${JSON.stringify(number)}`, async () => {
      const contact = { name: 'Ana Pop', phone: number };
      const index = await ContactIndex.build([contact], { country, clock });
      const found = index.find(caller);
      expect(found.match).to.equal(match);
      expect(found.contact).to.equal(match === null ? null : contact);
      expect(found.contacts).to.have.length(match === null ? 0 : 1);
    });
  }
});
