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
   * Send a ping when a request has no answer after this time: its pong distinguishes a live server
   * that does not know the request from a dead connection. Most requests are answered at once.
   * @default 5000
   */
  readonly requestDoubtMs: number;
  /**
   * Time between two pings, and the time that the peer has to show a sign of life.
   * @default 20000
   */
  readonly heartbeatMs: number;
  /**
   * Longest time for a closing handshake.
   * @default 1000
   */
  readonly closingMs: number;
  /**
   * Wait after a close, so that the server notices it: an authentication request sent sooner may be
   * refused with `CONNECTION_EXISTS`.
   * @default 20
   */
  readonly releaseMs: number;
  /**
   * Minimum time between two dials, even when a user retries by hand.
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

/** Options shared by all sessions with one server. */
export interface SessionOptions {
  readonly server: ServerOptions;
  readonly connect: TransportFactory;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /**
   * Calls `go` when a new connection may be opened, now or later. The returned timer stops the
   * wait; it has no effect after `go` was called.
   * @param isAgain the last attempt failed
   */
  readonly admit: (go: () => void, isAgain: boolean) => Timer;
  /**
   * Whether another session of this process, with other settings, holds the agent's connection.
   * Default: no.
   */
  readonly isHeldHere?: (idCrm: string) => boolean;
  /** Default: those of {@link DEFAULT_TIMINGS}. */
  readonly timings?: Partial<SessionTimings>;
  /** Converts a received configuration to the object to keep. Default: the same object. */
  readonly keep?: (configuration: AgentConfiguration) => AgentConfiguration;
}

/**
 * All times are milliseconds since 1970. `attempt` counts from 1 since the session was last stable.
 */
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

/** A line for the log that does not change the session's state. */
export interface SessionReport {
  readonly kind: 'repaired' | 'malformed' | 'unknown' | 'serverError' | 'dropped' | 'failedOwner';
  /** Readable text without secrets. */
  readonly text: string;
}

export interface SessionListener {
  onStatus(status: SessionStatus): void;
  onCall(call: CallMessage): void;
  onReport(report: SessionReport): void;
  /** Called with each frame before it is read. */
  onFrame?(frame: string | Uint8Array): void;
}

/** The parts of a session that its connections need. */
export interface SessionContext {
  /** The agent's idCrm, a secret. */
  readonly idCrm: string;
  readonly options: SessionOptions;
  readonly timings: SessionTimings;
  readonly listener: SessionListener;
}
