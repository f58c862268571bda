import { shownText } from './text/shown-text.ts';

/** Every error code with its advice text, so that n8n, Node-RED and the logs say the same. */
export const ADVICE = {
  // Refusals by the server (External CRM API, authentication answer)
  ID_NOT_FOUND:
    'Accolades knows no logged-in agent with this idCrm. The agent may be logged out: log in to ' +
    'the Accolades web page, open Call center → Agent, and make sure that a phone is linked. ' +
    'If the agent is logged in, compare the idCrm with the one shown under PHONE, External CRM.',
  IP_MISSMATCH:
    "Accolades accepts this connection only from the public IP address of the agent's browser. Run this host on the same " +
    'network as the agent, or use the browser connector.',
  CONNECTION_EXISTS:
    'Another program already holds the one connection that Accolades allows for this agent: ' +
    'a connector that is set in the Accolades account (account page, API tab, External CRM API ' +
    'connector), a CRM, a second n8n or Node-RED, or an earlier connection that the server has ' +
    'not noticed to be dead. Stop the other one; this one then connects automatically.',
  HELD_HERE:
    'This process already holds the one connection that Accolades allows for this agent, through other connection ' +
    'settings. Use the same server address (localhost and 127.0.0.1 differ) and TLS settings wherever this agent is used.',
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
  NOT_TLS:
    'The server does not speak TLS at this address. Check the port; if the server really has no encryption, write ws:// ' +
    '(for commands http://).',
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
  // Commands over the REST API
  BAD_REQUEST: 'Accolades could not read the command. Check the device id and the phone number.',
  UNAUTHORIZED:
    'Accolades refused the account: the account number is unknown, the API is not active for it, or the API password is ' +
    'wrong. Correct the credential before trying again: repeated refusals get the IP address of this machine blocked.',
  IP_REJECTED:
    'Accolades has blocked the public IP address of this machine for some time, after too many invalid requests. Find and ' +
    'stop what sends them, then wait.',
  FORBIDDEN: 'Accolades does not allow this command. Ask the administrator of the Accolades account.',
  COMMAND_NOT_FOUND:
    'Accolades knows no such command at this address. Check the server address and the account number before trying ' +
    'again: repeated requests of this kind get the IP address of this machine blocked.',
  COMMAND_TOO_LARGE: 'Accolades refused the command because it is too large.',
  SERVER_FAILURE: 'Accolades failed to carry out the command. Try again later.',
  UNEXPECTED_ANSWER:
    'This is not an answer of the Accolades API. Check the server address, and what stands between it and this machine.',
  UNREACHABLE:
    'The server cannot be reached. Check the network and the firewall of this machine, then try again.',
  OUTCOME_UNKNOWN:
    'The command was sent, but no answer came, so that it is not known whether Accolades carried it out. Check the phone ' +
    'before sending it again.',
  COOLING_DOWN:
    'Until then no request is sent to this server for any account, because repeated refusals get the IP address of this ' +
    'machine blocked. Correct the credential that was refused and test it, or wait.',
  // Requests to our webhook endpoints
  METHOD_NOT_ALLOWED: 'Send POST (or GET for an IVR request).',
  ADDRESS_NOT_ALLOWED: 'Add the address to the allowed addresses if it is one of Accolades.',
  SECRET_WRONG: 'Put the secret of this endpoint into the path or the parameters that are set in Accolades.',
  BODY_TOO_LARGE: 'Raise the limit of this endpoint if the request is a real one.',
  BODY_TIMEOUT: 'Send the whole request at once.',
  UNSUPPORTED_MEDIA_TYPE: 'Send the fields form-encoded or as a JSON object.',
  BODY_MALFORMED: 'Send the fields form-encoded or as a JSON object.',
  NOT_A_NOTIFICATION:
    'Check the path that is set in Accolades: something else than a call was sent to this endpoint.',
  WRONG_PURPOSE: 'Set the endpoint to what it receives, or correct the address at the sender.',
  // Answers to webhook requests
  INVALID_REPLY: 'Correct the answer that the flow gives.',
  REPLY_TOO_LATE: 'The fallback answer was sent instead. Make the flow faster, or raise the time limit.',
  REPLY_ALREADY_SENT: 'Answer each request once.',
  REPLY_UNKNOWN:
    'Answer in the process that received the request, with the replyToken of its message, and before the flow is redeployed.',
  TOO_MANY_PENDING: 'The fallback answer was sent. Make the flow answer faster.',
  // User input
  INVALID_URL: 'The server address is not valid.',
  INVALID_CREDENTIAL: 'Correct the field idCrm.',
  INVALID_ACCOUNT: 'The account is not valid.',
  INVALID_PARAMETER: 'A parameter is not valid.',
} as const;

export type AccoladesErrorCode = keyof typeof ADVICE;

export interface AccoladesErrorOptions {
  /**
   * What happened, in one sentence without secrets. Default: the message is the advice alone.
   * Cleaned by `shownText`, because it may quote a server.
   */
  readonly what?: string;
  /** True when a retry may succeed without a change by the user. Default: depends on the code. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** ISO 8601 time until which the same request is refused without being sent. */
  readonly until?: string;
  /** The time until then in milliseconds, by the monotonic clock. */
  readonly retryAfterMs?: number;
  /** The HTTP status of the server's answer. */
  readonly httpStatus?: number;
}

const PERMANENT: ReadonlySet<AccoladesErrorCode> = new Set([
  'INVALID_URL',
  'INVALID_CREDENTIAL',
  'INVALID_PARAMETER',
  'INVALID_ACCOUNT',
  'BAD_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'COMMAND_NOT_FOUND',
  'COMMAND_TOO_LARGE',
  'UNEXPECTED_ANSWER',
  'OUTCOME_UNKNOWN',
  'METHOD_NOT_ALLOWED',
  'ADDRESS_NOT_ALLOWED',
  'SECRET_WRONG',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'BODY_MALFORMED',
  'NOT_A_NOTIFICATION',
  'WRONG_PURPOSE',
  'INVALID_REPLY',
  'REPLY_TOO_LATE',
  'REPLY_ALREADY_SENT',
  'REPLY_UNKNOWN',
  'SESSION_CLOSED',
  'SUPERSEDED',
]);

/** The number is the version of the class's fields. */
const BRAND: unique symbol = Symbol.for('@accolades-flow/core error 2');

/**
 * The error class of this library: `code` for programs, `message` for users (what happened and what
 * to do).
 *
 * `instanceof` also accepts errors of a separately bundled copy of this library, because the hub of
 * the process may belong to another copy.
 */
export class AccoladesError extends Error {
  static override [Symbol.hasInstance](value: unknown): value is AccoladesError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  override readonly name = 'AccoladesError';
  readonly code: AccoladesErrorCode;
  readonly retryable: boolean;
  /** What happened, without the advice. Null when the code says everything. */
  readonly what: string | null;
  /** ISO 8601. Set only for `COOLING_DOWN` and for the refusals that start a cool-down. */
  readonly until: string | null;
  /** For timers: the time until `until`, in milliseconds. The wall clock may be set meanwhile. */
  readonly retryAfterMs: number | null;
  /** Set only when a server's HTTP answer caused the error. */
  readonly httpStatus: number | null;

  constructor(code: AccoladesErrorCode, options: AccoladesErrorOptions = {}) {
    const { cause } = options;
    const what = options.what === undefined ? undefined : shownText(options.what);
    super(
      what === undefined ? ADVICE[code] : `${what} ${ADVICE[code]}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.what = what ?? null;
    this.until = options.until ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.httpStatus = options.httpStatus ?? null;
    this.retryable = options.retryable ?? !PERMANENT.has(code);
  }

  get [BRAND](): true {
    return true;
  }

  /** The advice alone: what to do. */
  get advice(): string {
    return ADVICE[this.code];
  }
}

/** Returns the message of a thrown value, whatever its type. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'Something was thrown that has no text.';
  }
}
