import type { AccoladesErrorCode } from '../errors.ts';
import type { SharedSession } from './shared-session.ts';

/** How an agent is connected in this process. Times are ISO 8601. */
export interface AgentState {
  readonly agent: { readonly label: string; readonly id: string | null; readonly phoneId: string | null };
  /** `notHere`: no node of this process has this agent, with these settings of the server. */
  readonly state: 'connected' | 'connecting' | 'waiting' | 'notHere';
  /** Why it is not connected; null when it is, or when nothing is known yet. */
  readonly reason: AccoladesErrorCode | null;
  /** Since when it is in this state. */
  readonly since: string | null;
  /** Counts from 1 since the session was last stable. */
  readonly attempt: number | null;
  readonly nextAttemptAt: string | null;
  /** When its session last got a call event. */
  readonly lastCallAt: string | null;
}

/** @param shared the agent's session; undefined without one */
export function agentStateOf(label: string, shared: SharedSession | undefined): AgentState {
  if (shared === undefined) {
    const agent = { label, id: null, phoneId: null };
    const unknown = { reason: null, since: null, attempt: null, nextAttemptAt: null, lastCallAt: null };
    return { agent, state: 'notHere', ...unknown };
  }
  const { status, configuration } = shared.session;
  const id = configuration?.agent?.id ?? null;
  const phoneId = configuration?.phone?.id ?? null;
  return {
    agent: { label, id, phoneId },
    state: STATES[status.state],
    reason: reasonOf(shared),
    since: isoOf(status.since),
    attempt: 'attempt' in status ? status.attempt : null,
    nextAttemptAt: 'nextAttemptAt' in status ? isoOf(status.nextAttemptAt) : null,
    lastCallAt: isoOf(shared.lastCallAt),
  };
}

const STATES = {
  idle: 'connecting',
  connecting: 'connecting',
  authenticating: 'connecting',
  ready: 'connected',
  waiting: 'waiting',
  closed: 'notHere',
} as const;

/** While it connects again, the reason of the outage. */
function reasonOf({ session, lastChange }: SharedSession): AccoladesErrorCode | null {
  const { status } = session;
  if (status.state === 'ready') return null;
  if ('reason' in status) return status.reason.code;
  return lastChange?.state === 'waiting' ? lastChange.reason.code : null;
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
