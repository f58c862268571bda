import type { AccoladesEvent, AccoladesEventType } from '@accolades-flow/core';
import type { INodeExecutionData } from 'n8n-workflow';

interface OutputParameters {
  readonly events?: readonly string[];
  readonly options?: { readonly splitOutputs?: boolean };
}

/**
 * The outputs that the editor shows. n8n evaluates the text of this function in an expression, so
 * it must not use anything outside itself. The order is that of core's `EVENT_TYPES`. The canvas
 * truncates names of more than about twelve letters.
 */
export const configuredOutputs = (parameters: OutputParameters): { type: 'main'; displayName?: string }[] => {
  if (parameters.options?.splitOutputs !== true) return [{ type: 'main' }];
  const names: [string, string][] = [
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
 * Places the events as items on their outputs.
 * @param outputs the event of each output, in order; null: one output for all
 */
export function toOutputs(
  events: readonly AccoladesEvent[],
  outputs: readonly AccoladesEventType[] | null,
): INodeExecutionData[][] {
  const itemsOf = (chosen: readonly AccoladesEvent[]): INodeExecutionData[] =>
    chosen.map((event) => ({ json: { ...event } }));
  if (outputs === null) return [itemsOf(events)];
  return outputs.map((output) => itemsOf(events.filter(({ event }) => event === output)));
}
