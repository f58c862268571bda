/**
 * Every failure that a person may meet, by code. Each code has one advice text, in {@link ADVICE}, so that n8n, Node-RED
 * and the logs say the same thing.
 */
export const ADVICE = {
  // Refusals by the server (External CRM API, authentication answer)
  ID_NOT_FOUND:
    'Accolades knows no logged-in agent with this idCrm. The agent may be logged out: log in to the Accolades web page. ' +
    'If the agent is logged in, compare the idCrm with the one shown under PHONE, External CRM.',
  IP_MISSMATCH:
    "Accolades accepts this connection only from the public IP address of the agent's browser. Run this host on the same " +
    'network as the agent, or use the browser connector.',
  CONNECTION_EXISTS:
    'Another program already holds the one connection that Accolades allows for this agent (a CRM, a second n8n or Node-RED, ' +
    'or an earlier connection that the server has not noticed to be dead). Stop the other one; it is retried by itself.',
  AUTH_REFUSED:
    'Accolades refused the agent for a reason that this version does not know. It is retried by itself.',
  // Reaching the server
  CONNECT_TIMEOUT: 'The server did not complete the connection in time. Check the address and the firewall.',
  CONNECTION_REFUSED: 'Nothing answers at this address and port. Check the server address and the port.',
  HOST_NOT_FOUND:
    'The name of the server cannot be resolved. Check the server address and the DNS of this machine.',
  NETWORK: 'The network connection failed. It is retried by itself.',
  TLS_FAILED:
    "The server's certificate is not trusted. Install the authority that signed it, or allow unauthorized certificates if " +
    'you know why this server has none.',
  NOT_A_WEBSOCKET:
    'The server answered, but does not speak WebSocket at this address. Check the address, port and path.',
  PROXY_FAILED: 'The proxy refused or broke the connection. Check HTTPS_PROXY and NO_PROXY.',
  // An established session
  AUTH_TIMEOUT: 'The server did not answer the authentication in time. It is retried by itself.',
  CONNECTION_CLOSED:
    'Accolades ended the connection, for example because the agent logged out. It is retried by itself.',
  CONNECTION_LOST: 'The connection to Accolades was lost. It is retried by itself.',
  HEARTBEAT_TIMEOUT: 'The server stopped answering, so the connection was dropped. It is retried by itself.',
  REQUEST_TIMEOUT: 'The server did not answer the request in time. Try again.',
  NOT_CONNECTED: 'The agent is not connected now. Wait until it is connected, then try again.',
  SESSION_CLOSED: 'The session was closed by this side.',
  SUPERSEDED: 'A newer subscription of the same node took over.',
  // Frames
  FRAME_MALFORMED: 'The server sent a message that cannot be read. It was ignored.',
  FRAME_TOO_LARGE: 'The server sent a message of more than 1 MiB. It was ignored.',
  SERVER_ERROR: 'The server reported an error.',
  // What a person typed
  INVALID_URL: 'The server address is not valid.',
  INVALID_CREDENTIAL: 'The idCrm is not valid.',
  INVALID_PARAMETER: 'A parameter is not valid.',
} as const;

export type AccoladesErrorCode = keyof typeof ADVICE;

export interface AccoladesErrorOptions {
  /** What happened, in a sentence; without it the advice alone is the message. Must not hold a secret. */
  readonly what?: string;
  /** True when the same attempt may succeed later without a person changing anything. Default: by code. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const PERMANENT: ReadonlySet<AccoladesErrorCode> = new Set([
  'INVALID_URL',
  'INVALID_CREDENTIAL',
  'INVALID_PARAMETER',
  'SESSION_CLOSED',
  'SUPERSEDED',
]);

/** The one error class of this library: `code` for programs, `message` for people (what happened and what to do). */
export class AccoladesError extends Error {
  override readonly name = 'AccoladesError';
  readonly code: AccoladesErrorCode;
  readonly retryable: boolean;
  /** What happened, without the advice; null when the code says it all. */
  readonly what: string | null;

  constructor(code: AccoladesErrorCode, options: AccoladesErrorOptions = {}) {
    const { what, cause } = options;
    super(
      what === undefined ? ADVICE[code] : `${what} ${ADVICE[code]}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.what = what ?? null;
    this.retryable = options.retryable ?? !PERMANENT.has(code);
  }

  /** What to do about it, without what happened. */
  get advice(): string {
    return ADVICE[this.code];
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
