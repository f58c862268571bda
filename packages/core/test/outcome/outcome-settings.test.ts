import { expect } from 'chai';
import { DEFAULT_OUTCOME_SETTINGS } from '../../src/outcome/contract.ts';
import { readOutcomeSettings } from '../../src/outcome/outcome-settings.ts';

describe('settings of outcomes', () => {
  it('are seconds as typed, with defaults', () => {
    expect(readOutcomeSettings({})).to.deep.equal(DEFAULT_OUTCOME_SETTINGS);
    const typed = { waitAnswered: '5', waitUnanswered: 0, hangups: 'last', seesAllNotifications: false };
    expect(readOutcomeSettings(typed)).to.deep.equal({
      ...{ waitAnsweredMs: 5_000, waitUnansweredMs: 0, hangups: 'last', seesAllNotifications: false },
    });
  });

  it('are rejected with what to write', () => {
    for (const [settings, says] of [
      [{ waitAnswered: 3_601 }, 'Set the wait for answered calls to 0 to 3600 seconds.'],
      [{ waitUnanswered: 'soon' }, 'Set the wait for unanswered calls to 0 to 3600 seconds.'],
      [{ waitUnanswered: -1 }, 'Set the wait'],
      [{ hangups: 'some' }, 'Set which phones report a hang-up to one of unknown, every, answered, last.'],
    ] as const) {
      expect(() => readOutcomeSettings(settings), JSON.stringify(settings)).to.throw(says);
    }
  });
});
