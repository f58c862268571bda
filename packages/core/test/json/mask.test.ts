import { expect } from 'chai';
import { maskDeep, maskIn, maskSecret } from '../../src/json/mask.ts';

describe('masking', () => {
  it('shows the last three characters of a long secret, nothing of a short one', () => {
    expect(maskSecret('f8cb549544')).to.equal('…544');
    expect(maskSecret('12345678')).to.equal('…678');
    expect(maskSecret('1234567')).to.equal('…');
    expect(maskSecret('')).to.equal('…');
  });

  it('goes into data, names included', () => {
    expect(
      maskDeep({ a: [{ 'x f8cb549544': 'f8cb549544!' }, 1, null], b: true }, 'f8cb549544'),
    ).to.deep.equal({
      a: [{ 'x …544': '…544!' }, 1, null],
      b: true,
    });
    expect(maskDeep({ password: '1234', Password: ['1234'], id: '1234' }, '1234')).to.deep.equal({
      password: '…',
      Password: ['…'],
      id: '1234',
    });
  });

  it('knows a number by its name, too', () => {
    expect(
      maskDeep({ password: 12345678, list: { idCrm: [12345678] }, id: 12345678 }, '12345678'),
    ).to.deep.equal({
      password: '…678',
      list: { idCrm: ['…678'] },
      id: 12345678,
    });
  });

  it('replaces every occurrence', () => {
    expect(maskIn('a f8cb549544 b f8cb549544', 'f8cb549544')).to.equal('a …544 b …544');
    expect(maskIn('nothing', 'f8cb549544')).to.equal('nothing');
  });

  for (const secret of ['secret$&x', "secret$'x", 'secret$`x', 'secret$$x', 'secret$1x', 'a.c+(d)*[e]']) {
    it(`takes ${secret} for what it is, not for a pattern`, () => {
      expect(maskIn(`x ${secret} y`, secret)).to.equal(`x ${maskSecret(secret)} y`);
    });
  }

  it('leaves a number of digits alone, except where a name says that it is the secret', () => {
    const call = '{"phoneNumber":"0211234567","echo":"0211234567"}';
    expect(maskIn(call, '0211234567')).to.equal(call);
    for (const text of [
      '"idCrm":"0211234567"',
      'idCrm=0211234567',
      "'agentId': '0211234567'",
      'password:0211234567',
    ]) {
      expect(maskIn(text, '0211234567'), text).to.equal(text.replace('0211234567', '…567'));
    }
    expect(maskIn('"idCrm":"02112345678"', '0211234567')).to.equal('"idCrm":"02112345678"');
    expect(maskIn('"idCrm":1234567.8', '1234567')).to.equal('"idCrm":1234567.8');
    expect(maskIn('the password=0211234567.', '0211234567')).to.equal('the password=…567.');
  });

  it('leaves JSON that has the secret as a number JSON', () => {
    expect(maskIn('{"idCrm":12345678,"a":1}', '12345678')).to.equal('{"idCrm":"…678","a":1}');
    expect(maskIn('{"idCrm" : 12345678}', '12345678')).to.equal('{"idCrm" : "…678"}');
  });

  it('leaves very short secrets alone', () => {
    expect(maskIn('ab abc', 'ab')).to.equal('ab abc');
  });
});
