/** The parts of Node-RED's test helper, which has no types, that these tests use. */
declare module 'node-red-node-test-helper' {
  import type { Node, NodeAPI } from '@node-red/registry';

  type NodeModule = (RED: NodeAPI) => void;
  interface Helper {
    init(runtimePath: string): void;
    load(nodes: readonly NodeModule[], flow: readonly object[], credentials: object): Promise<void>;
    setFlows(flow: readonly object[], type: 'full' | 'flows' | 'nodes', credentials: object): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): Node | null;
  }
  const helper: Helper;
  export default helper;
}
