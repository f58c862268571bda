import { expect } from 'chai';
import { TrackerRig } from '../support/tracker-rig.ts';

describe('call tracker: settings', () => {
  let rig: TrackerRig;
  beforeEach(() => {
    rig = new TrackerRig();
  });

  describe('settings', () => {
    it('“answered”: a hang-up alone proves an answer', () => {
      rig.start({ hangups: 'answered' });
      rig.post('hangup');
      rig.pass(30);
      expect(rig.only()).to.deep.include({ result: 'answered', answeredAt: null });
    });

    it('“answered”: a ring of which nothing is posted is a missed call, once for all phones', () => {
      rig.start({ hangups: 'answered' });
      for (const phoneId of ['27', '28']) {
        rig.post('hello', phoneId, { callId: '' });
        rig.see({ phoneId, uniqueId: `${rig.callId}${phoneId}` });
      }
      rig.pass(91);
      expect(rig.only()).to.deep.include({ result: 'missed', callId: `${rig.callId}27` });
      expect(rig.only().evidence).to.deep.include({ notifications: 0, sessions: 2, matched: 'none' });
    });

    it('“last”: the first hang-up ends every leg', () => {
      rig.start({ hangups: 'last' });
      rig.post('answer', '27');
      rig.pass(20);
      rig.post('hangup', '28');
      rig.pass(30);
      expect(rig.only()).to.deep.include({ result: 'answered', talkSeconds: 20 });
    });

    it('of a redeploy hold for calls in memory', () => {
      rig.post('hangup');
      rig.tracker.configure({ waitUnansweredMs: 5_000 });
      rig.pass(5);
      expect(rig.only().result).to.equal('missed');
    });
  });

  describe('which setting fits', () => {
    const call = (hangups: readonly string[], answers: readonly string[], seconds: number): void => {
      rig.callId = rig.idNow(++rig.serial);
      for (const phone of answers) rig.post('answer', phone);
      for (const phone of hangups) rig.post('hangup', phone);
      rig.pass(seconds);
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
          rig.post('hello', '27', { callId: '' });
          rig.see({ uniqueId: rig.idNow(++rig.serial) });
          rig.pass(200);
        },
      ],
    ] as const) {
      it(`counts calls that only “${setting}” explains, and names it once`, () => {
        for (let n = 0; n < 6; n++) show();
        expect(rig.tracker.status.hangupHints).to.deep.equal({
          every: 0,
          answered: 0,
          last: 0,
          [setting]: 6,
        });
        expect(rig.reports.map(({ kind }) => kind)).to.deep.equal(['hangupSetting']);
        expect(rig.reports[0]?.text).to.include(`“${setting}”`);
      });
    }

    it('names none when calls contradict each other', () => {
      for (let n = 0; n < 6; n++) {
        call(['27', '28'], [], 60);
        call(['28'], ['27'], 4 * 3_600);
      }
      expect(rig.reports).to.deep.equal([]);
    });
  });
});
