import { AccoladesError, messageOf } from '@accolades-flow/core';
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
    const failures = checked.agents.flatMap(({ agent, failure }) =>
      failure === null ? [] : [{ label: agent.label, reason: failure }],
    );
    if (failures.length === 0) return { status: 'OK', message: success(agents.map(({ label }) => label)) };
    if (agents.length === 1) return failed(failures.map(({ reason }) => reason.message).join(' '));
    return failed(explainAll(failures, agents.length));
  } catch (error) {
    return failed(error instanceof AccoladesError ? (error.what ?? error.message) : messageOf(error));
  }
}

function success(labels: readonly string[]): string {
  return labels.length === 1 ? 'The agent is connected.' : `All ${labels.length} agents are connected.`;
}

function failed(message: string): INodeCredentialTestResult {
  return { status: 'Error', message };
}

/** Agents with the same reason share one sentence. */
function explainAll(
  failures: readonly { readonly label: string; readonly reason: AccoladesError }[],
  total: number,
): string {
  const labelsByReason = new Map<string, string[]>();
  for (const { label, reason } of failures) {
    labelsByReason.set(reason.message, [...(labelsByReason.get(reason.message) ?? []), label]);
  }
  const reasons = [...labelsByReason].map(([reason, labels]) => `${named(labels)}: ${reason}`);
  const more = reasons.length - MAX_EXPLAINED;
  return [
    `${failures.length} of ${total} agents cannot be connected.`,
    ...reasons.slice(0, MAX_EXPLAINED),
    ...(more > 0 ? [`And ${more} further reasons.`] : []),
  ].join(' ');
}
