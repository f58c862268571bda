import { AccoladesError } from '../errors.ts';
import type { Clock } from '../time/clock.ts';
import type { AgentStatus, Subscription, SubscriptionStatus } from './subscription.ts';

/**
 * Resolves with the status when each agent is ready or has failed, or after `ms` milliseconds with
 * agents still connecting. Never rejects.
 */
export async function firstOutcomeWithin(
  subscription: Pick<Subscription, 'firstOutcome' | 'status'>,
  ms: number,
  clock: Clock,
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

/** Returns why an agent is not ready after the wait. Null when it is ready. */
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
