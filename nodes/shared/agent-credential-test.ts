import { AccoladesError, failuresByReason, messageOf, type ReasonGroup } from '@accolades-flow/core';
import { checkAgents } from '@accolades-flow/core/node';
import type {
  ICredentialsDecrypted,
  ICredentialTestFunctions,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import { readAgentCredential } from './agent-credential.ts';
import { named } from './names.ts';

/** Beyond this number, failed agents are counted and not explained. */
const MAX_EXPLAINED = 3;

/**
 * Tests a credential of type `accoladesAgentApi` by connecting each agent once. Takes at most about
 * 20 seconds. For an agent that is connected in this n8n, the live session is the result, so that a
 * test does not disturb a running workflow.
 */
export async function testAgentCredential(
  this: ICredentialTestFunctions,
  credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
  try {
    const { agents, server } = readAgentCredential(credential.data ?? {});
    const checked = await checkAgents(agents, server);
    const groups = failuresByReason(checked.agents, ({ failure }) => failure?.message ?? null);
    const [first] = groups;
    if (first === undefined) return { status: 'OK', message: success(agents.length) };
    return failed(agents.length === 1 ? first.reason : explainAll(groups, agents.length));
  } catch (error) {
    return failed(error instanceof AccoladesError ? (error.what ?? error.message) : messageOf(error));
  }
}

function success(count: number): string {
  return count === 1 ? 'The agent is connected.' : `All ${count} agents are connected.`;
}

function failed(message: string): INodeCredentialTestResult {
  return { status: 'Error', message };
}

/** Agents with the same reason share one sentence. */
function explainAll(groups: readonly ReasonGroup[], total: number): string {
  const count = groups.reduce((sum, { agents }) => sum + agents.length, 0);
  const more = groups.length - MAX_EXPLAINED;
  return [
    `${count} of ${total} agents cannot be connected.`,
    ...groups
      .slice(0, MAX_EXPLAINED)
      .map(({ reason, agents }) => `${named(agents.map(({ agent }) => agent.label))}: ${reason}`),
    ...(more > 0 ? [`Further reasons: ${more}.`] : []),
  ].join(' ');
}
