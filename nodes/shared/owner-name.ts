/** The owners that are live in this process, with their nodes' names. */
const live = new Map<string, string>();

export interface ClaimedOwner {
  readonly owner: string;
  /** Another node of this workflow with the same ID; null: none. */
  readonly twin: string | null;
  /** Idempotent. */
  release(): void;
}

interface NamedNode {
  readonly id: string;
  readonly name: string;
}

/**
 * Names a trigger node in core, which holds events and calls for an owner while its node is away.
 * The name survives re-publishing and renaming. Older n8n accepts two nodes with one ID in a
 * workflow; the second node then gets another name.
 */
export function claimOwner(workflowId: string, node: NamedNode): ClaimedOwner {
  const base = nameOf(workflowId, node);
  const holder = live.get(base);
  const twin = holder === undefined || holder === node.name ? null : holder;
  const owner = twin === null ? base : nameOfTwin(workflowId, node);
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

/** The name that the node has claimed, or would claim. */
export function ownerOf(workflowId: string, node: NamedNode): string {
  const ofTwin = nameOfTwin(workflowId, node);
  return live.get(ofTwin) === node.name ? ofTwin : nameOf(workflowId, node);
}

function nameOf(workflowId: string, { id }: NamedNode): string {
  return `n8n ${workflowId} ${id}`;
}

function nameOfTwin(workflowId: string, node: NamedNode): string {
  return `${nameOf(workflowId, node)} ${node.name}`;
}
