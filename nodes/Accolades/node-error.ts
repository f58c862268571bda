import { AccoladesError, messageOf, type AccoladesErrorCode } from '@accolades-flow/core';
import { splitAdvice } from '../shared/node-errors.ts';
import { isTool, ruleForModel } from './tool-error.ts';
import { NodeApiError, NodeOperationError, type INode, type NodeError } from 'n8n-workflow';

/** Errors caused by the settings of a credential. */
const OF_AGENT_CREDENTIAL = 'Open the credential “Accolades Agent API” of this node and correct it.';
const OF_ACCOUNT_CREDENTIAL = 'Open the credential “Accolades Account API” of this node and correct it.';
const OF_PARAMETERS = 'Open this node and correct its parameters.';

/**
 * An error as n8n shows it: the message says what happened, the description what to do. For a tool
 * of an AI agent the message holds both, and what the model must not do. An error caused by an HTTP
 * answer is a `NodeApiError` with its status; any other is a `NodeOperationError`. Holds no secret.
 */
export function nodeError(node: INode, error: unknown, itemIndex: number, resource: string): NodeError {
  const { message, description } = isTool(node) ? forModel(error, resource) : forPerson(error, resource);
  if (!(error instanceof AccoladesError)) return new NodeOperationError(node, message, { itemIndex });
  if (error.httpStatus === null) {
    return new NodeOperationError(node, message, { itemIndex, description, level: 'warning' });
  }
  return new NodeApiError(
    node,
    { message, code: error.code },
    { message, description, httpCode: String(error.httpStatus), itemIndex, level: 'warning' },
  );
}

interface Text {
  readonly message: string;
  readonly description: string;
}

function forPerson(error: unknown, resource: string): Text {
  if (!(error instanceof AccoladesError)) return { message: messageOf(error), description: '' };
  const { problem, remedy, detail } = explain(error, resource);
  return { message: problem, description: join(remedy, detail) };
}

/** Network details stay in the description: n8n would replace a message that contains them. */
function forModel(error: unknown, resource: string): Text {
  const rule = ruleForModel(error);
  if (!(error instanceof AccoladesError)) return { message: join(messageOf(error), rule), description: '' };
  const { problem, remedy, detail } = explain(error, resource);
  return { message: join(problem, remedy, rule), description: detail ?? '' };
}

function join(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' ');
}

/** n8n would replace the network details of these errors by its own advice to try again. */
const OF_NETWORK: ReadonlySet<AccoladesErrorCode> = new Set([
  'OUTCOME_UNKNOWN',
  'UNREACHABLE',
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'TLS_FAILED',
  'NOT_TLS',
  'PROXY_FAILED',
  'CONNECT_TIMEOUT',
  'NETWORK',
  'CONNECTION_LOST',
]);

interface Explained {
  readonly problem: string;
  readonly remedy: string;
  readonly detail: string | null;
}

function explain(error: AccoladesError, resource: string): Explained {
  const { what, advice, code } = error;
  const add = wayOut(error);
  if (what !== null && !OF_NETWORK.has(code)) {
    return { problem: what, remedy: join(remedyOf(error, resource) ?? advice, add), detail: null };
  }
  const { problem, remedy } = splitAdvice(error);
  return { problem, remedy: join(remedy, add), detail: what === null ? null : `(${what})` };
}

/** Where the user corrects a wrong value. */
function remedyOf({ code }: AccoladesError, resource: string): string | null {
  switch (code) {
    case 'INVALID_CREDENTIAL':
      return OF_AGENT_CREDENTIAL;
    case 'INVALID_ACCOUNT':
      return OF_ACCOUNT_CREDENTIAL;
    case 'INVALID_URL':
      return resource === 'agent' ? OF_AGENT_CREDENTIAL : OF_ACCOUNT_CREDENTIAL;
    case 'INVALID_PARAMETER':
    case 'INVALID_REPLY':
      return OF_PARAMETERS;
    default:
      return null;
  }
}

/** Advice that depends on how n8n runs the node. */
function wayOut({ code, until }: AccoladesError): string | null {
  switch (code) {
    case 'CONNECTION_EXISTS':
      return (
        'If this workflow runs in another process of n8n than the Accolades Trigger (a worker, in queue mode), that trigger holds the connection: ' +
        'turn on its option “Include Configuration” (includeConfiguration) and use the texts that come with each call.'
      );
    case 'OUTCOME_UNKNOWN':
      return 'It is never sent again automatically, not even by “Retry On Fail” of this node, because the phone could ring twice.';
    case 'COOLING_DOWN':
      return until === null
        ? null
        : `Requests are sent again after ${until}; a corrected credential of the refused account is tried at once.`;
    case 'REPLY_UNKNOWN':
      return 'The Accolades Webhook Trigger that received the request must be in the same workflow, before this node, with Respond set to “Using an Accolades Node”.';
    default:
      return null;
  }
}
