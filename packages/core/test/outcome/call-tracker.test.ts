import { expect } from 'chai';
import { missedCallOf } from '../../src/outcome/build-record.ts';
import { CallTracker, MAX_CALLS, MAX_CHARS, type OutcomeReport } from '../../src/outcome/call-tracker.ts';
import type { CallRecord, CallSighting, OutcomeSettings } from '../../src/outcome/contract.ts';
import { parseNotification } from '../../src/webhook/notification.ts';
import { FakeClock } from '../support/fake-clock.ts';

const CALLER = '0722000111';

describe('call tracker', () => {
  let clock: FakeClock;
  let records: CallRecord[];
  let reports: OutcomeReport[];
  let tracker: CallTracker;
  let callId: string;
  beforeEach(() => {
    clock = new FakeClock();
    start();
  });

  const start = (settings: Partial<OutcomeSettings> = {}): void => {
    records = [];
    reports = [];
    tracker = new CallTracker({
      clock,
      settings,
      agentOf: (phoneId) => (phoneId === '27' ? { label: 'Front desk', id: '321' } : null),
      onRecord: (record) => {
        records.push(record);
      },
      onReport: (report) => {
        reports.push(report);
      },
    });
    tracker.opened();
    pass(60);
    callId = idNow(1);
  };
  const pass = (seconds: number): void => {
    clock.advance(seconds * 1_000);
  };
  const idNow = (index: number): string => `${Math.floor(clock.now() / 1_000)}.${index}`;
  let serial = 0;
  const post = (event: string, userId = '27', more: Record<string, string> = {}): void => {
    const fields = {
      ...{ apiName: 'callNotification', event, callId, userId, userType: 'user' },
      ...{ callDirection: 'in', phoneNumber: CALLER, serial: String(++serial) },
      ...more,
    };
    tracker.notified(parseNotification(fields, { country: 'RO', receivedAt: clock.now() }));
  };
  const see = (more: Partial<CallSighting> = {}): void => {
    tracker.sighted({
      ...{ direction: 'incoming', uniqueId: callId, phoneNumber: CALLER, callCenter: false, phoneId: '27' },
      ...more,
    } as const);
  };
  const only = (): CallRecord => {
    const [record] = records;
    if (records.length !== 1 || record === undefined) throw new Error(`${records.length} records.`);
    return record;
  };

  it('tells an answered call with its times, who answered and who rang', () => {
    pass(29);
    see();
    see({ phoneId: '28' });
    pass(12);
    post('answer');
    pass(95);
    post('hangup');
    pass(29);
    expect(records).to.deep.equal([]);
    // The second phone rang and said nothing: its ring holds the call for 90 s only.
    pass(1);
    const { raw, receivedAt, ...record } = only();
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
      callId,
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
    post('hangup');
    pass(59);
    expect(records).to.deep.equal([]);
    pass(1);
    expect(only()).to.deep.include({
      result: 'missed',
      answeredAt: null,
      talkSeconds: null,
      answeredBy: null,
    });
    expect(missedCallOf(only())).to.deep.equal({ ...only(), event: 'missedCall' });
  });

  it('starts the wait anew with each sign', () => {
    post('hangup');
    pass(59);
    post('hangup', '28');
    pass(59);
    expect(records).to.deep.equal([]);
    pass(1);
    expect(only().rang.map(({ phoneId }) => phoneId)).to.deep.equal(['27', '28']);
  });

  it('holds a call for 90 s after a ring of a phone that has not reported since', () => {
    post('hangup', '28');
    see();
    pass(89);
    expect(records).to.deep.equal([]);
    pass(1);
    expect(only().result).to.equal('unknown');
    expect(only().evidence).to.deep.include({ reason: 'silentPhone', silentPhones: ['27'] });
  });

  it('counts a repeated notification once, and the same one later again', () => {
    const again = (): void => {
      post('hangup', '27', { serial: 'same' });
    };
    again();
    pass(9);
    again();
    pass(2);
    again();
    pass(60);
    expect(only().evidence.notifications).to.equal(2);
  });

  it('takes an answer up to 2 s after the phone’s hang-up for overtaken', () => {
    post('hangup');
    pass(2);
    post('answer');
    pass(30);
    expect(only()).to.deep.include({ result: 'answered', talkSeconds: 0 });
    expect(only().evidence.reason).to.equal(null);
  });

  it('takes a later answer for a new leg of the phone', () => {
    post('hangup');
    pass(2.1);
    post('answer');
    pass(3);
    post('hangup');
    pass(30);
    expect(only()).to.deep.include({ result: 'answered', talkSeconds: 3 });
  });

  it('takes a question for more time as proof of an answer whose time is not known', () => {
    post('confirmHangup');
    pass(5);
    post('hangup');
    pass(30);
    expect(only()).to.deep.include({
      result: 'answered',
      answeredAt: null,
      waitSeconds: null,
      talkSeconds: null,
    });
  });

  it('ends a call without a hang-up 4 h after its last sign, and leaves its end open', () => {
    post('answer');
    pass(4 * 3_600 - 1);
    expect(records).to.deep.equal([]);
    pass(1);
    expect(only()).to.deep.include({ result: 'answered', endedAt: null, talkSeconds: null });
    expect(only().evidence.reason).to.equal('noHangup');
  });

  it('does not take a mailbox for a person', () => {
    post('answer', '900', { userType: 'voicemail' });
    post('hangup', '900', { userType: 'voicemail' });
    pass(60);
    expect(only()).to.deep.include({ result: 'unknown', answeredBy: null });
    expect(only().evidence.reason).to.equal('notAPerson');
  });

  it('says “unanswered” of a call that went out, and never missedCall', () => {
    post('hangup', '27', { callDirection: 'out' });
    pass(60);
    expect(only()).to.deep.include({ result: 'unanswered', direction: 'outgoing' });
    expect(missedCallOf(only())).to.equal(null);
  });

  it('says “internal” of a call between extensions that both report, and never missedCall', () => {
    post('hangup', '27', { phoneNumber: '102', callDirection: 'in' });
    post('hangup', '28', { phoneNumber: '101', callDirection: 'out' });
    pass(60);
    expect(only()).to.deep.include({ result: 'unanswered', direction: 'internal', phone: null });
    expect(missedCallOf(only())).to.equal(null);
  });

  it('takes the direction of the first notification with a public number', () => {
    post('hangup', '28', { phoneNumber: '101', callDirection: 'out' });
    post('hangup', '27');
    pass(60);
    expect(only()).to.deep.include({ direction: 'incoming', phoneNumber: CALLER });
  });

  it('says “unknown” when the server did not say the direction', () => {
    post('hangup', '27', { callDirection: '' });
    pass(60);
    expect([only().result, only().evidence.reason]).to.deep.equal(['unknown', 'direction']);
  });

  it('says “unknown” of a call that began when the endpoint was away, or just before', () => {
    tracker.closed();
    tracker.opened();
    pass(4);
    callId = idNow(2);
    post('hangup');
    pass(60);
    expect([only().result, only().evidence.reason]).to.deep.equal(['unknown', 'beganBefore']);
    pass(1);
    callId = idNow(3);
    post('hangup');
    pass(60);
    expect(records[1]?.result).to.equal('missed');
  });

  it('says “unknown” where other processes get notifications of the account, too', () => {
    start({ seesAllNotifications: false });
    post('hangup');
    pass(60);
    expect([only().result, only().evidence.reason]).to.deep.equal(['unknown', 'otherProcess']);
  });

  it('says “unknown” of a ring at a phone whose id no session knows yet', () => {
    see({ phoneId: null });
    post('hangup');
    pass(120);
    expect([only().result, only().evidence.reason]).to.deep.equal(['unknown', 'silentPhone']);
  });

  describe('click-to-call', () => {
    beforeEach(() => {
      tracker.dialled({ deviceId: '27', phoneNumber: '+40 722 000 111' });
    });
    const out = { callDirection: 'out' };

    it('is answered when two legs are', () => {
      post('answer', '27', out);
      post('answer', '28', out);
      post('hangup', '27', out);
      post('hangup', '28', out);
      pass(30);
      expect(only().result).to.equal('answered');
    });

    it('is unknown when only the phone that dials has answered', () => {
      post('answer', '27', out);
      post('hangup', '27', out);
      pass(30);
      expect([only().result, only().evidence.reason]).to.deep.equal(['unknown', 'clickToCall']);
    });

    for (const [what, seconds, phone] of [
      ['more than a minute later', 61, '27'],
      ['of another phone', 1, '28'],
    ] as const) {
      it(`does not explain a call ${what}`, () => {
        pass(seconds);
        post('answer', phone, out);
        post('hangup', phone, out);
        pass(30);
        expect(only().result).to.equal('answered');
      });
    }
  });

  describe('sessions and notifications', () => {
    it('are matched by number and phone, 90 s at most, together with the other rings of the number', () => {
      see({ uniqueId: '1.1' });
      see({ uniqueId: '1.2', phoneId: '28' });
      see({ uniqueId: '1.3', phoneId: '29', phoneNumber: '0733000222' });
      pass(90);
      post('hangup');
      post('hangup', '28');
      pass(90);
      expect(only().evidence).to.deep.include({ matched: 'phone', sessions: 2 });
      expect(only().ringSeconds).to.equal(90);
    });

    it('are not matched by number and phone when they are further apart, or the ids are known to match', () => {
      see({ uniqueId: '1.1' });
      pass(91);
      post('hangup');
      pass(60);
      expect(only().evidence).to.deep.include({ matched: 'none', sessions: 0 });
      callId = idNow(2);
      see();
      post('hangup');
      callId = idNow(3);
      see({ uniqueId: '1.4' });
      post('hangup');
      pass(120);
      expect(records.map(({ evidence }) => evidence.matched)).to.deep.equal(['none', 'callId', 'none']);
    });

    it('are matched in whichever order they come', () => {
      post('hangup', '28');
      see({ uniqueId: '1.1' });
      pass(90);
      expect(only().evidence).to.deep.include({ matched: 'phone', sessions: 1 });
    });
  });

  describe('settings', () => {
    it('“answered”: a hang-up alone proves an answer', () => {
      start({ hangups: 'answered' });
      post('hangup');
      pass(30);
      expect(only()).to.deep.include({ result: 'answered', answeredAt: null });
    });

    it('“answered”: a ring of which nothing is posted is a missed call, once for all phones', () => {
      start({ hangups: 'answered' });
      for (const phoneId of ['27', '28']) {
        post('hello', phoneId, { callId: '' });
        see({ phoneId, uniqueId: `${callId}${phoneId}` });
      }
      pass(91);
      expect(only()).to.deep.include({ result: 'missed', callId: `${callId}27` });
      expect(only().evidence).to.deep.include({ notifications: 0, sessions: 2, matched: 'none' });
    });

    it('“last”: the first hang-up ends every leg', () => {
      start({ hangups: 'last' });
      post('answer', '27');
      pass(20);
      post('hangup', '28');
      pass(30);
      expect(only()).to.deep.include({ result: 'answered', talkSeconds: 20 });
    });

    it('of a redeploy hold for calls in memory', () => {
      post('hangup');
      tracker.configure({ waitUnansweredMs: 5_000 });
      pass(5);
      expect(only().result).to.equal('missed');
    });
  });

  describe('which setting fits', () => {
    const call = (hangups: readonly string[], answers: readonly string[], seconds: number): void => {
      callId = idNow(++serial);
      for (const phone of answers) post('answer', phone);
      for (const phone of hangups) post('hangup', phone);
      pass(seconds);
    };

    for (const [setting, show] of [
      [
        'every',
        () => {
          call(['27', '28'], [], 60);
        },
      ],
      [
        'last',
        () => {
          call(['28'], ['27'], 4 * 3_600);
        },
      ],
      [
        'answered',
        () => {
          post('hello', '27', { callId: '' });
          see({ uniqueId: idNow(++serial) });
          pass(200);
        },
      ],
    ] as const) {
      it(`counts calls that only “${setting}” explains, and names it once`, () => {
        for (let n = 0; n < 6; n++) show();
        expect(tracker.status.hangupHints).to.deep.equal({ every: 0, answered: 0, last: 0, [setting]: 6 });
        expect(reports.map(({ kind }) => kind)).to.deep.equal(['hangupSetting']);
        expect(reports[0]?.text).to.include(`“${setting}”`);
      });
    }

    it('names none when calls contradict each other', () => {
      for (let n = 0; n < 6; n++) {
        call(['27', '28'], [], 60);
        call(['28'], ['27'], 4 * 3_600);
      }
      expect(reports).to.deep.equal([]);
    });
  });

  describe('after a call was told', () => {
    it('counts what still comes, and says once that the wait is too short', () => {
      post('hangup');
      pass(60);
      post('answer', '28');
      post('answer', '29');
      expect(records).to.have.length(1);
      expect(tracker.status).to.include({ lateNotifications: 2, lateAnswers: 2 });
      expect(reports.map(({ kind }) => kind)).to.deep.equal(['waitTooShort']);
    });

    it('forgets the id after 12 h', () => {
      post('hangup');
      pass(60 + 12 * 3_600 + 1);
      post('hangup');
      pass(60);
      expect(records).to.have.length(2);
    });
  });

  describe('the end of the process', () => {
    it('tells every call: an answered one as it is, another as unknown', () => {
      post('answer');
      post('hangup');
      callId = idNow(2);
      post('hangup');
      callId = idNow(3);
      post('answer');
      tracker.processEnds();
      tracker.processEnds();
      expect(records.map(({ result, evidence }) => [result, evidence.reason])).to.deep.equal([
        ['answered', null],
        ['unknown', 'processEnd'],
        ['answered', 'processEnd'],
      ]);
      expect(clock.pending).to.equal(0);
    });
  });

  it('tells the oldest call when it has too many', () => {
    for (let n = 0; n <= MAX_CALLS; n++) {
      callId = idNow(n + 10);
      post('answer');
    }
    expect(tracker.status.calls).to.equal(MAX_CALLS);
    expect([only().callId, only().evidence.reason]).to.deep.equal([idNow(10), 'noHangup']);
  });

  it('tells the oldest calls when they hold too much', () => {
    const note = 'x'.repeat(1_000_000);
    for (let n = 0; n < 20; n++) {
      callId = idNow(n + 10);
      post('answer', '27', { note });
    }
    expect(tracker.status.calls).to.equal(Math.floor(MAX_CHARS / 2_000_300));
    expect(records.length + tracker.status.calls).to.equal(20);
  });

  it('keeps at most 200 notifications of a call, and 2,000 rings of unknown calls', () => {
    for (let n = 0; n < 1_000; n++) post('other');
    for (let n = 0; n < 3_000; n++) see({ uniqueId: `9.${n}`, phoneNumber: '' });
    post('hangup');
    pass(60);
    expect(only().evidence.notifications).to.equal(1_001);
    expect(only().raw).to.have.length(200);
  });

  it('keeps no more of a session’s phone number than a number can have', () => {
    see({ phoneNumber: '9'.repeat(1_000_000) });
    post('answer', '27', { phoneNumber: '' });
    tracker.processEnds();
    expect(only().phoneNumber).to.have.length(64);
  });

  it('counts notifications without a call id, and tells nothing of them', () => {
    post('hangup', '27', { callId: '' });
    post('hangup', '27', { callId: '1'.repeat(257) });
    pass(5 * 3_600);
    expect([records, tracker.status.withoutCall]).to.deep.equal([[], 2]);
  });

  it('goes on when the owner fails, and reports it', () => {
    tracker = new CallTracker({
      clock,
      agentOf: () => null,
      onRecord: () => {
        throw new Error('broken flow');
      },
      onReport: (report) => {
        reports.push(report);
      },
    });
    post('hangup');
    pass(60);
    expect(reports.map(({ kind }) => kind)).to.deep.equal(['failedOwner']);
    expect(tracker.status.calls).to.equal(0);
  });

  it('close forgets everything, stops every timer, and may be called again', () => {
    post('hangup');
    see({ uniqueId: '1.1', phoneNumber: '1' });
    tracker.close();
    tracker.close();
    expect(clock.pending).to.equal(0);
    pass(5 * 3_600);
    expect(records).to.deep.equal([]);
  });
});
