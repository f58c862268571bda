import { randomUUID } from 'node:crypto';
import type { AccoladesError } from '../errors.ts';
import type { AgentCredential } from './agent-list.ts';
import type { ServerOptions } from '../net/server-url.ts';
import { DEFAULT_CONNECTS_PER_SECOND } from './connect-limiter.ts';
import { firstOutcomeWithin, unreadyReason } from './first-outcome.ts';
import { processHub } from '../platform/node/process-wide.ts';

/** How long a check of one agent takes at most, in milliseconds; many agents get the time that the connection limit needs. */
export const CHECK_DEADLINE_MS = 20_000;

/**
 * Tries each agent once, for a credential test. A session that is live in this process answers for itself, so that the test does
 * not collide with it; any other is opened for the test alone and ended after it.
 *
 * @returns the agents that cannot be reached, with the reason; empty when all is well
 * @throws AccoladesError when the settings themselves are invalid
 */
export async function checkAgents(
  agents: readonly AgentCredential[],
  server: ServerOptions,
): Promise<{ label: string; reason: AccoladesError }[]> {
  const subscription = processHub().subscribe({ owner: `check ${randomUUID()}`, agents, server });
  const queueMs = (agents.length / DEFAULT_CONNECTS_PER_SECOND) * 1_000;
  try {
    const status = await firstOutcomeWithin(subscription, CHECK_DEADLINE_MS + queueMs);
    return status.agents.flatMap((agent) => {
      const reason = unreadyReason(agent);
      return reason === null ? [] : [{ label: agent.label, reason }];
    });
  } finally {
    subscription.unsubscribe({ removed: true });
  }
}
