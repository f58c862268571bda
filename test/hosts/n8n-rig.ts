import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../../hosts/guards.ts';
import {
  N8nClient,
  type N8nCredentialReference,
  type N8nWorkflowInput,
  type N8nWorkflowNode,
} from '../../hosts/n8n/client.ts';
import type { N8nExecution } from '../../hosts/n8n/execution.ts';
import { startN8n, type N8nHost } from '../../hosts/n8n/launch.ts';
import { tarball } from './tarballs.ts';
import { OWNER } from './workflows.ts';

/** A real n8n with the packed nodes and its owner signed in. */
export class N8nRig {
  readonly host: N8nHost;
  readonly client: N8nClient;

  static async start(env: Record<string, string> = {}): Promise<N8nRig> {
    const userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-n8n-'));
    const host = await startN8n({
      userFolder,
      packages: [await tarball('n8n')],
      env,
      // The migrations of a new database take minutes on a busy machine.
      deadlineMs: 5 * 60_000,
    });
    const client = new N8nClient(host.url);
    try {
      await client.signIn(OWNER);
    } catch (error) {
      await host.stop();
      throw error;
    }
    return new N8nRig(host, client);
  }

  private constructor(host: N8nHost, client: N8nClient) {
    this.host = host;
    this.client = client;
  }

  credential(type: string, data: JsonObject): Promise<N8nCredentialReference> {
    return this.client.createCredential({ name: type, type, data });
  }

  /** Publishes a workflow with a trigger and a node for each of its outputs. @returns its id */
  async publish(
    trigger: N8nWorkflowNode,
    nodes: readonly N8nWorkflowNode[],
    outputs: readonly (readonly string[])[],
    more: N8nWorkflowInput['connections'] = {},
  ): Promise<string> {
    const { id } = await this.client.createWorkflow({
      name: trigger.id,
      nodes: [trigger, ...nodes],
      connections: { [trigger.name]: { main: outputs.map((names) => names.map(wireTo)) }, ...more },
      settings: { executionOrder: 'v1' },
    });
    await this.client.publish(id);
    return id;
  }

  /** The executions of a workflow, oldest first, once this many have ended. */
  async executions(workflowId: string, count: number): Promise<N8nExecution[]> {
    const summaries = await this.client.waitForExecutions(workflowId, count, 30_000);
    const executions = await Promise.all(summaries.map(({ id }) => this.client.getExecution(id)));
    return executions.sort((a, b) => Number(a.id) - Number(b.id));
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await rm(this.host.userFolder, { recursive: true, force: true });
  }
}

/** A connection to a node's only input. */
export function wireTo(node: string): JsonObject {
  return { node, type: 'main', index: 0 };
}

export function n8nNode(
  name: string,
  type: string,
  typeVersion: number,
  parameters: JsonObject,
  credential: N8nCredentialReference | null = null,
): N8nWorkflowNode {
  const node = { id: name, name, type, typeVersion, position: [0, 0] as [number, number], parameters };
  if (credential === null) return node;
  return { ...node, credentials: { [credential.name]: { id: credential.id, name: credential.name } } };
}

/** The node Accolades. The credential is named after its type. */
export function accolades(
  name: string,
  parameters: JsonObject,
  credential: N8nCredentialReference | null = null,
): N8nWorkflowNode {
  return n8nNode(name, 'n8n-nodes-accolades.accolades', 1, parameters, credential);
}

/** A webhook trigger with the secret in a parameter, which n8n does not log. */
export function webhookTrigger(
  path: string,
  parameters: JsonObject,
  secret: N8nCredentialReference,
): N8nWorkflowNode {
  const type = 'n8n-nodes-accolades.accoladesWebhookTrigger';
  return {
    ...n8nNode(path, type, 1.1, { path, secretPlace: 'parameter', ...parameters }, secret),
    webhookId: `hook-${path}`,
  };
}
