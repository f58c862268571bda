import type { AgentOutcome } from '../../runtime/config-test.ts';
import type { AgentState, AgentStates } from './agent-state.ts';

/** One agent in the dialog's list. */
export interface AgentRow {
  readonly label: string;
  /** Null: only the name is known. */
  readonly state: AgentState['state'] | null;
  readonly reason: string | null;
}

/**
 * Beyond this number, rows are counted and not shown: laying out 10,000 rows would freeze the
 * browser.
 */
export const MAX_ROWS = 300;

const ORDER: readonly AgentRow['state'][] = ['waiting', 'connecting', 'notHere', null, 'connected'];

export function rowsOfOutcomes(outcomes: readonly AgentOutcome[]): AgentRow[] {
  return outcomes.map(({ label, reason }) => ({
    label,
    state: reason === null ? 'connected' : 'waiting',
    reason,
  }));
}

/** The rows whose label or reason contains the text. Agents that are not connected come first. */
export function rowsToShow(rows: readonly AgentRow[], search: string): AgentRow[] {
  const wanted = search.trim().toLocaleLowerCase();
  return rows
    .filter(({ label, reason }) => `${label}\n${reason ?? ''}`.toLocaleLowerCase().includes(wanted))
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

/** Reads the runtime's answer; null when it has another form. */
export function statesFrom(answer: unknown): AgentStates | null {
  if (typeof answer !== 'object' || answer === null || !('agents' in answer)) return null;
  const { agents } = answer;
  if (!Array.isArray(agents) || !agents.every(isState)) return null;
  const connected = agents.filter(({ state }) => state === 'connected').length;
  return { connected, total: agents.length, agents };
}

function isState(value: unknown): value is AgentState {
  return (
    typeof value === 'object' &&
    value !== null &&
    'label' in value &&
    typeof value.label === 'string' &&
    'reason' in value &&
    (value.reason === null || typeof value.reason === 'string') &&
    'state' in value &&
    ['connected', 'connecting', 'waiting', 'notHere'].some((known) => known === value.state)
  );
}
