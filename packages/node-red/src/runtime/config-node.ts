import type { NodeAPI } from '@node-red/registry';

/**
 * The configuration node that a setting names; null when none is chosen, or when it is not there or
 * of another kind.
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
