/** The three kinds of entities that have a configuration text in Accolades. */
export type EntityKind = 'account' | 'phone' | 'agent';

export const ENTITY_KINDS: readonly EntityKind[] = ['account', 'phone', 'agent'];

/**
 * An entity as the `configuration` reply shows it: a numeric id as text, unique per kind, and a
 * free text.
 */
export interface Entity {
  id: string;
  data: string;
}

/** What an agent is made of. Only `idCrm` and `name` are needed. */
export interface AgentSetup {
  /** The key with which API clients authenticate. Unique, never empty. */
  idCrm: string;
  /** A name for people; the protocol does not carry it. */
  name: string;
  /**
   * Whether the agent's browser is logged in; without it clients get `ID_NOT_FOUND`. Default true.
   */
  loggedIn?: boolean | undefined;
  /**
   * The public IP of the agent's browser; a client from another one gets `IP_MISSMATCH`. Default:
   * any.
   */
  ip?: string | undefined;
  /**
   * The account. Default: one account that all such agents share. Agents with the same account id
   * share its text.
   */
  account?: Entity | undefined;
  /** The phone. Default: a phone of its own. */
  phone?: Entity | undefined;
  /** The agent's own id and text; no two agents can have the same id. Default: the next free id. */
  agent?: Entity | undefined;
}

/**
 * - `offline`: the agent's browser is not logged in, API clients are refused.
 * - `online`: logged in, no API session.
 * - `connected`: logged in, and an API client holds the agent's one session.
 */
export type AgentState = 'offline' | 'online' | 'connected';

/** A view of an agent; changing it changes nothing. */
export interface AgentInfo {
  /** A number for this agent in this simulator, safe to show, log and put in an address. */
  key: number;
  idCrm: string;
  /** The `idCrm` as it may be shown and logged. */
  maskedIdCrm: string;
  name: string;
  state: AgentState;
  loggedIn: boolean;
  /** The public IP of the agent's browser, `null` when any is accepted. */
  ip: string | null;
  account: Entity;
  phone: Entity;
  agent: Entity;
  /** When the API session authenticated, in milliseconds since 1970; `null` when there is none. */
  connectedSince: number | null;
  /** Where the API session comes from; `null` when there is none. */
  connectedFrom: string | null;
}
