import type { NodeAPI } from '@node-red/registry';
import { FlowGate } from './flow-gate.ts';

/** The flow gate of a runtime. */
export function gateOf({ events, settings }: Pick<NodeAPI, 'events' | 'settings'>): FlowGate {
  const timeout: unknown = Reflect.get(settings, 'nodeCloseTimeout');
  return FlowGate.of(events, typeof timeout === 'number' ? { nodeCloseTimeoutMs: timeout } : {});
}
