import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { asRecord } from '../shared/parameters.ts';

interface OutputParameters {
  readonly events?: readonly string[];
  readonly options?: { readonly splitOutputs?: boolean };
}

/**
 * The outputs that the editor shows. n8n evaluates the text of this function in an expression, so
 * it must not use anything outside itself. The order is that of core's `PURPOSE_EVENTS`. The canvas
 * truncates names of more than about twelve letters.
 */
export const configuredOutputs = (parameters: OutputParameters): { type: 'main'; displayName?: string }[] => {
  if (parameters.options?.splitOutputs !== true) return [{ type: 'main' }];
  const names: [string, string][] = [
    ['answer', 'Answered'],
    ['confirmHangup', 'Time limit'],
    ['hangup', 'Ended'],
    ['otherNotification', 'Other'],
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

/** In the order of {@link configuredOutputs}. */
const SPLIT_EVENTS = [
  'answer',
  'confirmHangup',
  'hangup',
  'otherNotification',
  'incomingCall',
  'outgoingCall',
  'agentConnected',
  'agentDisconnected',
];

/** Places the items that started the workflow on the outputs of their events. */
export function splitItems(context: IExecuteFunctions): INodeExecutionData[][] {
  const items = context.getInputData();
  const { splitOutputs } = asRecord(context.getNodeParameter('options', 0, {}));
  const events: unknown = context.getNodeParameter('events', 0, []);
  if (splitOutputs !== true || !Array.isArray(events)) return [items];
  const chosen = SPLIT_EVENTS.filter((event) => events.includes(event));
  const outputOf = ({ json }: INodeExecutionData): string =>
    chosen.find((event) => event === json['event']) ?? 'otherNotification';
  if (chosen.length === 0) return [items];
  return chosen.map((event) => items.filter((item) => outputOf(item) === event));
}
