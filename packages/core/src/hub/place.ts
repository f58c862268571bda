import {
  buildCallEvent,
  buildConnectionEvent,
  type AccoladesEvent,
  type AgentIdentity,
} from '../call/call-event.ts';
import { RingGroups } from '../call/ring-groups.ts';
import { AccoladesError } from '../errors.ts';
import type { AgentConfiguration, CallMessage } from '../protocol/messages.ts';
import type { SessionReport, SessionStatus } from '../session/session.ts';
import { ActiveSubscription, type PlaceSettings, type SubscribedPlace } from './active-subscription.ts';
import { HeldEvents, type Held } from './held-events.ts';
import type { ConnectionChange, SessionUser, SharedSession } from './shared-session.ts';
import type { AgentStatus, Subscription, SubscriptionStatus } from './subscription.ts';

interface Link {
  readonly shared: SharedSession;
  readonly label: string;
  /** The last change that the owner was told, or has waiting for it. */
  told: ConnectionChange | null;
  ready: boolean;
  /** Made anew when the configuration is. */
  identity: AgentIdentity;
  identityOf: AgentConfiguration | null;
}

/**
 * An owner's place in the hub. It outlives the owner's subscriptions for the linger time, with the sessions it uses and what
 * arrives for it, so that the owner finds everything as it left it.
 */
export class Place implements SessionUser, SubscribedPlace {
  readonly owner: string;
  readonly #links = new Map<string, Link>();
  readonly #ringGroups = new RingGroups();
  readonly #held = new HeldEvents<Link>();
  #active: ActiveSubscription | null = null;
  #ready = 0;
  readonly #onAbandoned: (place: Place) => void;

  /** @param onAbandoned called when the owner has unsubscribed but may come back */
  constructor(owner: string, onAbandoned: (place: Place) => void) {
    this.owner = owner;
    this.#onAbandoned = onAbandoned;
  }

  /** Whether somebody is subscribed now, as opposed to a place that is only kept. */
  get live(): boolean {
    return this.#active !== null;
  }

  get status(): SubscriptionStatus {
    return new PlaceStatus(this.#links, this.#ready);
  }

  /** Takes the place for a new subscription: keeps the sessions that it still uses, gives back the others, each of
   * them to a session of the same agent where there is one. */
  occupy(
    settings: PlaceSettings,
    sessions: readonly { label: string; shared: SharedSession }[],
  ): Subscription {
    this.#active?.end();
    const active = new ActiveSubscription(this, settings);
    this.#active = active;
    const before = new Map(this.#links);
    this.#links.clear();
    for (const { label, shared } of sessions) {
      const told = before.get(shared.key)?.told ?? null;
      const ready = shared.session.status.state === 'ready';
      const link: Link = { shared, label, told, ready, identity: identity(label, null), identityOf: null };
      this.#links.set(shared.key, link);
      shared.join(this);
    }
    const left = [...before.values()].filter(({ shared }) => !this.#links.has(shared.key));
    const heirs = left.length === 0 ? null : this.#linksByAgent();
    for (const { shared } of left) {
      heirs?.get(shared.session.idCrm)?.shared.succeed(shared);
      shared.leave(this);
    }
    this.#ready = [...this.#links.values()].filter((link) => link.ready).length;
    this.#held.relink(({ shared }) => this.#links.get(shared.key) ?? heirs?.get(shared.session.idCrm));
    for (const link of this.#links.values()) {
      link.shared.updateKeepAlive();
      const { lastChange } = link.shared;
      if (lastChange !== null && lastChange !== link.told) this.#pass({ link, change: lastChange });
      const { state } = link.shared.session.status;
      if (state !== 'ready') active.awaitOutcome(link.shared.key);
    }
    if (settings.options.startPaused !== true) active.resume();
    active.checkOutcome();
    return active;
  }

  /** Gives everything back. Idempotent. */
  clear(): void {
    this.#active?.end();
    this.#active = null;
    this.#held.clear();
    const links = [...this.#links.values()];
    this.#links.clear();
    this.#ready = 0;
    for (const { shared } of links) shared.leave(this);
  }

  /** The owner goes, for now or for good. */
  vacate(active: ActiveSubscription, removed: boolean): void {
    if (this.#active !== active) return;
    this.#active = null;
    if (removed) this.clear();
    else for (const { shared } of this.#links.values()) shared.updateKeepAlive();
    this.#onAbandoned(this);
  }

  /** The owner goes for good once nothing can come any more, and is told then. */
  drain(active: ActiveSubscription, onDrained: () => void): void {
    if (this.#active !== active) return;
    const links = [...this.#links.values()];
    let left = links.length;
    for (const { shared } of links) {
      shared.leaveDrained(this, () => {
        if (--left === 0) onDrained();
      });
    }
  }

  sessionOf(label: string | undefined): SharedSession {
    const links = [...this.#links.values()];
    const link = label === undefined && links.length === 1 ? links[0] : links.find((l) => l.label === label);
    if (link !== undefined) return link.shared;
    const known = links.map((l) => l.label).join(', ');
    throw new AccoladesError('INVALID_PARAMETER', {
      what:
        label === undefined
          ? `Choose one of the agents: ${known}.`
          : `There is no agent “${label}”. Known: ${known}.`,
    });
  }

  /** Delivers what was held, in order, as long as there is somebody to take it. */
  flush(): void {
    const dropped = this.#active === null ? 0 : this.#held.takeDropped();
    if (dropped > 0) {
      const text = `${dropped} events were dropped, because more arrived than are held for an absent node.`;
      this.#active?.report({ kind: 'dropped', text }, '');
    }
    while (this.#active?.flowing === true) {
      const held = this.#held.shift();
      if (held === undefined) return;
      this.#deliver(held, this.#active);
    }
  }

  /** Puts events in front of all others, in their order. Those of an agent that the owner no longer has are dropped. */
  takeBack(events: readonly AccoladesEvent[]): void {
    const links = [...this.#links.values()];
    const held = events.flatMap((event) => {
      const link = links.find(({ label }) => label === event.agent.label);
      return link === undefined ? [] : [{ link, event }];
    });
    this.#held.unshift(held);
  }

  onCall(shared: SharedSession, call: CallMessage, receivedAt: number): void {
    const link = this.#links.get(shared.key);
    if (link !== undefined) this.#pass({ link, call, receivedAt });
  }

  onConnection(shared: SharedSession, change: ConnectionChange): void {
    const link = this.#links.get(shared.key);
    // An owner that subscribed anew while others were told knows already.
    if (link !== undefined && link.told !== change) this.#pass({ link, change });
  }

  onSessionStatus(shared: SharedSession, status: SessionStatus): void {
    const link = this.#links.get(shared.key);
    if (link === undefined) return;
    // Counted as it changes: one owner may have thousands of agents.
    const ready = status.state === 'ready';
    if (ready !== link.ready) this.#ready += ready ? 1 : -1;
    link.ready = ready;
    this.#active?.statusChanged(shared.key, status);
  }

  onReport(shared: SharedSession, report: SessionReport): void {
    this.#active?.report(report, this.#links.get(shared.key)?.label ?? '');
  }

  #linksByAgent(): ReadonlyMap<string, Link> {
    return new Map([...this.#links.values()].map((link) => [link.shared.session.idCrm, link]));
  }

  #pass(held: Held<Link>): void {
    if ('change' in held) held.link.told = held.change;
    if (this.#active?.flowing === true && this.#held.size === 0) {
      this.#deliver(held, this.#active);
      return;
    }
    this.#held.push(held);
  }

  #deliver(held: Held<Link>, active: ActiveSubscription): void {
    const { link } = held;
    if ('event' in held) {
      active.deliver(held.event, link.label);
      return;
    }
    const { configuration } = link.shared.session;
    if (link.identityOf !== configuration) {
      link.identity = identity(link.label, configuration);
      link.identityOf = configuration;
    }
    if ('change' in held) {
      const { reason, at } = held.change;
      const event = reason === null ? 'agentConnected' : 'agentDisconnected';
      active.deliver(buildConnectionEvent(event, link.identity, reason, at), link.label);
      return;
    }
    const { country, options } = active.settings;
    const event = buildCallEvent(held.call, {
      country,
      agent: link.identity,
      firstRing: this.#ringGroups.isFirstRing(held.call.uniqueId, link.shared.session.idCrm),
      receivedAt: held.receivedAt,
      configuration: options.includeConfiguration === true ? configuration : undefined,
    });
    active.deliver(event, link.label);
  }
}

class PlaceStatus implements SubscriptionStatus {
  readonly connected: number;
  readonly total: number;
  readonly #links: ReadonlyMap<string, Link>;

  constructor(links: ReadonlyMap<string, Link>, connected: number) {
    this.connected = connected;
    this.total = links.size;
    this.#links = links;
  }

  /** Made when asked for: an owner may have thousands of agents. */
  get agents(): readonly AgentStatus[] {
    return [...this.#links.values()].map(({ label, shared }) => ({ label, status: shared.session.status }));
  }
}

function identity(label: string, configuration: AgentConfiguration | null): AgentIdentity {
  return {
    label,
    id: configuration?.agent?.id ?? null,
    phoneId: configuration?.phone?.id ?? null,
    accountId: configuration?.account?.id ?? null,
  };
}
