import { expect } from 'chai';
import { CallTracker, MAX_CALLS, MAX_CHARS } from '../../src/outcome/call-tracker.ts';
import { TrackerRig } from '../support/tracker-rig.ts';

describe('call tracker: memory and end', () => {
  let rig: TrackerRig;
  beforeEach(() => {
    rig = new TrackerRig();
  });

  describe('after a call was told', () => {
    it('counts what still comes, and says once that the wait is too short', () => {
      rig.post('hangup');
      rig.pass(60);
      rig.post('answer', '28');
      rig.post('answer', '29');
      expect(rig.records).to.have.length(1);
      expect(rig.tracker.status).to.include({ lateNotifications: 2, lateAnswers: 2 });
      expect(rig.reports.map(({ kind }) => kind)).to.deep.equal(['waitTooShort']);
    });

    it('forgets the id after 12 h', () => {
      rig.post('hangup');
      rig.pass(60 + 12 * 3_600 + 1);
      rig.post('hangup');
      rig.pass(60);
      expect(rig.records).to.have.length(2);
    });
  });

  describe('the end of the process', () => {
    it('tells every call: an answered one as it is, another as unknown', () => {
      rig.post('answer');
      rig.post('hangup');
      rig.callId = rig.idNow(2);
      rig.post('hangup');
      rig.callId = rig.idNow(3);
      rig.post('answer');
      rig.tracker.processEnds();
      rig.tracker.processEnds();
      expect(rig.records.map(({ result, evidence }) => [result, evidence.reason])).to.deep.equal([
        ['answered', null],
        ['unknown', 'processEnd'],
        ['answered', 'processEnd'],
      ]);
      expect(rig.clock.pending).to.equal(0);
    });
  });

  it('tells the oldest call when it has too many', () => {
    for (let n = 0; n <= MAX_CALLS; n++) {
      rig.callId = rig.idNow(n + 10);
      rig.post('answer');
    }
    expect(rig.tracker.status.calls).to.equal(MAX_CALLS);
    expect([rig.only().callId, rig.only().evidence.reason]).to.deep.equal([rig.idNow(10), 'noHangup']);
  });

  it('tells the oldest calls when they hold too much', () => {
    const note = 'x'.repeat(1_000_000);
    for (let n = 0; n < 20; n++) {
      rig.callId = rig.idNow(n + 10);
      rig.post('answer', '27', { note });
    }
    expect(rig.tracker.status.calls).to.equal(Math.floor(MAX_CHARS / 2_000_300));
    expect(rig.records.length + rig.tracker.status.calls).to.equal(20);
  });

  it('keeps at most 200 notifications of a call, and 2,000 rings of unknown calls', () => {
    for (let n = 0; n < 1_000; n++) rig.post('other');
    for (let n = 0; n < 3_000; n++) rig.see({ uniqueId: `9.${n}`, phoneNumber: '' });
    rig.post('hangup');
    rig.pass(60);
    expect(rig.only().evidence.notifications).to.equal(1_001);
    expect(rig.only().raw).to.have.length(200);
  });

  it('keeps no more of a session’s phone number than a number can have', () => {
    rig.see({ phoneNumber: '9'.repeat(1_000_000) });
    rig.post('answer', '27', { phoneNumber: '' });
    rig.tracker.processEnds();
    expect(rig.only().phoneNumber).to.have.length(64);
  });

  it('counts notifications without a call id, and tells nothing of them', () => {
    rig.post('hangup', '27', { callId: '' });
    rig.post('hangup', '27', { callId: '1'.repeat(257) });
    rig.pass(5 * 3_600);
    expect([rig.records, rig.tracker.status.withoutCall]).to.deep.equal([[], 2]);
  });

  it('goes on when the owner fails, and reports it', () => {
    rig.tracker = new CallTracker({
      clock: rig.clock,
      agentOf: () => null,
      onRecord: () => {
        throw new Error('broken flow');
      },
      onReport: (report) => {
        rig.reports.push(report);
      },
    });
    rig.post('hangup');
    rig.pass(60);
    expect(rig.reports.map(({ kind }) => kind)).to.deep.equal(['failedOwner']);
    expect(rig.tracker.status.calls).to.equal(0);
  });

  it('close forgets everything, stops every timer, and may be called again', () => {
    rig.post('hangup');
    rig.see({ uniqueId: '1.1', phoneNumber: '1' });
    rig.tracker.close();
    rig.tracker.close();
    expect(rig.clock.pending).to.equal(0);
    rig.pass(5 * 3_600);
    expect(rig.records).to.deep.equal([]);
  });
});
