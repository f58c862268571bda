import { AccoladesError } from '../errors.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import type { AgentStatus, Subscription, SubscriptionStatus } from './subscription.ts';

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

/** Why an agent is not ready when the time is over; null when it is. */
export function unreadyReason({ status }: AgentStatus): AccoladesError | null {
  switch (status.state) {
    case 'ready':
      return null;
    case 'waiting':
    case 'closed':
      return status.reason;
    case 'idle':
    case 'connecting':
      return new AccoladesError('CONNECT_TIMEOUT');
    case 'authenticating':
      return new AccoladesError('AUTH_TIMEOUT');
  }
}
