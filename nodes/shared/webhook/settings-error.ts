import { AccoladesError, messageOf } from '@accolades-flow/core';
import { NodeOperationError, type INode } from 'n8n-workflow';

/** An error in the settings, as n8n shows it: what is wrong, then where to correct it. */
export function settingsError(node: INode, error: unknown): NodeOperationError {
  if (!(error instanceof AccoladesError)) return new NodeOperationError(node, messageOf(error));
  return new NodeOperationError(node, error.what ?? error.message, {
    description:
      error.code === 'INVALID_CREDENTIAL'
        ? 'Open the credential “Accolades Webhook API” of this node and correct it.'
        : 'Open this node and correct its parameters.',
    level: 'warning',
  });
}
