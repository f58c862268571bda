import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../src/errors.ts';
import { parseForm } from '../../src/webhook/form.ts';
import {
  parseNotification,
  type CallNotification,
  type NotificationContext,
} from '../../src/webhook/notification.ts';

const RECEIVED = Date.parse('2026-11-21T08:00:00.000Z');
const DOCUMENTED = 'apiName=callNotification&event=hangup&callId=1608743891.1344&userId=27&userType=user';

function read(form: string, context: Partial<NotificationContext> = {}): CallNotification {
  return parseNotification(parseForm(form), { country: 'RO', receivedAt: RECEIVED, ...context });
}

describe('call notifications', () => {
  it('use the fields of a call event where the meaning is the same', () => {
    expect(read(`${DOCUMENTED}&callDirection=in&phoneNumber=0211234567&duration=63&more=x`)).to.deep.equal({
      event: 'hangup',
      direction: 'incoming',
      phoneNumber: '0211234567',
      phone: {
        e164: '+40211234567',
        national: '021 123 4567',
        international: '+40 21 123 4567',
        country: 'RO',
        type: 'FIXED_LINE',
      },
      callId: '1608743891.1344',
      startedAt: '2020-12-23T17:18:11.000Z',
      user: { id: '27', type: 'user' },
      duration: 63,
      receivedAt: '2026-11-21T08:00:00.000Z',
      replyToken: null,
      raw: {
        apiName: 'callNotification',
        event: 'hangup',
        callId: '1608743891.1344',
        userId: '27',
        userType: 'user',
        callDirection: 'in',
        phoneNumber: '0211234567',
        duration: '63',
        more: 'x',
      },
    });
  });

  it('are read with only the documented fields', () => {
    expect(read(DOCUMENTED)).to.deep.include({
      direction: null,
      phoneNumber: '',
      phone: null,
      duration: null,
    });
  });

  for (const event of ['answer', 'confirmHangup', 'hangup', 'transfer', 'ANSWER']) {
    it(`keep the event ${event}`, () => {
      expect(read(`event=${event}&callId=1.1`).event).to.equal(event);
    });
  }

  const directions: [string, CallNotification['direction']][] = [
    ['callDirection=in', 'incoming'],
    ['callDirection=Incoming', 'incoming'],
    ['callDirection=INBOUND', 'incoming'],
    ['callDirection=incomingCall', 'incoming'],
    ['callDirectionType=out', 'outgoing'],
    ['calldirect=outbound', 'outgoing'],
    ['callDirection=outgoing%20call', 'outgoing'],
    ['callDirection=intrare', 'incoming'],
    ['callDirection=Intrare', 'incoming'],
    ['callDirection=apel%20de%20intrare', 'incoming'],
    ['callDirection=primit', 'incoming'],
    ['callDirection=ieșire', 'outgoing'],
    ['callDirection=ieşire', 'outgoing'],
    ['callDirection=ies%CC%A6ire', 'outgoing'],
    ['callDirection=IEȘIRE', 'outgoing'],
    ['callDirection=iesire', 'outgoing'],
    ['callDirection=apel%20efectuat', 'outgoing'],
    ['callDirection=intern', null],
    ['callDirection=apel', null],
    // An internal call has no direction, although the word starts like “in”.
    ['callDirection=internal', null],
    ['callDirection=1', null],
    ['callDirection=', null],
    ['direction=in', null],
  ];
  for (const [field, direction] of directions) {
    it(`read ${field} as ${String(direction)}, and keep it`, () => {
      const notification = read(`${DOCUMENTED}&${field}`);
      expect(notification.direction).to.equal(direction);
      expect(notification.raw).to.include(Object.fromEntries(new URLSearchParams(field)));
    });
  }

  const numbers: [string, Partial<NotificationContext>, string][] = [
    ['phoneNumber=0211234567', {}, '0211234567'],
    ['phone_number=0211234567', {}, '0211234567'],
    ['callerId=0211234567&destinationNumber=101&callDirection=in', {}, '0211234567'],
    ['callerId=101&destinationNumber=0211234567&callDirection=out', {}, '0211234567'],
    ['$_callerId=0211234567', {}, '0211234567'],
    ['phoneNumber=&from=0211234567', {}, '0211234567'],
    ['abonat=0211234567&phoneNumber=101', { phoneField: 'abonat' }, '0211234567'],
    ['phoneNumber=0211234567', { phoneField: 'absent' }, '0211234567'],
    ['phoneNumber=0211234567&phoneNumber=101', {}, '0211234567'],
    ['phoneNumber=anonymous', {}, 'anonymous'],
    ['something=0211234567', {}, ''],
  ];
  for (const [form, context, expected] of numbers) {
    it(`find the number “${expected}” in ${form}`, () => {
      const notification = read(`${DOCUMENTED}&${form}`, context);
      expect(notification.phoneNumber).to.equal(expected);
      expect(notification.phone?.e164 ?? null).to.equal(expected.startsWith('021') ? '+40211234567' : null);
    });
  }

  const durations: [string, Partial<NotificationContext>, number | null][] = [
    ['duration=0', {}, 0],
    ['call_duration=12.5', {}, 12.5],
    ['billsec=00:01:05', {}, 65],
    ['duration=1:02:03', {}, 3723],
    ['duration=2:05', {}, 125],
    ['durata=7&duration=9', { durationField: 'durata' }, 7],
    ['duration=long', {}, null],
    ['duration=-1', {}, null],
  ];
  for (const [form, context, expected] of durations) {
    it(`read the duration ${form} as ${String(expected)}`, () => {
      expect(read(`${DOCUMENTED}&${form}`, context).duration).to.equal(expected);
    });
  }

  it('need an event, a call id or their API name', () => {
    for (const form of ['event=x', 'callId=1.2', 'apiName=callNotification']) read(form);
    expect(read('callId=1.2').event).to.equal('unknown');
    expect(() => read('a=1'))
      .to.throw(AccoladesError)
      .with.property('code', 'NOT_A_NOTIFICATION');
  });

  it('lose no field and throw only typed errors', () => {
    const name = fc.oneof(
      fc.constantFrom(
        'event',
        'callId',
        'apiName',
        'userId',
        'callDirection',
        'phoneNumber',
        'duration',
        '__proto__',
      ),
      fc.string(),
    );
    const value = fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const fields = Object.fromEntries(pairs);
        const before = structuredClone(fields);
        try {
          expect(parseNotification(fields, { country: 'RO', receivedAt: RECEIVED }).raw).to.deep.equal(
            before,
          );
        } catch (error) {
          if (!(error instanceof AccoladesError)) throw error;
        }
      }),
    );
  });
});
