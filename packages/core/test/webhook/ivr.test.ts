import { expect } from 'chai';
import fc from 'fast-check';
import { parseForm } from '../../src/webhook/form.ts';
import { parseIvrRequest, type IvrRequest } from '../../src/webhook/ivr.ts';

const RECEIVED = Date.parse('2026-11-21T08:00:00.000Z');

function read(form: string): IvrRequest {
  return parseIvrRequest(parseForm(form), { country: 'RO', receivedAt: RECEIVED });
}

describe('IVR requests', () => {
  it('separate own variables from globals', () => {
    const form =
      'orderNumber=0042&Order=b&order=c&%24_callerId=0211234567&%24_destinationNumber=0219876543&%24_callId=1608743891.1344&%24_dateNow=20261121';
    expect(read(form)).to.deep.equal({
      event: 'ivrRequest',
      phoneNumber: '0211234567',
      phone: {
        e164: '+40211234567',
        national: '021 123 4567',
        international: '+40 21 123 4567',
        country: 'RO',
        type: 'FIXED_LINE',
      },
      destinationNumber: '0219876543',
      callId: '1608743891.1344',
      startedAt: '2020-12-23T17:18:11.000Z',
      date: '2026-11-21',
      variables: { orderNumber: '0042', Order: 'b', order: 'c' },
      receivedAt: '2026-11-21T08:00:00.000Z',
      replyToken: null,
      raw: Object.fromEntries(new URLSearchParams(form)),
    });
  });

  it('accept globals without their prefix, and also keep them as own variables', () => {
    expect(read('_callerId=101&_callId=1.1')).to.deep.include({
      phoneNumber: '101',
      callId: '1.1',
      variables: {},
    });
    expect(read('callerId=101')).to.deep.include({ phoneNumber: '101', variables: { callerId: '101' } });
    expect(read('%24_callerId=101&callerId=x')).to.deep.include({
      phoneNumber: '101',
      variables: { callerId: 'x' },
    });
  });

  const dates: [string, string | null][] = [
    ['20240229', '2024-02-29'],
    ['20230229', null],
    ['20261301', null],
    ['', null],
    ['today', null],
  ];
  for (const [text, date] of dates) {
    it(`read the date “${text}” as ${String(date)}`, () => {
      expect(read(`%24_dateNow=${text}`).date).to.equal(date);
    });
  }

  it('may be empty', () => {
    expect(read('')).to.deep.include({
      phoneNumber: '',
      phone: null,
      callId: '',
      startedAt: null,
      variables: {},
    });
  });

  it('lose no field and never throw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 3 })))),
        (pairs) => {
          const fields = Object.fromEntries(pairs);
          const before = structuredClone(fields);
          const request = parseIvrRequest(fields, { country: 'RO', receivedAt: RECEIVED });
          expect(request.raw).to.deep.equal(before);
          expect(Object.keys(request.variables)).to.have.members(
            Object.keys(fields).filter(
              (name) => !/^\$?_(callerId|destinationNumber|callId|dateNow)$/.test(name),
            ),
          );
          for (const value of Object.values(request.variables)) expect(value).to.be.a('string');
        },
      ),
    );
  });
});
