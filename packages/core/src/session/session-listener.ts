import type { AccoladesError } from '../errors.ts';
import type { CallMessage } from '../protocol/messages.ts';

/** All times are milliseconds since 1970; `attempt` counts from 1 since the session was last stable. */
export type SessionStatus =
  | { readonly state: 'idle'; readonly since: number }
  | { readonly state: 'connecting'; readonly since: number; readonly attempt: number }
  | { readonly state: 'authenticating'; readonly since: number; readonly attempt: number }
  | { readonly state: 'ready'; readonly since: number; readonly attempt: number }
  | {
      readonly state: 'waiting';
      readonly since: number;
      readonly attempt: number;
      readonly nextAttemptAt: number;
      readonly reason: AccoladesError;
    }
  | { readonly state: 'closed'; readonly since: number; readonly reason: AccoladesError };

/** Something worth a line in the log that changes nothing. */
export interface SessionReport {
  readonly kind: 'repaired' | 'malformed' | 'unknown' | 'serverError' | 'dropped' | 'failedOwner';
  /** For people; holds no secret. */
  readonly text: string;
}

export interface SessionListener {
  onStatus(status: SessionStatus): void;
  onCall(call: CallMessage): void;
  onReport(report: SessionReport): void;
}
