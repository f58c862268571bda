import type { JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference, N8nUser, N8nWorkflowInput } from '../../hosts/n8n/client.ts';

export const OWNER: N8nUser = { email: 'owner@example.com', password: 'Accolades1test' };

/** A workflow with the trigger and a node that does nothing. */
export function triggerWorkflow(
  name: string,
  credential: N8nCredentialReference,
  parameters: JsonObject,
): N8nWorkflowInput {
  return {
    name,
    nodes: [
      {
        id: 'trigger',
        name: 'Accolades Trigger',
        type: 'n8n-nodes-accolades.accoladesTrigger',
        typeVersion: 1,
        position: [0, 0],
        parameters,
        credentials: { accoladesAgentApi: { id: credential.id, name: credential.name } },
      },
      {
        id: 'end',
        name: 'End',
        type: 'n8n-nodes-base.noOp',
        typeVersion: 1,
        position: [220, 0],
        parameters: {},
      },
    ],
    connections: { 'Accolades Trigger': { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
  };
}
