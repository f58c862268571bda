import type { NodeAPI, NodeDef } from '@node-red/registry';

/**
 * A setting of a node as stored. Node-RED has already replaced `${NAME}` in the settings that it
 * passes to the node.
 */
export function storedSetting(
  nodes: Pick<NodeAPI['nodes'], 'eachNode'>,
  node: NodeDef,
  name: string,
): unknown {
  // A node inside a subflow instance refers to the stored node by this id.
  const id: unknown = Reflect.get(node, '_alias') ?? node.id;
  let setting: unknown;
  nodes.eachNode((stored) => {
    if (stored.id === id) setting = Reflect.get(stored, name);
  });
  return setting;
}
