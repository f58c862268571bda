/** The owners that are live in this process, with their nodes' names. */
const live = new Map<string, string>();

export interface ClaimedOwner {
  readonly owner: string;
  /** Another node of this workflow with the same ID; null: none. */
  readonly twin: string | null;
  /** Idempotent. */
  release(): void;
}

/**
 * Names a trigger node at the hub, which holds events for an owner while its node is away. The name
 * survives re-publishing and renaming. Older n8n accepts two nodes with one ID in a workflow; the
 * second node then gets another name.
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
