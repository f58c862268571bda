import type { CallLife } from './calls/call-life.ts';
import type { FrameLogEntry } from './frame-log/frame-log.ts';
import type { AgentInfo } from './pbx/agent.ts';
import type { PlacedCall } from './pbx/call.ts';
import type { SessionInfo } from './websocket-api/session-control.ts';

export interface SessionEvent extends SessionInfo {
  event: 'opened' | 'ended';
  name: string;
}

export interface AgentEvent {
  event: 'added' | 'removed' | 'loggedIn' | 'loggedOut' | 'textChanged';
  /** The agent after the event. */
  agent: AgentInfo;
}

/**
 * The events of a simulator. Only `frame` entries are masked and safe to log; the others contain
 * agents' full `idCrm`.
 */
export interface SimulatorEvents {
  frame: [FrameLogEntry];
  session: [SessionEvent];
  agent: [AgentEvent];
  call: [PlacedCall];
  /**
   * Faults, settings, accounts, phones or call traffic changed, or the server started or stopped.
   */
  settings: [];
  /** A call with a life changed. */
  callLife: [CallLife];
  /** The REST API received a request. */
  restRequest: [];
}
