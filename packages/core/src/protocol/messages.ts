import type { JsonObject } from '../json/json-object.ts';

/**
 * The messages of the External CRM API (WebSocket, JSON text), one row each. PROTOCOL.md is the
 * readable form of this table; a test compares the two.
 *
 * Sources: `seed` is the vendor's API text, `connector` is the vendor's example connector 2.0.0,
 * `unknown` is not published.
 */
type FactSource = 'seed' | 'connector' | 'unknown';

interface FieldSpec {
  readonly name: string;
  readonly type: string;
  /** The message is useless without this field, and is rejected even if it is valid JSON. */
  readonly required: boolean;
  /**
   * Documented as always present. A repaired frame must have it, so that truncated ones are
   * rejected.
   */
  readonly documented: boolean;
}

export interface MessageSpec {
  readonly type: string;
  readonly direction: 'client → server' | 'server → client';
  readonly fields: readonly FieldSpec[];
  readonly source: FactSource;
  readonly note: string;
}

const field = (name: string, type: string, need: 'required' | 'documented' | 'optional'): FieldSpec => ({
  name,
  type,
  required: need === 'required',
  documented: need !== 'optional',
});

const CALL_FIELDS = [
  field('phoneNumber', 'text', 'documented'),
  field('uniqueId', 'number.number', 'documented'),
  field('callCenter', 'yes | no', 'optional'),
] as const;

export const MESSAGES: readonly MessageSpec[] = [
  {
    type: 'authRequest',
    direction: 'client → server',
    fields: [field('idCrm', 'text', 'required')],
    source: 'seed',
    note: 'The first message of a session. The idCrm is the secret that names the agent.',
  },
  {
    type: 'configuration',
    direction: 'client → server',
    fields: [],
    source: 'seed',
    note: 'Asks for the texts stored for account, phone and agent. No request id.',
  },
  {
    type: 'version',
    direction: 'client → server',
    fields: [],
    source: 'seed',
    note: 'Asks for the version of the API. No request id.',
  },
  {
    type: 'authSucces',
    direction: 'server → client',
    fields: [field('version', 'semantic version', 'documented')],
    source: 'seed',
    note: 'The session is accepted. Spelt so in the documentation.',
  },
  {
    type: 'authSuccess',
    direction: 'server → client',
    fields: [field('version', 'semantic version', 'documented')],
    source: 'connector',
    note: "The same, spelt as the vendor's connector expects it. Both are accepted.",
  },
  {
    type: 'authFailed',
    direction: 'server → client',
    fields: [field('reason', 'ID_NOT_FOUND | IP_MISSMATCH | CONNECTION_EXISTS', 'documented')],
    source: 'seed',
    note: 'The session is refused. IP_MISMATCH is read as IP_MISSMATCH; an unlisted reason is kept and retried.',
  },
  {
    type: 'configuration',
    direction: 'server → client',
    fields: [
      field('account', '{id, data}', 'documented'),
      field('phone', '{id, data}', 'documented'),
      field('agent', '{id, data}', 'documented'),
    ],
    source: 'seed',
    note: 'id: numeric text, unique per kind. data: free text of up to 2,000 characters in any format.',
  },
  {
    type: 'version',
    direction: 'server → client',
    fields: [field('value', 'semantic version', 'required')],
    source: 'seed',
    note: 'The documented version is 1.1.0.',
  },
  {
    type: 'incomingCall',
    direction: 'server → client',
    fields: CALL_FIELDS,
    source: 'seed',
    note: 'A call is about to reach the agent. A withheld number is read as an empty text (its form is unknown).',
  },
  {
    type: 'outgoingCall',
    direction: 'server → client',
    fields: CALL_FIELDS,
    source: 'seed',
    note: "The agent's phone starts a call.",
  },
  {
    type: 'connectionClosed',
    direction: 'server → client',
    fields: [],
    source: 'seed',
    note: 'Sent just before the server ends the connection, e.g. when the agent closes the web page.',
  },
  {
    type: 'error',
    direction: 'server → client',
    fields: [],
    source: 'connector',
    note: 'Known by name only; its content is not published. Reported in the log, nothing else.',
  },
];

export const DEFAULT_SERVER_URL = 'wss://client.voipit.ro:14327';

export type CallMessageType = 'incomingCall' | 'outgoingCall';

/**
 * One of the three entities with an id and a stored text. The id is null when the server sent none.
 */
export interface ConfigurationEntity {
  readonly id: string | null;
  /** Up to 2,000 characters of any format. */
  readonly data: string;
}

export interface AgentConfiguration {
  readonly account: ConfigurationEntity | null;
  readonly phone: ConfigurationEntity | null;
  readonly agent: ConfigurationEntity | null;
}

export interface CallMessage {
  readonly type: CallMessageType;
  /** As the server sent it; empty when it sent none. */
  readonly phoneNumber: string;
  readonly uniqueId: string;
  /** Null when missing, or neither `yes` nor `no`. */
  readonly callCenter: boolean | null;
  readonly raw: JsonObject;
}

/** A decoded server message: the type in its canonical spelling, every field checked. */
export type ServerMessage =
  | { readonly type: 'authSuccess'; readonly version: string | null; readonly raw: JsonObject }
  | { readonly type: 'authFailed'; readonly reason: string; readonly raw: JsonObject }
  | { readonly type: 'configuration'; readonly configuration: AgentConfiguration; readonly raw: JsonObject }
  | { readonly type: 'version'; readonly version: string; readonly raw: JsonObject }
  | CallMessage
  | { readonly type: 'connectionClosed'; readonly raw: JsonObject }
  | { readonly type: 'error'; readonly raw: JsonObject };

/** Requests that a live session can send. */
export type RequestType = 'configuration' | 'version';
