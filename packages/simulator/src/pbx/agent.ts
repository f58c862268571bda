/** The three kinds of entities that have a configuration text in Accolades. */
export type EntityKind = 'account' | 'phone' | 'agent';

export const ENTITY_KINDS: readonly EntityKind[] = ['account', 'phone', 'agent'];

/**
 * An entity as in the `configuration` reply: a numeric id as text, unique per kind, and a free
 * text.
 */
export interface Entity {
  id: string;
  data: string;
}

/** The properties of an agent. Only `idCrm` and `name` are required. */
export interface AgentSetup {
  /** The key with which API clients authenticate. Unique, never empty. */
  idCrm: string;
  /** A display name; the protocol does not carry it. */
  name: string;
  /**
   * Whether the agent's browser is logged in; otherwise clients get `ID_NOT_FOUND`. Default true.
   */
  loggedIn?: boolean | undefined;
  /**
   * The public IP of the agent's browser; a client with another IP gets `IP_MISSMATCH`. Default:
   * any.
   */
  ip?: string | undefined;
  /**
   * The account. Default: one account for all such agents. Agents with the same account id share
   * its text.
   */
  account?: Entity | undefined;
  /** The phone. Default: a phone of its own. */
  phone?: Entity | undefined;
  /** The agent's own id and text; the id must be unique. Default: the next free id. */
  agent?: Entity | undefined;
}

/**
 * - `offline`: the agent's browser is not logged in, API clients are refused.
 * - `online`: logged in, no API session.
 * - `connected`: logged in, and an API client holds the agent's one session.
 */
export type AgentState = 'offline' | 'online' | 'connected';

/** A snapshot of an agent; changing it has no effect. */
export interface AgentInfo {
  /** The agent's number in this simulator; safe to show, log and use in an address. */
  key: number;
  idCrm: string;
  /** The masked `idCrm`, safe to show and log. */
  maskedIdCrm: string;
  name: string;
  state: AgentState;
  loggedIn: boolean;
  /** The public IP of the agent's browser; `null`: any. */
  ip: string | null;
  account: Entity;
  phone: Entity;
  agent: Entity;
  /** When the API session authenticated, in milliseconds since 1970; `null`: no session. */
  connectedSince: number | null;
  /** The address of the API session's client; `null`: no session. */
  connectedFrom: string | null;
}
