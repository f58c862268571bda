import { expect } from 'chai';
import { NumberFields, readFieldNames } from '../../src/contacts/number-fields.ts';

const found = (contact: unknown, names: unknown = ''): readonly unknown[] =>
  new NumberFields(readFieldNames(names)).valuesOf(contact);

describe('The fields of a contact that hold numbers', () => {
  for (const name of [
    'phone',
    'Phone Number',
    'phoneNumber',
    'phonenumber',
    'PHONE_1',
    'mobile',
    'mobilephone',
    'MobilePhone',
    'work_phone',
    'tel',
    'Tel.',
    'tel1',
    'telefon',
    'Telefon fix',
    'Număr de telefon',
    'nr_tel',
    'nrtelefon',
    'Mobil',
    'telMobil',
    'GSM',
    'WhatsApp',
    'Phone 1 - Value',
    'Business Phone 2',
    'celular',
  ]) {
    it(`are found by the name ${name}`, () => {
      expect(found({ id: 1, [name]: '0721234567', note: '0722222222' })).to.deep.equal(['0721234567']);
    });
  }

  for (const name of [
    'id',
    'phoneId',
    'phone_verified_at',
    'Phone 1 - Type',
    'fax',
    'imobil',
    'automobil',
    'Teleorman',
    'telephone_extension',
    'mobile_country_code',
    'name',
    'CUI',
    'IBAN',
    'total',
  ]) {
    it(`are not found by the name ${name}`, () => {
      expect(found({ [name]: '0721234567' })).to.deep.equal([]);
    });
  }

  it('are found where HubSpot keeps them', () => {
    const contact = {
      id: '51',
      properties: { firstname: 'Ana', hs_object_id: '51', phone: '0211234567', mobilephone: '+40721234567' },
      createdAt: '2026-01-01T00:00:00Z',
    };
    expect(found(contact)).to.deep.equal(['0211234567', '+40721234567']);
  });

  it('are found where Google keeps them', () => {
    const contact = {
      resourceName: 'people/c1',
      names: [{ displayName: 'Ana Pop' }],
      phoneNumbers: [
        {
          metadata: { primary: true, source: { id: '4071' } },
          value: '0721 234 567',
          canonicalForm: '+40721234567',
          type: 'mobile',
        },
        { value: '021 123 4567', formattedType: 'Work' },
      ],
    };
    expect(found(contact)).to.deep.equal(['0721 234 567', '+40721234567', '021 123 4567']);
  });

  it('are found where Pipedrive, Microsoft Graph and Odoo keep them', () => {
    expect(
      found({ name: 'Ana', phone: [{ label: 'work', value: '0211234567', primary: true }] }),
    ).to.deep.equal(['0211234567']);
    expect(found({ businessPhones: ['0211234567'], mobilePhone: null, homePhones: [] })).to.deep.equal([
      '0211234567',
    ]);
    expect(found({ id: 7, phone: false, mobile: '+40 721 234 567' })).to.deep.equal(['+40 721 234 567']);
    expect(found({ phones: { home: '0211234567', work: '0721234567' } })).to.deep.equal([
      '0211234567',
      '0721234567',
    ]);
  });

  it('may be named, by name or path, whatever the case and accents', () => {
    const contact = {
      contact: 'Ana 0722222222',
      Număr: '0721234567',
      deep: { numbers: [{ a: 1 }, { nr: '0211234567' }] },
    };
    expect(found(contact, 'numar')).to.deep.equal(['0721234567']);
    expect(found(contact, 'NUMĂR, deep.numbers[].nr')).to.deep.equal(['0721234567', '0211234567']);
    expect(found(contact, ['deep.numbers.0.nr'])).to.deep.equal(['0211234567']);
    expect(found(contact, 'nr\ncontact')).to.deep.equal(['Ana 0722222222', '0211234567']);
    expect(found({ phone: '0721234567', fax: '0211234567' }, 'fax')).to.deep.equal(['0211234567']);
  });

  it('are looked for in a bounded part of a contact', () => {
    const deep = { a: { a: { a: { a: { a: { a: { a: { phone: '0721234567' } } } } } } } };
    expect(found(deep)).to.deep.equal([]);
    const loop: Record<string, unknown> = { phone: '0721234567' };
    loop['self'] = loop;
    expect(found(loop).length).to.be.at.most(50);
    expect(found({ phones: Array.from({ length: 10_000 }, (_, index) => `07${index}`) })).to.have.length(50);
  });

  it('are refused as a setting of another type', () => {
    expect(() => readFieldNames(5)).to.throw(/Write the names of the fields/);
    expect(() => readFieldNames('a,'.repeat(51))).to.throw(/50 fields/);
  });
});
