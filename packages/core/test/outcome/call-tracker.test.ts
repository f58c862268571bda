import { expect } from 'chai';
import { missedCallOf } from '../../src/outcome/build-record.ts';
import { CALLER, TrackerRig } from '../support/tracker-rig.ts';

describe('call tracker', () => {
  let rig: TrackerRig;
  beforeEach(() => {
    rig = new TrackerRig();
  });

  it('tells an answered call with its times, who answered and who rang', () => {
    rig.pass(29);
    rig.see();
    rig.see({ phoneId: '28' });
    rig.pass(12);
    rig.post('answer');
    rig.pass(95);
    rig.post('hangup');
    rig.pass(29);
    expect(rig.records).to.deep.equal([]);
    // The second phone rang and said nothing: its ring holds the call for 90 s only.
    rig.pass(1);
    const { raw, receivedAt, ...record } = rig.only();
    const frontDesk = { label: 'Front desk', id: '321', phoneId: '27' };
    expect(record).to.deep.equal({
      event: 'callEnded',
      result: 'answered',
      direction: 'incoming',
      phoneNumber: CALLER,
      phone: {
        e164: '+40722000111',
        national: '0722 000 111',
        international: '+40 722 000 111',
        country: 'RO',
        type: 'MOBILE',
      },
      callId: rig.callId,
      callCenter: false,
      startedAt: '2026-11-21T08:01:00.000Z',
      answeredAt: '2026-11-21T08:01:41.000Z',
      endedAt: '2026-11-21T08:03:16.000Z',
      waitSeconds: 41,
      ringSeconds: 12,
      talkSeconds: 95,
      answeredBy: frontDesk,
      answers: [{ ...frontDesk, at: '2026-11-21T08:01:41.000Z', endedAt: '2026-11-21T08:03:16.000Z' }],
      rang: [
        { ...frontDesk, at: '2026-11-21T08:01:29.000Z' },
        { label: null, id: null, phoneId: '28', at: '2026-11-21T08:01:29.000Z' },
      ],
      evidence: { notifications: 2, sessions: 2, matched: 'callId', reason: null, silentPhones: ['28'] },
    });
    expect(raw.map(({ event }) => event)).to.deep.equal(['answer', 'hangup']);
    expect(receivedAt).to.equal('2026-11-21T08:03:46.000Z');
  });

  it('tells a missed call a minute after its last sign, and gives it as missedCall', () => {
    rig.post('hangup');
    rig.pass(59);
    expect(rig.records).to.deep.equal([]);
    rig.pass(1);
    expect(rig.only()).to.deep.include({
      result: 'missed',
      answeredAt: null,
      talkSeconds: null,
      answeredBy: null,
    });
    expect(missedCallOf(rig.only())).to.deep.equal({ ...rig.only(), event: 'missedCall' });
  });

  it('starts the wait anew with each sign', () => {
    rig.post('hangup');
    rig.pass(59);
    rig.post('hangup', '28');
    rig.pass(59);
    expect(rig.records).to.deep.equal([]);
    rig.pass(1);
    expect(rig.only().rang.map(({ phoneId }) => phoneId)).to.deep.equal(['27', '28']);
  });

  it('holds a call for 90 s after a ring of a phone that has not reported since', () => {
    rig.post('hangup', '28');
    rig.see();
    rig.pass(89);
    expect(rig.records).to.deep.equal([]);
    rig.pass(1);
    expect(rig.only().result).to.equal('unknown');
    expect(rig.only().evidence).to.deep.include({ reason: 'silentPhone', silentPhones: ['27'] });
  });

  it('counts a repeated notification once, and the same one later again', () => {
    const again = (): void => {
      rig.post('hangup', '27', { serial: 'same' });
    };
    again();
    rig.pass(9);
    again();
    rig.pass(2);
    again();
    rig.pass(60);
    expect(rig.only().evidence.notifications).to.equal(2);
  });

  it('takes an answer up to 2 s after the phone’s hang-up for overtaken', () => {
    rig.post('hangup');
    rig.pass(2);
    rig.post('answer');
    rig.pass(30);
    expect(rig.only()).to.deep.include({ result: 'answered', talkSeconds: 0 });
    expect(rig.only().evidence.reason).to.equal(null);
  });

  it('takes a later answer for a new leg of the phone', () => {
    rig.post('hangup');
    rig.pass(2.1);
    rig.post('answer');
    rig.pass(3);
    rig.post('hangup');
    rig.pass(30);
    expect(rig.only()).to.deep.include({ result: 'answered', talkSeconds: 3 });
  });

  it('takes a question for more time as proof of an answer whose time is not known', () => {
    rig.post('confirmHangup');
    rig.pass(5);
    rig.post('hangup');
    rig.pass(30);
    expect(rig.only()).to.deep.include({
      result: 'answered',
      answeredAt: null,
      waitSeconds: null,
      talkSeconds: null,
    });
  });

  it('ends a call without a hang-up 4 h after its last sign, and leaves its end open', () => {
    rig.post('answer');
    rig.pass(4 * 3_600 - 1);
    expect(rig.records).to.deep.equal([]);
    rig.pass(1);
    expect(rig.only()).to.deep.include({ result: 'answered', endedAt: null, talkSeconds: null });
    expect(rig.only().evidence.reason).to.equal('noHangup');
  });

  it('does not take a mailbox for a person', () => {
    rig.post('answer', '900', { userType: 'voicemail' });
    rig.post('hangup', '900', { userType: 'voicemail' });
    rig.pass(60);
    expect(rig.only()).to.deep.include({ result: 'unknown', answeredBy: null });
    expect(rig.only().evidence.reason).to.equal('notAPerson');
  });

  it('says “unanswered” of a call that went out, and never missedCall', () => {
    rig.post('hangup', '27', { callDirection: 'out' });
    rig.pass(60);
    expect(rig.only()).to.deep.include({ result: 'unanswered', direction: 'outgoing' });
    expect(missedCallOf(rig.only())).to.equal(null);
  });

  it('says “internal” of a call between extensions that both report, and never missedCall', () => {
    rig.post('hangup', '27', { phoneNumber: '102', callDirection: 'in' });
    rig.post('hangup', '28', { phoneNumber: '101', callDirection: 'out' });
    rig.pass(60);
    expect(rig.only()).to.deep.include({ result: 'unanswered', direction: 'internal', phone: null });
    expect(missedCallOf(rig.only())).to.equal(null);
  });

  it('takes the direction of the first notification with a public number', () => {
    rig.post('hangup', '28', { phoneNumber: '101', callDirection: 'out' });
    rig.post('hangup', '27');
    rig.pass(60);
    expect(rig.only()).to.deep.include({ direction: 'incoming', phoneNumber: CALLER });
  });

  it('says “unknown” when the server did not say the direction', () => {
    rig.post('hangup', '27', { callDirection: '' });
    rig.pass(60);
    expect([rig.only().result, rig.only().evidence.reason]).to.deep.equal(['unknown', 'direction']);
  });

  it('says “unknown” of a call that began when the endpoint was away, or just before', () => {
    rig.tracker.closed();
    rig.tracker.opened();
    rig.pass(4);
    rig.callId = rig.idNow(2);
    rig.post('hangup');
    rig.pass(60);
    expect([rig.only().result, rig.only().evidence.reason]).to.deep.equal(['unknown', 'beganBefore']);
    rig.pass(1);
    rig.callId = rig.idNow(3);
    rig.post('hangup');
    rig.pass(60);
    expect(rig.records[1]?.result).to.equal('missed');
  });

  it('says “unknown” where other processes get notifications of the account, too', () => {
    rig.start({ seesAllNotifications: false });
    rig.post('hangup');
    rig.pass(60);
    expect([rig.only().result, rig.only().evidence.reason]).to.deep.equal(['unknown', 'otherProcess']);
  });

  it('says “unknown” of a ring at a phone whose id no session knows yet', () => {
    rig.see({ phoneId: null });
    rig.post('hangup');
    rig.pass(120);
    expect([rig.only().result, rig.only().evidence.reason]).to.deep.equal(['unknown', 'silentPhone']);
  });

  describe('click-to-call', () => {
    beforeEach(() => {
      rig.tracker.dialled({ deviceId: '27', phoneNumber: '+40 722 000 111' });
    });
    const out = { callDirection: 'out' };

    it('is answered when two legs are', () => {
      rig.post('answer', '27', out);
      rig.post('answer', '28', out);
      rig.post('hangup', '27', out);
      rig.post('hangup', '28', out);
      rig.pass(30);
      expect(rig.only().result).to.equal('answered');
    });

    it('is unknown when only the phone that dials has answered', () => {
      rig.post('answer', '27', out);
      rig.post('hangup', '27', out);
      rig.pass(30);
      expect([rig.only().result, rig.only().evidence.reason]).to.deep.equal(['unknown', 'clickToCall']);
    });

    for (const [what, seconds, phone] of [
      ['more than a minute later', 61, '27'],
      ['of another phone', 1, '28'],
    ] as const) {
      it(`does not explain a call ${what}`, () => {
        rig.pass(seconds);
        rig.post('answer', phone, out);
        rig.post('hangup', phone, out);
        rig.pass(30);
        expect(rig.only().result).to.equal('answered');
      });
    }
  });

  describe('sessions and notifications', () => {
    it('are matched by number and phone, 90 s at most, together with the other rings of the number', () => {
      rig.see({ uniqueId: '1.1' });
      rig.see({ uniqueId: '1.2', phoneId: '28' });
      rig.see({ uniqueId: '1.3', phoneId: '29', phoneNumber: '0733000222' });
      rig.pass(90);
      rig.post('hangup');
      rig.post('hangup', '28');
      rig.pass(90);
      expect(rig.only().evidence).to.deep.include({ matched: 'phone', sessions: 2 });
      expect(rig.only().ringSeconds).to.equal(90);
    });

    it('are not matched by number and phone when they are further apart, or the ids are known to match', () => {
      rig.see({ uniqueId: '1.1' });
      rig.pass(91);
      rig.post('hangup');
      rig.pass(60);
      expect(rig.only().evidence).to.deep.include({ matched: 'none', sessions: 0 });
      rig.callId = rig.idNow(2);
      rig.see();
      rig.post('hangup');
      rig.callId = rig.idNow(3);
      rig.see({ uniqueId: '1.4' });
      rig.post('hangup');
      rig.pass(120);
      expect(rig.records.map(({ evidence }) => evidence.matched)).to.deep.equal(['none', 'callId', 'none']);
    });

    it('are of the next call of the same caller, when one has ended and the next is reported', () => {
      rig.see({ uniqueId: '1.1' });
      rig.pass(12);
      rig.post('hangup');
      rig.pass(15);
      rig.see({ uniqueId: '1.2' });
      rig.see({ uniqueId: '1.3', phoneId: '28' });
      rig.callId = rig.idNow(2);
      rig.pass(4);
      rig.post('answer');
      rig.pass(30);
      rig.post('hangup');
      rig.pass(120);
      const seen = rig.records.map(({ result, ringSeconds, rang }) => [result, ringSeconds, rang.length]);
      expect(seen).to.have.deep.members([
        ['missed', 12, 1],
        ['answered', 4, 2],
      ]);
    });

    it('are of the call that has ended, when no other is reported', () => {
      for (const hangups of ['unknown', 'answered'] as const) {
        rig.start({ hangups, waitAnsweredMs: 600_000 });
        rig.post('answer');
        rig.post('hangup');
        rig.pass(15);
        rig.see({ uniqueId: '1.2', phoneId: '29' });
        rig.pass(700);
        expect(rig.only().evidence).to.deep.include({ sessions: 1, silentPhones: ['29'] });
        expect(rig.tracker.status.calls).to.equal(0);
      }
    });

    it('are matched in whichever order they come', () => {
      rig.post('hangup', '28');
      rig.see({ uniqueId: '1.1' });
      rig.pass(90);
      expect(rig.only().evidence).to.deep.include({ matched: 'phone', sessions: 1 });
    });
  });
});
