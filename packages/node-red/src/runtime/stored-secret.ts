import type { NodeAPI } from '@node-red/registry';

/**
 * A credential of a node as it was deployed, where a variable is not replaced; undefined when there
 * is none.
 */
export function storedSecret(RED: NodeAPI, id: string, name: string): unknown {
  const credentials: unknown = RED.nodes.getCredentials(id);
  return typeof credentials === 'object' && credentials !== null ? Reflect.get(credentials, name) : undefined;
}
