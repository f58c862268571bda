import { expect } from 'chai';
import fc from 'fast-check';
import { IsoTime } from '../../src/time/iso-time.ts';

describe('a time as text', () => {
  const times = new IsoTime();

  it('is what Date makes of it', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const time = date.getTime();
        for (const near of [time, time + 1, time - 1, time + 999, time]) {
          if (Math.abs(near) <= 8.64e15) expect(times.of(near)).to.equal(new Date(near).toISOString());
        }
      }),
    );
  });

  it('keeps the width of the fraction', () => {
    expect([0, 7, 42, 999, 1_000].map((time) => times.of(time))).to.deep.equal([
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:00:00.007Z',
      '1970-01-01T00:00:00.042Z',
      '1970-01-01T00:00:00.999Z',
      '1970-01-01T00:00:01.000Z',
    ]);
  });

  it('refuses what no Date can hold', () => {
    expect(() => times.of(Number.NaN)).to.throw(RangeError);
    expect(() => times.of(8.64e15 + 1_000)).to.throw(RangeError);
  });
});
