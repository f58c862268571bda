import type { JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference, N8nWorkflowInput, N8nWorkflowNode } from '../../hosts/n8n/client.ts';

/** A node of a workflow, by its name. */
export function node(
  name: string,
  type: string,
  parameters: JsonObject,
  credentials?: Record<string, N8nCredentialReference>,
  typeVersion = 1,
): N8nWorkflowNode {
  return {
    id: name,
    name,
    type,
    typeVersion,
    position: [0, 0],
    parameters,
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** A workflow whose nodes form a chain. */
export function chain(name: string, nodes: N8nWorkflowNode[], settings: JsonObject = {}): N8nWorkflowInput {
  const links = nodes
    .slice(1)
    .map((next, index): [string, JsonObject] => [
      nodes[index]?.name ?? '',
      { main: [[{ node: next.name, type: 'main', index: 0 }]] },
    ]);
  return {
    name,
    nodes,
    connections: Object.fromEntries(links),
    settings: { executionOrder: 'v1', ...settings },
  };
}

export const ACCOLADES_TRIGGER = 'n8n-nodes-accolades.accoladesTrigger';
export const ACCOLADES_WEBHOOK = 'n8n-nodes-accolades.accoladesWebhookTrigger';
export const ACCOLADES = 'n8n-nodes-accolades.accolades';
export const SINK = 'n8n-nodes-sink.sink';
