import { expect } from 'chai';
import { contactsIn } from '../../src/contacts/contact-source.ts';

const all = (value: unknown): unknown[] => {
  const contacts: unknown[] = [];
  const source = contactsIn(value, 'RO');
  for (let next = source.next(); next.done !== true; next = source.next()) contacts.push(next.value);
  return contacts;
};

describe('Contacts', () => {
  const ana = { name: 'Ana Pop', phone: '0721234567' };

  it('are a list, the answer of a service, or a single one', () => {
    expect(all([ana])).to.deep.equal([ana]);
    expect(all({ results: [ana], paging: {} })).to.deep.equal([ana]);
    expect(all({ success: true, data: [ana] })).to.deep.equal([ana]);
    expect(all(ana)).to.deep.equal([ana]);
    expect(all([])).to.deep.equal([]);
  });

  it('are the rows of a table', () => {
    expect(all([['name', 'phone'], ['Ana Pop', '0721234567'], ['Ion']])).to.deep.equal([
      ana,
      { name: 'Ion', phone: '' },
    ]);
  });

  it('are read from JSON text', () => {
    expect(all(JSON.stringify([ana]))).to.deep.equal([ana]);
    expect(() => all('[{"name":')).to.throw(/Correct the JSON/);
    expect(() => all(`[${' '.repeat(3 * 1024 * 1024)}]`)).to.throw(/as CSV/);
  });

  for (const value of [undefined, null, 5, true]) {
    it(`are refused when they are ${String(value)}`, () => {
      expect(() => all(value)).to.throw(/Give the contacts as a list/);
    });
  }

  describe('in CSV', () => {
    for (const [what, text] of Object.entries({
      'with commas': 'name,phone\nAna Pop,0721234567\n',
      'with semicolons': 'name;phone\r\nAna Pop;0721234567\r\n',
      'with tabs': 'name\tphone\rAna Pop\t0721234567',
      'with quotes': '"name","phone"\n"Ana Pop","0721234567"',
      'with a byte order mark': '\ufeffname,phone\nAna Pop,0721234567',
      'with the delimiter that Excel names': 'sep=;\r\nname;phone\r\nAna Pop;0721234567\r\n',
      'with empty lines': '\n\nname,phone\n\nAna Pop,0721234567\n,\n\n',
    })) {
      it(`${what}, have the names of the first row`, () => {
        expect(all(text)).to.deep.equal([ana]);
      });
    }

    it('may have no row of names', () => {
      expect(all('Ana Pop,0721234567,0211234567\nIon,0722222222,')).to.deep.equal([
        { column1: 'Ana Pop', phone: '0721234567', phone2: '0211234567' },
        { column1: 'Ion', phone: '0722222222', phone2: '' },
      ]);
    });

    it('keep columns of the same name, and those without one', () => {
      expect(all('phone,phone,,__proto__\n1,2,3,4')).to.deep.equal([
        { phone: '1', phone2: '2', column3: '3', 'field:__proto__': '4' },
      ]);
    });

    it('may be one column, and be encoded as Excel does', () => {
      expect(all('phone\n0721234567\n0722222222')).to.deep.equal([
        { phone: '0721234567' },
        { phone: '0722222222' },
      ]);
      const bytes = Buffer.from('name,phone\n\u00aaerban,0721234567', 'latin1');
      expect(all(bytes)).to.deep.equal([{ name: 'Şerban', phone: '0721234567' }]);
    });

    it('are complete when the text is long, and quotes hold line breaks', () => {
      const rows = Array.from(
        { length: 20_000 },
        (_, index) => `"Contact\n""${index}""",07${String(index).padStart(8, '0')}`,
      );
      const contacts = all(`name,phone\n${rows.join('\n')}`);
      expect(contacts).to.have.length(20_000);
      expect(contacts[0]).to.deep.equal({ name: 'Contact\n"0"', phone: '0700000000' });
      expect(contacts.at(-1)).to.deep.equal({ name: 'Contact\n"19999"', phone: '0700019999' });
    });

    it('are refused when a quote does not end', () => {
      expect(() => all(`name,phone\n"${'Ana,0721234567\n'.repeat(50_000)}`)).to.throw(/Correct the quotes/);
    });
  });

  it('are read from vCards of all versions', () => {
    const text = [
      'BEGIN:VCARD',
      'VERSION:3.0',
      'FN:Ana Pop\\, Dr.',
      'ORG:Popescu Ltd',
      'item1.TEL;TYPE=CELL;TYPE="x:y":+40 721 ',
      ' 234 567',
      'TEL;TYPE=WORK:021 123 4567',
      'EMAIL:ana@example.com',
      'PHOTO;ENCODING=b:AAAA',
      'END:VCARD',
      'BEGIN:VCARD',
      'VERSION:2.1',
      'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C8=98erban =',
      'Ion',
      'TEL;CELL:0722222222',
      'END:VCARD',
      'BEGIN:VCARD',
      'VERSION:4.0',
      'TEL;VALUE=uri;TYPE="voice,home":tel:+40-722-333-444',
      'END:VCARD',
      '',
    ].join('\r\n');
    expect(all(text)).to.deep.equal([
      {
        name: 'Ana Pop, Dr.',
        organization: 'Popescu Ltd',
        tel: ['+40 721 234 567', '021 123 4567'],
        email: ['ana@example.com'],
      },
      { name: 'Șerban Ion', tel: ['0722222222'] },
      { tel: ['+40-722-333-444'] },
    ]);
  });
});
