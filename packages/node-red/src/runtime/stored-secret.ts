import type { NodeAPI } from '@node-red/registry';

/** A node's credential as deployed, with variables not replaced; undefined: none. */
export function storedSecret(RED: NodeAPI, id: string, name: string): unknown {
  const credentials: unknown = RED.nodes.getCredentials(id);
  return typeof credentials === 'object' && credentials !== null ? Reflect.get(credentials, name) : undefined;
}
