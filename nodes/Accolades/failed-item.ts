import { AccoladesError } from '@accolades-flow/core';
import type { IDataObject, INode, NodeError } from 'n8n-workflow';

/**
 * What becomes of an item that failed in a node that goes on.
 *
 * n8n takes an item for its error output only when it has nothing but `error`, and adds the fields of the input to it. So everything is
 * in there; on the regular output it is beside the message.
 *
 * @param thrown what the operation ended with
 * @param shown the same, as n8n shows it
 */
export function failedItem({ onError }: INode, thrown: unknown, shown: NodeError): IDataObject {
  const { message } = shown;
  const facts = {
    description: shown.description ?? null,
    code: thrown instanceof AccoladesError ? thrown.code : null,
  };
  return onError === 'continueErrorOutput' ? { error: { message, ...facts } } : { error: message, ...facts };
}
