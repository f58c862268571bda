import { systemClock, type Clock } from '../session/clock.ts';
import type { Subscription, SubscriptionStatus } from './subscription.ts';

/**
 * The status once each agent has become ready or has failed, but after `ms` milliseconds at the latest: then agents may still be
 * connecting. Never rejects.
 */
export async function firstOutcomeWithin(
  subscription: Pick<Subscription, 'firstOutcome' | 'status'>,
  ms: number,
  clock: Clock = systemClock,
): Promise<SubscriptionStatus> {
  return new Promise((resolve) => {
    const timer = clock.start(ms, () => {
      resolve(subscription.status);
    });
    void subscription.firstOutcome.then((status) => {
      timer.stop();
      resolve(status);
    });
  });
}
