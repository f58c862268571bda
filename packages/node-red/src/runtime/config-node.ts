import type { NodeAPI } from '@node-red/registry';

/**
 * The configuration node that a setting refers to; null when it is not set, missing or of another
 * type.
 * @param id the setting
 */
export function configNode<T>(
  nodes: Pick<NodeAPI['nodes'], 'getNode'>,
  id: unknown,
  isKind: (node: unknown) => node is T,
): T | null {
  const found: unknown = typeof id === 'string' && id !== '' ? nodes.getNode(id) : null;
  return isKind(found) ? found : null;
}
