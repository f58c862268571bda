import type { INode, NodeOperationError } from 'n8n-workflow';
import { settingsError as errorOf } from '../node-errors.ts';

/** An error in the settings of a webhook trigger; see {@link errorOf}. */
export function settingsError(node: INode, error: unknown): NodeOperationError {
  return errorOf(node, error, 'Accolades Webhook API');
}
