import type { Cluster } from './cluster.ts';
import { FRONT_DESK } from './cluster.ts';
import { ACCOLADES_TRIGGER, chain, node, SINK } from './nodes.ts';

/**
 * Publishes a workflow that records each call of the agent, and waits for the agent's session.
 * @returns a function that unpublishes it
 */
export async function publishCallWorkflow(cluster: Cluster, name: string): Promise<() => Promise<void>> {
  const { client, simulator, recorded } = cluster;
  const { id, name: label } = await client.createCredential({
    name: `Agent of ${name}`,
    type: 'accoladesAgentApi',
    data: { idCrm: `Front desk=${FRONT_DESK}`, url: simulator.url, allowUnauthorizedCerts: false },
  });
  const workflow = await client.createWorkflow(
    chain(name, [
      node('Accolades Trigger', ACCOLADES_TRIGGER, {}, { accoladesAgentApi: { id, name: label } }),
      node('Sink', SINK, { file: recorded.file }),
    ]),
  );
  await client.publish(workflow.id);
  await cluster.sessionIsUp(FRONT_DESK);
  return () => client.deactivate(workflow.id);
}
