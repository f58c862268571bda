import type { WebhookEventType } from '@accolades-flow/core';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

interface OutputParameters {
  readonly events?: readonly string[];
  readonly options?: { readonly splitOutputs?: boolean };
}

/**
 * The outputs that the editor shows. n8n evaluates the text of this function in an expression, so
 * it must not use anything outside itself. The order is that of core's `WEBHOOK_EVENTS`. The canvas
 * truncates names of more than about twelve letters.
 */
export const configuredOutputs = (parameters: OutputParameters): { type: 'main'; displayName?: string }[] => {
  if (parameters.options?.splitOutputs !== true) return [{ type: 'main' }];
  const names: [string, string][] = [
    ['answer', 'Answered'],
    ['confirmHangup', 'Time limit'],
    ['hangup', 'Ended'],
    ['otherNotification', 'Other'],
    ['ivrRequest', 'IVR request'],
    ['incomingCall', 'Incoming'],
    ['outgoingCall', 'Outgoing'],
    ['agentConnected', 'Connected'],
    ['agentDisconnected', 'Disconnected'],
  ];
  const chosen = names.filter(([event]) => parameters.events?.includes(event));
  return chosen.length === 0
    ? [{ type: 'main' }]
    : chosen.map(([, displayName]) => ({ type: 'main', displayName }));
};

/**
 * Places the message as one item on its output.
 * @param outputs the event of each output, in order; null: one output for all
 */
export function toOutputs(
  json: IDataObject,
  type: WebhookEventType,
  outputs: readonly WebhookEventType[] | null,
): INodeExecutionData[][] {
  const items: INodeExecutionData[] = [{ json }];
  return outputs === null ? [items] : outputs.map((output) => (output === type ? items : []));
}
