import type { FakeTransport } from '../fake-transport.ts';

export const LINGER_MS = 5_000;
export const AGENTS = ['x', 'y'] as const;
export const OWNERS = ['a', 'b', 'c'] as const;
export type Agent = (typeof AGENTS)[number];
export type Owner = (typeof OWNERS)[number];

export interface Call {
  readonly agent: Agent;
  readonly id: string;
}

/** What is kept for an owner. */
interface Place {
  readonly agents: readonly Agent[];
  state: 'flowing' | 'paused' | 'lingering';
  lingersUntil: number;
  held: readonly Call[];
}

/** What an owner that drains hears of an agent: all while others have used it ever since, and the last connection's calls after that. */
type Hearing = 'all' | FakeTransport | 'nothing';

/** What the hub promises, without sessions and connections: which places are kept, and which calls each owner must have got. */
export class Model {
  readonly places = new Map<Owner, Place>();
  /** Owners that have given their agents up, and take what still comes. */
  readonly draining = new Map<Owner, Map<Agent, Hearing>>();
  readonly delivered: Record<Owner, Call[]> = { a: [], b: [], c: [] };

  /** The agents that somebody uses, or may come back for. */
  get agents(): Set<Agent> {
    return new Set([...this.places.values()].flatMap(({ agents }) => agents));
  }

  /** Those, and the agents that an owner may still hear of. */
  get heardAgents(): Set<Agent> {
    return new Set([
      ...this.agents,
      ...[...this.draining.values()].flatMap((hearing) => [...hearing.keys()]),
    ]);
  }

  subscribe(owner: Owner, agents: readonly Agent[], startPaused: boolean): void {
    const held = this.places.get(owner)?.held.filter(({ agent }) => agents.includes(agent)) ?? [];
    this.draining.delete(owner);
    this.places.set(owner, { agents, state: 'paused', lingersUntil: Infinity, held });
    if (!startPaused) this.resume(owner);
  }

  resume(owner: Owner): void {
    const place = this.places.get(owner);
    if (place?.state !== 'paused') return;
    place.state = 'flowing';
    this.delivered[owner].push(...place.held);
    place.held = [];
  }

  pause(owner: Owner): void {
    const place = this.places.get(owner);
    if (place?.state === 'flowing') place.state = 'paused';
  }

  /** Of an agent that the owner has no longer, a call does not come again. */
  giveBack(owner: Owner, ids: readonly string[]): void {
    const place = this.places.get(owner);
    if (place === undefined) return;
    const delivered = this.delivered[owner];
    const again = delivered.filter(({ id, agent }) => ids.includes(id) && place.agents.includes(agent));
    this.delivered[owner] = delivered.filter(({ id }) => !ids.includes(id));
    place.held = [...again, ...place.held];
  }

  drain(owner: Owner): void {
    const agents = this.places.get(owner)?.agents ?? [];
    this.places.delete(owner);
    this.draining.set(owner, new Map(agents.map((agent) => [agent, 'all'])));
  }

  unsubscribe(owner: Owner, removed: boolean, now: number): void {
    this.draining.delete(owner);
    const place = this.places.get(owner);
    if (place === undefined || place.state === 'lingering') return;
    if (removed) {
      this.places.delete(owner);
      return;
    }
    place.state = 'lingering';
    place.lingersUntil = now + LINGER_MS;
  }

  /**
   * A call comes by a connection.
   * @returns the owners that may get it as well: those that drain, when others have taken the agent up in the meantime
   */
  ring(call: Call, connection: FakeTransport): Owner[] {
    const { agent } = call;
    for (const [owner, place] of this.places) {
      if (!place.agents.includes(agent)) continue;
      if (place.state === 'flowing') this.delivered[owner].push(call);
      else place.held = [...place.held, call];
    }
    const mayHear: Owner[] = [];
    for (const [owner, agents] of this.draining) {
      const hearing = agents.get(agent);
      if (hearing === 'all' || hearing === connection) this.delivered[owner].push(call);
      else if (hearing !== undefined) mayHear.push(owner);
    }
    return mayHear;
  }

  /** To be called after each step: places are kept for the linger time, and agents given up with their last user. */
  update(now: number, connectionOf: (agent: Agent) => FakeTransport | undefined): void {
    for (const [owner, { state, lingersUntil }] of this.places) {
      if (state === 'lingering' && lingersUntil <= now) this.places.delete(owner);
    }
    const used = this.agents;
    for (const agents of this.draining.values()) {
      for (const [agent, hearing] of agents) {
        if (hearing === 'all' && !used.has(agent)) agents.set(agent, connectionOf(agent) ?? 'nothing');
      }
    }
  }
}
