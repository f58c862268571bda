import type { NodeAPI, NodeDef } from '@node-red/registry';

/**
 * A setting of a node as it was deployed. In what a node is made with, Node-RED has already replaced
 * `${NAME}`.
 */
export function storedSetting(
  nodes: Pick<NodeAPI['nodes'], 'eachNode'>,
  node: NodeDef,
  name: string,
): unknown {
  // A node inside a subflow is made from the one with this id.
  const id: unknown = Reflect.get(node, '_alias') ?? node.id;
  let setting: unknown;
  nodes.eachNode((stored) => {
    if (stored.id === id) setting = Reflect.get(stored, name);
  });
  return setting;
}
