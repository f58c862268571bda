import { randomUUID } from 'node:crypto';
import type { AccoladesError } from '../errors.ts';
import type { AgentCredential } from '../settings/agent-list.ts';
import type { ServerOptions } from '../settings/server.ts';
import { processHub } from './process-hub.ts';
import { reasonsOf } from './subscription.ts';

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
  try {
    return reasonsOf(await subscription.firstOutcome);
  } finally {
    subscription.unsubscribe({ removed: true });
  }
}
