import { expect } from 'chai';
import {
  hasNotificationSource,
  offerNotifications,
  readNotifications,
} from '../../nodes/shared/webhook/notification-sources.ts';

describe('The notifications of a Webhook Trigger', () => {
  it('are missing for their readers from the end of the trigger until the next one', () => {
    const told: boolean[] = [];
    const stop = readNotifications('/pbx/', 'reader', (isReachable) => told.push(isReachable));
    expect(hasNotificationSource('pbx')).to.equal(false);
    const end = offerNotifications('pbx');
    expect([hasNotificationSource('/pbx/'), ...told.splice(0)]).to.deep.equal([true, true]);
    end();
    end();
    expect([hasNotificationSource('pbx'), ...told.splice(0)]).to.deep.equal([false, false]);
    const [first, second] = [offerNotifications('pbx'), offerNotifications('pbx')];
    told.splice(0);
    // The next version was there before the end of the first: its URL may have been away.
    first();
    expect([hasNotificationSource('pbx'), ...told.splice(0)]).to.deep.equal([true, false, true]);
    stop();
    second();
    expect([hasNotificationSource('pbx'), ...told]).to.deep.equal([false]);
  });
});
