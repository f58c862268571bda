/** The owners that are live in this process, with the name of their node. */
const live = new Map<string, string>();

export interface ClaimedOwner {
  readonly owner: string;
  /** The other node of this workflow that has the same ID; null: there is none. */
  readonly twin: string | null;
  /** Idempotent. */
  release(): void;
}

/**
 * * Names a trigger node at the hub, which keeps what arrives while the node is away for the same
 * owner. The name stays the same over re-publishes, also when the node is renamed. Older n8n
 * accepts two nodes with one ID in a workflow: the second one then gets a name of its own.
 */
export function claimOwner(
  workflowId: string,
  node: { readonly id: string; readonly name: string },
): ClaimedOwner {
  const base = `n8n ${workflowId} ${node.id}`;
  const holder = live.get(base);
  const twin = holder === undefined || holder === node.name ? null : holder;
  const owner = twin === null ? base : `${base} ${node.name}`;
  live.set(owner, node.name);
  let released = false;
  return {
    owner,
    twin,
    release: () => {
      if (!released) live.delete(owner);
      released = true;
    },
  };
}
