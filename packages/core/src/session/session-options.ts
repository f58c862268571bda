import type { AgentConfiguration } from '../protocol/messages.ts';
import type { ServerOptions } from '../net/server-url.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { TransportFactory } from '../net/transport.ts';

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
  /** What to keep of a configuration that arrived. Default: the same object. */
  readonly keep?: (configuration: AgentConfiguration) => AgentConfiguration;
}
