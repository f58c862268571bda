import { AccoladesError } from '@accolades-flow/core';
import type { IDataObject, INode, NodeError } from 'n8n-workflow';

/**
 * The output of a failed item in a node that continues on error.
 *
 * n8n routes an item to the error output only when `error` is its only field, and adds the fields
 * of the input to it. So `error` holds everything; on the regular output the details are beside the
 * message.
 *
 * @param thrown the error of the operation
 * @param shown the same error as n8n shows it
 */
export function failedItem({ onError }: INode, thrown: unknown, shown: NodeError): IDataObject {
  const { message } = shown;
  const facts = {
    description: shown.description ?? null,
    code: thrown instanceof AccoladesError ? thrown.code : null,
  };
  return onError === 'continueErrorOutput' ? { error: { message, ...facts } } : { error: message, ...facts };
}
