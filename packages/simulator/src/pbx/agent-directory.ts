import { maskSecret } from '../masking.ts';
import { ENTITY_KINDS } from './agent.ts';
import type { AgentSetup, Entity, EntityKind } from './agent.ts';

/** The longest configuration text, in characters. Source: the vendor's WebSocket documentation. */
export const MAX_TEXT_LENGTH = 2000;

/** An agent as the simulator stores it. */
export interface AgentRecord {
  readonly key: number;
  readonly idCrm: string;
  readonly name: string;
  readonly ip: string | null;
  /** The ids of its three entities. */
  readonly ids: Readonly<Record<EntityKind, string>>;
  loggedIn: boolean;
}

const DEFAULT_ACCOUNT_ID = '15';
const FIRST_ID: Readonly<Record<'phone' | 'agent', number>> = { phone: 27, agent: 321 };

/**
 * The agents of the simulated PBX, with the configuration texts of their accounts, phones and
 * themselves.
 */
export class AgentDirectory {
  readonly #agents = new Map<string, AgentRecord>();
  /** Texts by kind and id, because agents with the same account share its text. */
  readonly #texts: Record<EntityKind, Map<string, string>> = {
    account: new Map(),
    phone: new Map(),
    agent: new Map(),
  };
  readonly #agentIds = new Set<string>();
  readonly #nextId = { ...FIRST_ID };
  #nextKey = 1;

  /**
   * @throws when the `idCrm`, the name, an id or a text is unusable, or the `idCrm` or agent id is
   * taken
   */
  add(setup: AgentSetup): AgentRecord {
    if (typeof setup.idCrm !== 'string' || setup.idCrm === '') throw new Error('An agent needs an idCrm.');
    if (typeof setup.name !== 'string' || setup.name.trim() === '') throw new Error('An agent needs a name.');
    if (this.#agents.has(setup.idCrm)) {
      throw new Error(`There is already an agent with the idCrm ${maskSecret(setup.idCrm)}.`);
    }
    for (const kind of ENTITY_KINDS) {
      const entity = setup[kind];
      if (!entity) continue;
      if (!/^\d+$/.test(entity.id)) throw new Error(`The ${kind} id must be a number, as text.`);
      checkText(kind, entity.data);
    }
    if (setup.agent && this.#agentIds.has(setup.agent.id)) {
      throw new Error(`There is already an agent with the id ${setup.agent.id}.`);
    }
    const ids = {
      account: setup.account?.id ?? DEFAULT_ACCOUNT_ID,
      phone: setup.phone?.id ?? this.#freeId('phone'),
      agent: setup.agent?.id ?? this.#freeId('agent'),
    };
    for (const kind of ENTITY_KINDS) {
      const text = setup[kind]?.data;
      if (text !== undefined) this.#texts[kind].set(ids[kind], text);
      else if (!this.#texts[kind].has(ids[kind])) this.#texts[kind].set(ids[kind], '');
    }
    this.#agentIds.add(ids.agent);
    const record: AgentRecord = {
      key: this.#nextKey++,
      idCrm: setup.idCrm,
      name: setup.name,
      ip: setup.ip ?? null,
      ids,
      loggedIn: setup.loggedIn ?? true,
    };
    this.#agents.set(setup.idCrm, record);
    return record;
  }

  /** Removes an agent. Its account's text stays, because other agents may share it. */
  remove(idCrm: string): void {
    const record = this.require(idCrm);
    this.#agents.delete(idCrm);
    this.#agentIds.delete(record.ids.agent);
    this.#texts.agent.delete(record.ids.agent);
  }

  get(idCrm: string): AgentRecord | undefined {
    return this.#agents.get(idCrm);
  }

  /** @throws when there is no such agent. */
  require(idCrm: string): AgentRecord {
    const record = this.#agents.get(idCrm);
    if (!record) throw new Error(`There is no agent with the idCrm ${maskSecret(idCrm)}.`);
    return record;
  }

  get size(): number {
    return this.#agents.size;
  }

  all(): IterableIterator<AgentRecord> {
    return this.#agents.values();
  }

  /** All keys that must never be shown in full. */
  secrets(): IterableIterator<string> {
    return this.#agents.keys();
  }

  entity(record: AgentRecord, kind: EntityKind): Entity {
    const id = record.ids[kind];
    return { id, data: this.#texts[kind].get(id) ?? '' };
  }

  /** @throws when there is no such agent or the text is longer than 2,000 characters */
  setText(idCrm: string, kind: EntityKind, text: string): void {
    const record = this.require(idCrm);
    if (!ENTITY_KINDS.includes(kind)) throw new Error('A text belongs to an account, a phone or an agent.');
    checkText(kind, text);
    this.#texts[kind].set(record.ids[kind], text);
  }

  #freeId(kind: 'phone' | 'agent'): string {
    let id = String(this.#nextId[kind]++);
    while (this.#texts[kind].has(id)) id = String(this.#nextId[kind]++);
    return id;
  }
}

function checkText(kind: EntityKind, text: string): void {
  if (typeof text !== 'string') throw new Error(`The ${kind} text must be text.`);
  const length = Array.from(text).length;
  if (length > MAX_TEXT_LENGTH) {
    throw new Error(`The ${kind} text has ${length} characters; Accolades keeps at most ${MAX_TEXT_LENGTH}.`);
  }
}
