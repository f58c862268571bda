import type { AccoladesError } from '../errors.ts';
import type { ServerOptions } from '../net/server-url.ts';
import type { TransportFactory } from '../net/transport.ts';
import type { AgentConfiguration, CallMessage } from '../protocol/messages.ts';
import type { Clock, Timer } from '../time/clock.ts';

/** All in milliseconds. */
export interface SessionTimings {
  /**
   * TCP, TLS and upgrade together.
   * @default 15000
   */
  readonly connectMs: number;
  /**
   * From the authentication request to its answer.
   * @default 15000
   */
  readonly authenticateMs: number;
  /**
   * From a request over the live session to its answer.
   * @default 10000
   */
  readonly requestMs: number;
  /**
   * A request without an answer for so long is followed by a ping, whose pong tells a server that
   * lives but does not know the request from one that is gone. Most requests are answered at once.
   * @default 5000
   */
  readonly requestDoubtMs: number;
  /**
   * How often a ping is sent, and how long a sign of life may take.
   * @default 20000
   */
  readonly heartbeatMs: number;
  /**
   * How long a closing handshake may take.
   * @default 1000
   */
  readonly closingMs: number;
  /**
   * How long the server gets to notice that a connection has ended: an authentication request that
   * is sent sooner may be refused with `CONNECTION_EXISTS`.
   * @default 20
   */
  readonly releaseMs: number;
  /**
   * Shortest time between two dials, even when a user retries by hand.
   * @default 1000
   */
  readonly shortestRetryMs: number;
}

export const DEFAULT_TIMINGS: SessionTimings = {
  connectMs: 15_000,
  authenticateMs: 15_000,
  requestMs: 10_000,
  requestDoubtMs: 5_000,
  heartbeatMs: 20_000,
  closingMs: 1_000,
  releaseMs: 20,
  shortestRetryMs: 1_000,
};

/** What all sessions with one server have in common. */
export interface SessionOptions {
  readonly server: ServerOptions;
  readonly connect: TransportFactory;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /**
   * Calls `go`, now or later, when a new connection may be opened. Without effect once that has been called.
   * @param isAgain the last attempt has failed
   */
  readonly admit: (go: () => void, isAgain: boolean) => Timer;
  /** Whether this process holds the agent's connection by another session, with other settings. Default: it does not. */
  readonly isHeldHere?: (idCrm: string) => boolean;
  /** Default: those of {@link DEFAULT_TIMINGS}. */
  readonly timings?: Partial<SessionTimings>;
  /** What to keep of a configuration that arrived. Default: the same object. */
  readonly keep?: (configuration: AgentConfiguration) => AgentConfiguration;
}

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
