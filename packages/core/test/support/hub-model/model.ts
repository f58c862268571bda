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

/** An owner's durable subscription. */
interface Durable {
  readonly agents: readonly Agent[];
  state: 'flowing' | 'paused' | 'lingering';
  lingersUntil: number;
  held: readonly Call[];
}

/**
 * What a draining owner still gets of an agent: every call while others use it, and after that
 * those of its last connection.
 */
type Hearing = 'all' | FakeTransport | 'nothing';

/**
 * The promises of the hub: which subscriptions are kept, and which calls each owner must have got.
 */
export class Model {
  readonly durables = new Map<Owner, Durable>();
  /** Owners that have given their agents up, but still get the last calls. */
  readonly draining = new Map<Owner, Map<Agent, Hearing>>();
  readonly delivered: Record<Owner, Call[]> = { a: [], b: [], c: [] };

  /** The agents of all durable subscriptions. */
  get agents(): Set<Agent> {
    return new Set([...this.durables.values()].flatMap(({ agents }) => agents));
  }

  /** Those, and the agents of owners that drain. */
  get heardAgents(): Set<Agent> {
    return new Set([
      ...this.agents,
      ...[...this.draining.values()].flatMap((hearing) => [...hearing.keys()]),
    ]);
  }

  subscribe(owner: Owner, agents: readonly Agent[], startPaused: boolean): void {
    const held = this.durables.get(owner)?.held.filter(({ agent }) => agents.includes(agent)) ?? [];
    this.draining.delete(owner);
    this.durables.set(owner, { agents, state: 'paused', lingersUntil: Infinity, held });
    if (!startPaused) this.resume(owner);
  }

  resume(owner: Owner): void {
    const durable = this.durables.get(owner);
    if (durable?.state !== 'paused') return;
    durable.state = 'flowing';
    this.delivered[owner].push(...durable.held);
    durable.held = [];
  }

  pause(owner: Owner): void {
    const durable = this.durables.get(owner);
    if (durable?.state === 'flowing') durable.state = 'paused';
  }

  /** Calls of an agent that the owner no longer has are not delivered again. */
  requeue(owner: Owner, ids: readonly string[]): void {
    const durable = this.durables.get(owner);
    if (durable === undefined) return;
    const delivered = this.delivered[owner];
    const again = delivered.filter(({ id, agent }) => ids.includes(id) && durable.agents.includes(agent));
    this.delivered[owner] = delivered.filter(({ id }) => !ids.includes(id));
    durable.held = [...again, ...durable.held];
  }

  drain(owner: Owner): void {
    const agents = this.durables.get(owner)?.agents ?? [];
    this.durables.delete(owner);
    this.draining.set(owner, new Map(agents.map((agent) => [agent, 'all'])));
  }

  unsubscribe(owner: Owner, removed: boolean, now: number): void {
    this.draining.delete(owner);
    const durable = this.durables.get(owner);
    if (durable === undefined || durable.state === 'lingering') return;
    if (removed) {
      this.durables.delete(owner);
      return;
    }
    durable.state = 'lingering';
    durable.lingersUntil = now + LINGER_MS;
  }

  /**
   * A call arrives over a connection.
   * @returns owners that may get it as well: they drain, and others have subscribed to the agent
   *   since
   */
  ring(call: Call, connection: FakeTransport): Owner[] {
    const { agent } = call;
    for (const [owner, durable] of this.durables) {
      if (!durable.agents.includes(agent)) continue;
      if (durable.state === 'flowing') this.delivered[owner].push(call);
      else durable.held = [...durable.held, call];
    }
    const mayHear: Owner[] = [];
    for (const [owner, agents] of this.draining) {
      const hearing = agents.get(agent);
      if (hearing === 'all' || hearing === connection) this.delivered[owner].push(call);
      else if (hearing !== undefined) mayHear.push(owner);
    }
    return mayHear;
  }

  /** Ends durable subscriptions after the linger time. To be called after each step. */
  update(now: number, connectionOf: (agent: Agent) => FakeTransport | undefined): void {
    for (const [owner, { state, lingersUntil }] of this.durables) {
      if (state === 'lingering' && lingersUntil <= now) this.durables.delete(owner);
    }
    const used = this.agents;
    for (const agents of this.draining.values()) {
      for (const [agent, hearing] of agents) {
        if (hearing === 'all' && !used.has(agent)) agents.set(agent, connectionOf(agent) ?? 'nothing');
      }
    }
  }
}
