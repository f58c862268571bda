import type { CallSettings } from './calls/call-settings.ts';
import type { Clock } from './clock.ts';
import type { ConnectorOptions } from './connectors/connector-server.ts';
import type { HangupReplyParser } from './notifications/hangup-decision.ts';
import type { NotificationSettings } from './notifications/notification-settings.ts';
import type { AgentSetup } from './pbx/agent.ts';
import type { PhoneSetup } from './pbx/phone-directory.ts';
import type { AccountSetup } from './rest-api/account-directory.ts';
import type { RestSettings } from './rest-api/rest-settings.ts';
import type { ServerSettings } from './websocket-api/settings.ts';

export interface SimulatorOptions extends Partial<ServerSettings> {
  /** The address that the WebSocket API listens on. Default 127.0.0.1. */
  host?: string;
  /** The port of the WebSocket API; 0 (default): a free one. */
  port?: number;
  /**
   * The web console, off by default. `port` 0 (default): a free one; the origins in `framedBy` may
   * frame it.
   */
  console?: false | { port?: number; host?: string; framedBy?: readonly string[] };
  /**
   * The agents' pages with a custom connector in a frame, as Accolades serves them. Off by default.
   */
  connector?: false | ConnectorOptions;
  /** PEM texts; with them the server speaks `wss:`. */
  tls?: { key: string; cert: string };
  agents?: readonly AgentSetup[];
  /**
   * The REST API, off by default. `port` 0 (default): a free one; `host` is that of the WebSocket
   * API.
   */
  rest?: false | { port?: number };
  restSettings?: Partial<RestSettings>;
  /** The accounts of the REST API. */
  accounts?: readonly AccountSetup[];
  /** Additional phones, or changes to the agents' default phones. */
  phones?: readonly PhoneSetup[];
  /** How phones and the other parties behave. */
  callSettings?: Partial<CallSettings>;
  /** How call notifications are written. */
  notificationSettings?: Partial<NotificationSettings>;
  /**
   * Reads the answer to `confirmHangup`, whose format is not published. Default:
   * `parseHangupReply`.
   */
  parseHangupReply?: HangupReplyParser;
  /** Controls the lives of calls, for tests. Default: the system clock. */
  clock?: Clock;
}
