import type { AgentConfiguration } from '../protocol/messages.ts';
import type { ServerOptions } from '../settings/server.ts';
import type { Clock } from './clock.ts';
import type { TransportFactory } from './transport.ts';

/** A place in the queue of those who want to connect. */
export interface Admission {
  /** Gives it up. */
  leave(): void;
  /** Whether waiting for the turn keeps the process alive. Default true. */
  keepProcessAlive(keep: boolean): void;
}

/** What all sessions with one server have in common. */
export interface SessionOptions {
  readonly server: ServerOptions;
  readonly connect: TransportFactory;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Calls `go`, now or later, when a new connection may be opened. */
  readonly admit: (go: () => void) => Admission;
  /** What to keep of a configuration that arrived. Default: the same object. */
  readonly keep?: (configuration: AgentConfiguration) => AgentConfiguration;
}
