import { AccoladesError, messageOf } from '@accolades-flow/core';
import { NodeApiError, NodeOperationError, type INode, type NodeError } from 'n8n-workflow';

/** Errors that the settings of a credential cause. */
const OF_AGENT_CREDENTIAL = 'Open the credential “Accolades Agent API” of this node and correct it.';
const OF_ACCOUNT_CREDENTIAL = 'Open the credential “Accolades Account API” of this node and correct it.';
const OF_PARAMETERS = 'Open this node and correct its parameters.';

/**
 * An error as n8n shows it: the message says what happened, the description what to do. What an HTTP answer of the server was the
 * reason for is a `NodeApiError` with the status; everything else a `NodeOperationError`. Holds no secret.
 */
export function nodeError(node: INode, error: unknown, itemIndex: number, resource: string): NodeError {
  if (!(error instanceof AccoladesError))
    return new NodeOperationError(node, messageOf(error), { itemIndex });
  const { message, description } = explain(error, resource);
  if (error.httpStatus === null) {
    return new NodeOperationError(node, message, { itemIndex, description, level: 'warning' });
  }
  return new NodeApiError(
    node,
    { message, code: error.code },
    { message, description, httpCode: String(error.httpStatus), itemIndex, level: 'warning' },
  );
}

function explain(error: AccoladesError, resource: string): { message: string; description: string } {
  // Without more to tell, the advice begins with a sentence that says what is wrong.
  const [problem = error.advice, ...rest] = error.advice.split(/(?<=\.) (?=[A-Z])/);
  const message = error.what ?? problem;
  const advice = error.what === null ? rest.join(' ') : error.advice;
  return {
    message,
    description: [remedyOf(error, resource) ?? advice, wayOut(error)].filter(Boolean).join(' '),
  };
}

/** For what a person typed, where to correct it. */
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

/** What n8n's own way of running things adds to the advice. */
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
        : `Requests are sent again after ${until}; a corrected credential is tried at once.`;
    case 'REPLY_UNKNOWN':
      return 'The Accolades Webhook Trigger that received the request must be in the same workflow, before this node, with Respond set to “Using an Accolades Node”.';
    default:
      return null;
  }
}
