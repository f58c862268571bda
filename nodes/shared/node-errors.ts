import { AccoladesError, messageOf, type AgentStatus } from '@accolades-flow/core';
import { NodeOperationError, type INode } from 'n8n-workflow';
import { isCredentialError } from './agent-credential.ts';
import { named } from './names.ts';

/**
 * An error in the settings: the message says what is wrong, the description where to correct it.
 * @param credential the name of the node's credential type, as users see it
 */
export function settingsError(
  node: INode,
  error: unknown,
  credential = 'Accolades Agent API',
): NodeOperationError {
  if (!(error instanceof AccoladesError)) return new NodeOperationError(node, messageOf(error));
  return new NodeOperationError(node, error.what ?? error.message, {
    description: isCredentialError(error)
      ? `Open the credential “${credential}” of this node and correct it.`
      : 'Open this node and correct its parameters.',
    level: 'warning',
  });
}

/**
 * Why none of a node's agents connects. The message says what is wrong, the description what to do.
 */
export function connectionError(
  node: INode,
  failures: readonly { readonly label: string; readonly reason: AccoladesError }[],
  total: number,
): NodeOperationError {
  const [first] = failures;
  const { problem, remedy } = explain(first?.reason ?? new AccoladesError('NOT_CONNECTED'));
  if (total === 1) return new NodeOperationError(node, problem, { description: remedy, level: 'warning' });
  const alike = failures.filter(({ reason }) => reason.code === first?.reason.code);
  const others = failures.filter((failure) => !alike.includes(failure));
  const description = [
    remedy,
    ...others.map(({ label, reason }) => `${named([label])}: ${explain(reason).problem}`).slice(0, 3),
  ].join(' ');
  return new NodeOperationError(node, `${named(alike.map(({ label }) => label))}: ${problem}`, {
    description,
    level: 'warning',
  });
}

/** The first sentence of the advice says what is wrong; network details come last. */
function explain(error: AccoladesError): { problem: string; remedy: string } {
  const { problem, remedy } = splitAdvice(error);
  const detail = error.what === null ? [] : [`(${error.what})`];
  return { problem, remedy: [remedy, ...detail].filter((part) => part !== '').join(' ') };
}

/** Splits an advice: its first sentence says what is wrong, the others what to do. */
export function splitAdvice({ advice }: AccoladesError): { problem: string; remedy: string } {
  const [problem = advice, ...rest] = advice.split(/(?<=\.) (?=[A-Z])/);
  return { problem, remedy: rest.join(' ') };
}

/** Why an agent is not connected; null while it is connected or still connecting. */
export function reasonOf({ status }: AgentStatus): AccoladesError | null {
  return status.state === 'waiting' || status.state === 'closed' ? status.reason : null;
}
