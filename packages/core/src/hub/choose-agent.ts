import type { AgentCredential } from './agent-list.ts';

export interface AgentChoice {
  /** Null when the label does not identify an agent. */
  readonly agent: AgentCredential | null;
  /** The label as given, for the error, at most 100 characters; null: none is given. */
  readonly wanted: string | null;
}

const MAX_SHOWN_CHARS = 100;

/**
 * Chooses the agent of a request by its label. Without a label, the only agent is chosen.
 * @param label as a user or a flow gives it, so of any type
 */
export function chooseAgent(agents: readonly AgentCredential[], label: unknown): AgentChoice {
  const wanted = typeof label === 'string' || typeof label === 'number' ? String(label).trim() : label;
  if (wanted === undefined || wanted === null || wanted === '') {
    return { agent: agents.length === 1 ? (agents[0] ?? null) : null, wanted: null };
  }
  return {
    agent: agents.find((agent) => agent.label === wanted) ?? null,
    wanted: typeof wanted === 'string' ? wanted.slice(0, MAX_SHOWN_CHARS) : typeof wanted,
  };
}
