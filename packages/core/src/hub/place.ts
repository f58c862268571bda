import { buildCallEvent, buildConnectionEvent, type AccoladesEvent } from '../call/call-event.ts';
import { RingGroups } from '../call/ring-groups.ts';
import type { BoundedQueue } from '../delivery/bounded-queue.ts';
import { AccoladesError } from '../errors.ts';
import type { CallMessage } from '../protocol/messages.ts';
import type { SessionReport } from '../session/session.ts';
import { ActiveSubscription, type PlaceSettings, type SubscribedPlace } from './active-subscription.ts';
import { heldEvents, type Held } from './held-events.ts';
import { Link, type LinkedPlace } from './link.ts';
import type { ConnectionChange, SharedSession } from './shared-session.ts';
import type { AgentStatus, Subscription, SubscriptionStatus } from './subscription.ts';

/**
 * An owner's place in the hub. It outlives the owner's subscriptions for the linger time, with the sessions it uses and what
 * arrives for it, so that the owner finds everything as it left it.
 */
export class Place implements LinkedPlace, SubscribedPlace {
  readonly owner: string;
  /** One for each agent. Replaced, never changed. */
  #links: readonly Link[] = [];
  /** Made with the first call. */
  #ringGroups: RingGroups | null = null;
  /** Made when something has to wait. */
  #held: BoundedQueue<Held<Link>> | null = null;
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

  get links(): readonly Link[] {
    return this.#links;
  }

  get status(): SubscriptionStatus {
    return new PlaceStatus(this, this.#ready);
  }

  /** Takes the place for a new subscription: keeps the sessions that it still uses, gives back the others, each of
   * them to a session of the same agent where there is one. */
  occupy(
    settings: PlaceSettings,
    sessions: readonly { label: string; shared: SharedSession }[],
    startPaused: boolean,
  ): Subscription {
    this.#active?.end();
    const active = new ActiveSubscription(this, settings);
    this.#active = active;
    const before = linksByAgent(this.#links);
    const links = new Map<string, Link>();
    for (const { label, shared } of sessions) {
      const { idCrm } = shared.session;
      const known = links.get(idCrm) ?? before.get(idCrm);
      const link = known?.shared.isOfSameServer(shared) === true ? known : new Link(this, shared, label);
      link.renew(shared, label);
      links.set(idCrm, link);
    }
    this.#links = [...links.values()];
    for (const [idCrm, link] of before) {
      const heir = links.get(idCrm);
      if (heir === link) continue;
      heir?.shared.succeed(link.shared);
      link.end();
    }
    this.#ready = this.#links.filter((link) => link.ready).length;
    this.#held?.update((held) => {
      const link = links.get(held.link.shared.session.idCrm);
      return link === undefined ? undefined : { ...held, link };
    });
    for (const link of this.#links) {
      // The owner may act while it is told.
      if (link.ended) continue;
      link.shared.updateKeepAlive();
      const { lastChange } = link.shared;
      if (lastChange !== null && lastChange !== link.told) this.#pass({ link, change: lastChange });
      if (link.awaitOutcome()) active.awaitOutcome();
    }
    if (!startPaused) active.resume();
    active.counted();
    return active;
  }

  /** Gives everything back. Idempotent. */
  clear(): void {
    this.#active?.end();
    this.#active = null;
    this.#held = null;
    const links = this.#links;
    this.#links = [];
    this.#ready = 0;
    for (const link of links) link.end();
  }

  /** The owner goes, for now or for good. */
  vacate(active: ActiveSubscription, removed: boolean): void {
    if (this.#active !== active) return;
    this.#active = null;
    if (removed) this.clear();
    else for (const { shared } of this.#links) shared.updateKeepAlive();
    this.#onAbandoned(this);
  }

  /** The owner goes for good once nothing can come any more, and is told then. */
  drain(active: ActiveSubscription, onDrained: () => void): void {
    if (this.#active !== active) return;
    let left = this.#links.length;
    for (const link of this.#links) {
      link.shared.leaveDrained(link, () => {
        if (--left === 0) onDrained();
      });
    }
  }

  sessionOf(label: string | undefined): SharedSession {
    const links = this.#links;
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
    const held = this.#held;
    if (held === null) return;
    const dropped = this.#active === null ? 0 : held.takeDropped();
    if (dropped > 0) {
      const text = `${dropped} events were dropped, because more arrived than are held for an absent node.`;
      this.#active?.report({ kind: 'dropped', text }, '');
    }
    while (this.#active?.flowing === true) {
      const next = held.shift();
      if (next === undefined) return;
      this.#deliver(next, this.#active);
    }
  }

  /** Puts events in front of all others, in their order. Those of an agent that the owner no longer has are dropped. */
  takeBack(events: readonly AccoladesEvent[]): void {
    const held = events.flatMap((event) => {
      const link = this.#links.find(({ label }) => label === event.agent.label);
      return link === undefined ? [] : [{ link, event }];
    });
    this.#held ??= heldEvents();
    this.#held.unshift(held);
  }

  onCall(link: Link, call: CallMessage, receivedAt: number): void {
    this.#pass({ link, call, receivedAt });
  }

  onConnection(link: Link, change: ConnectionChange): void {
    // An owner that subscribed anew while others were told knows already.
    if (link.told !== change) this.#pass({ link, change });
  }

  onLinkStatus(link: Link, wasReady: boolean, settled: boolean): void {
    // Counted as it changes: one owner may have thousands of agents.
    if (link.ready !== wasReady) this.#ready += link.ready ? 1 : -1;
    this.#active?.statusChanged(settled);
  }

  onReport(link: Link, report: SessionReport): void {
    this.#active?.report(report, link.label);
  }

  #pass(held: Held<Link>): void {
    if ('change' in held) held.link.told = held.change;
    if (this.#active?.flowing === true && (this.#held === null || this.#held.length === 0)) {
      this.#deliver(held, this.#active);
      return;
    }
    this.#held ??= heldEvents();
    this.#held.push(held);
  }

  #deliver(held: Held<Link>, active: ActiveSubscription): void {
    const { link } = held;
    if ('event' in held) {
      active.deliver(held.event, link.label);
      return;
    }
    if ('change' in held) {
      const { change } = held;
      const [event, reason] =
        change.state === 'ready'
          ? (['agentConnected', null] as const)
          : (['agentDisconnected', change.reason.code] as const);
      active.deliver(buildConnectionEvent(event, link.identity, reason, change.since), link.label);
      return;
    }
    const { country, includeConfiguration } = active.settings;
    const { configuration } = link.shared.session;
    this.#ringGroups ??= new RingGroups();
    const event = buildCallEvent(held.call, {
      country,
      agent: link.identity,
      firstRing: this.#ringGroups.isFirstRing(held.call),
      receivedAt: held.receivedAt,
      configuration: includeConfiguration ? configuration : undefined,
    });
    active.deliver(event, link.label);
  }
}

class PlaceStatus implements SubscriptionStatus {
  readonly connected: number;
  readonly total: number;
  readonly #place: Place;

  constructor(place: Place, connected: number) {
    this.connected = connected;
    this.total = place.links.length;
    this.#place = place;
  }

  /** Made when asked for: an owner may have thousands of agents. */
  get agents(): readonly AgentStatus[] {
    return this.#place.links.map(({ label, shared }) => ({ label, status: shared.session.status }));
  }
}

function linksByAgent(links: readonly Link[]): ReadonlyMap<string, Link> {
  return new Map(links.map((link) => [link.shared.session.idCrm, link]));
}
