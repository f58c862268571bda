import { buildCallEvent, buildConnectionEvent, type AccoladesEvent } from '../call/call-event.ts';
import { RingGroups } from '../call/ring-groups.ts';
import type { BoundedQueue } from '../delivery/bounded-queue.ts';
import { AccoladesError, messageOf } from '../errors.ts';
import type { CallMessage } from '../protocol/messages.ts';
import type { SessionReport } from '../session/contract.ts';
import { shownText } from '../text/shown-text.ts';
import { ActiveSubscription, type DeliverySettings } from './active-subscription.ts';
import { callSafely } from '../call-safely.ts';
import { heldEvents, type Held } from './held-events.ts';
import { Member, type MemberOwner } from './member.ts';
import type { ConnectionChange, SharedSession } from './shared-session.ts';
import type { AgentStatus, Subscription, SubscriptionStatus, UnsubscribeOptions } from './subscription.ts';

/**
 * An owner's agents and its undelivered events. It outlives the owner's subscriptions by the linger
 * time: an owner that unsubscribes at a redeploy and subscribes again finds its sessions still
 * connected, and gets what arrived meanwhile.
 */
export class DurableSubscription implements MemberOwner {
  readonly owner: string;
  /** Replaced, never changed: the owner may subscribe anew during a notification. */
  #members: readonly Member[] = [];
  /** Made with the first call. */
  #ringGroups: RingGroups | null = null;
  /** Made when an event has to wait. */
  #held: BoundedQueue<Held> | null = null;
  #active: ActiveSubscription | null = null;
  /** The subscription that ended last: it reports what is dropped after its end. */
  #last: ActiveSubscription | null = null;
  #readyCount = 0;
  readonly #onAbandoned: (durable: DurableSubscription, lingerMs?: number) => void;

  /** @param onAbandoned called when the owner has unsubscribed */
  constructor(owner: string, onAbandoned: (durable: DurableSubscription, lingerMs?: number) => void) {
    this.owner = owner;
    this.#onAbandoned = onAbandoned;
  }

  /** Whether the owner is subscribed now. */
  get live(): boolean {
    return this.#active !== null;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** Events that wait for the owner, and that its filter lets through. */
  get heldCount(): number {
    return this.#active === null ? 0 : this.#countHeld(this.#active.settings);
  }

  get status(): SubscriptionStatus {
    return new DurableStatus(this, this.#readyCount);
  }

  /**
   * Begins a subscription of the owner, in place of the one before. Agents that it still has keep
   * their sessions and what was held for them; the others are given up.
   */
  activate(
    settings: DeliverySettings,
    sessions: readonly { label: string; shared: SharedSession }[],
    startPaused: boolean,
  ): Subscription {
    this.#active?.end();
    const active = new ActiveSubscription(this, settings);
    this.#active = active;
    this.#last = null;
    this.#replaceMembers(sessions);
    for (const member of this.#members) {
      // A callback may have ended the subscription meanwhile.
      if (member.ended) continue;
      member.shared.usersChanged();
      const { lastChange } = member.shared;
      if (lastChange !== null) this.onConnection(member, lastChange);
      if (member.awaitOutcome()) active.awaitOutcome();
    }
    if (!startPaused) active.resume();
    active.allAwaited();
    return active;
  }

  /** Gives all agents up. Idempotent. */
  clear(): void {
    const owner = this.#active ?? this.#last;
    this.#active?.end();
    this.#active = null;
    this.#last = null;
    const lost = owner === null ? 0 : this.#countHeld(owner.settings);
    owner?.reportDropped(this.#held?.takeDropped() ?? 0, 'full');
    this.#held = null;
    owner?.reportDropped(lost, 'ownerGone');
    const members = this.#members;
    this.#members = [];
    this.#readyCount = 0;
    for (const member of members) member.end();
  }

  /** For the subscription: the owner has unsubscribed. */
  deactivate(active: ActiveSubscription, { removed = false, lingerMs }: UnsubscribeOptions): void {
    if (this.#active !== active) return;
    this.#active = null;
    this.#last = active;
    if (removed) this.clear();
    else for (const { shared } of this.#members) shared.usersChanged();
    this.#onAbandoned(this, lingerMs);
  }

  /** For the subscription, which has ended: the owner will not come back. */
  giveUp(active: ActiveSubscription): void {
    if (this.#last !== active) return;
    this.clear();
    this.#onAbandoned(this);
  }

  /** Calls `onDrained` when the sessions of all agents have ended. */
  drain(active: ActiveSubscription, onDrained: () => void): void {
    if (this.#active !== active) return;
    let left = this.#members.length;
    for (const member of this.#members) {
      member.shared.leaveDrained(member, () => {
        if (--left === 0) onDrained();
      });
    }
  }

  /** @throws AccoladesError `INVALID_PARAMETER` for an unknown label, or none of several agents */
  sessionOf(label: string | undefined): SharedSession {
    const members = this.#members;
    const member =
      label === undefined && members.length === 1 ? members[0] : members.find((one) => one.label === label);
    if (member !== undefined) return member.shared;
    const known = members.map((one) => one.label).join(', ');
    throw new AccoladesError('INVALID_PARAMETER', {
      what:
        label === undefined
          ? `Choose one of the agents: ${known}.`
          : `There is no agent “${label}”. Known: ${known}.`,
    });
  }

  /** Delivers what is held, in order, until the owner pauses or unsubscribes. */
  flush(): void {
    const held = this.#held;
    if (held === null) return;
    this.#active?.reportDropped(held.takeDropped(), 'full');
    while (this.#active?.flowing === true) {
      const next = held.shift();
      if (next === undefined) return;
      this.#deliver(next, this.#active);
    }
  }

  /**
   * Queues events again before all others. Drops and reports events of agents that were removed.
   */
  requeue(events: readonly AccoladesEvent[]): void {
    const held = events.flatMap((event) => {
      const member = this.#members.find((one) => one.isCalled(event.agent.label));
      return member === undefined ? [] : [{ member, event }];
    });
    this.#active?.reportDropped(events.length - held.length, 'agentRemoved');
    this.#held ??= heldEvents();
    this.#held.unshift(held);
  }

  onCall(member: Member, call: CallMessage, receivedAt: number): void {
    this.#push({ member, call, receivedAt });
  }

  onConnection(member: Member, change: ConnectionChange): void {
    const before = member.lastChange;
    if (before === change || (before?.state === 'waiting' && change.state === 'waiting')) return;
    member.lastChange = change;
    this.#push({ member, change });
  }

  onMemberStatus(member: Member, wasReady: boolean, settled: boolean): void {
    // Counted here, since an owner may have thousands of agents.
    if (member.ready !== wasReady) this.#readyCount += member.ready ? 1 : -1;
    this.#active?.statusChanged(settled);
  }

  onReport(member: Member, report: SessionReport): void {
    this.#report(report, member.label);
  }

  #replaceMembers(sessions: readonly { label: string; shared: SharedSession }[]): void {
    const before = new Map(this.#members.map((member) => [idCrmOf(member), member]));
    const members = new Map<string, Member>();
    for (const { label, shared } of sessions) {
      const { idCrm } = shared.session;
      const member = members.get(idCrm) ?? before.get(idCrm) ?? new Member(this, shared, label);
      const moved = member.shared !== shared;
      member.renew(shared, label);
      if (moved) this.#disconnected(member);
      members.set(idCrm, member);
    }
    this.#members = [...members.values()];
    for (const [idCrm, member] of before) if (!members.has(idCrm)) member.end();
    this.#readyCount = this.#members.filter(({ ready }) => ready).length;
    this.#dropOfEndedMembers();
  }

  #dropOfEndedMembers(): void {
    const settings = this.#active?.settings;
    let lost = 0;
    this.#held?.update((held) => {
      if (!held.member.ended) return held;
      if (settings?.accepts(eventOf(held, settings)) === true) lost++;
      return undefined;
    });
    this.#active?.reportDropped(lost, 'agentRemoved');
  }

  #countHeld(settings: DeliverySettings): number {
    return this.#held?.count((held) => settings.accepts(eventOf(held, settings))) ?? 0;
  }

  /** The agent's session ends, because its server settings have changed. */
  #disconnected(member: Member): void {
    if (member.lastChange?.state !== 'ready') return;
    const now = member.shared.session.status.since;
    const reason = new AccoladesError('SESSION_CLOSED');
    this.onConnection(member, { state: 'waiting', since: now, attempt: 0, nextAttemptAt: now, reason });
  }

  #push(held: Held): void {
    if (this.#active?.flowing === true && (this.#held === null || this.#held.length === 0)) {
      this.#deliver(held, this.#active);
      return;
    }
    this.#held ??= heldEvents();
    this.#held.push(held);
  }

  #deliver(held: Held, active: ActiveSubscription): void {
    const { accepts, onEvent } = active.settings;
    const first = 'call' in held && (this.#ringGroups ??= new RingGroups()).isFirstRing(held.call);
    const event = eventOf(held, active.settings, first);
    if (!accepts(event)) return;
    callSafely(
      () => onEvent?.(event),
      (thrown) => {
        const text = `An event could not be passed on: ${shownText(messageOf(thrown))}`;
        this.#report({ kind: 'failedOwner', text }, held.member.label);
      },
    );
  }

  #report(report: SessionReport, label: string): void {
    this.#active?.report({ ...report, label });
  }
}

class DurableStatus implements SubscriptionStatus {
  readonly connected: number;
  readonly total: number;
  readonly #durable: DurableSubscription;

  constructor(durable: DurableSubscription, connected: number) {
    this.connected = connected;
    this.total = durable.members.length;
    this.#durable = durable;
  }

  /** Made on demand: an owner may have thousands of agents. */
  get agents(): readonly AgentStatus[] {
    return this.#durable.members.map(({ label, shared }) => ({ label, status: shared.session.status }));
  }
}

/** @param firstRing counts for a call that was not delivered before */
function eventOf(held: Held, settings: DeliverySettings, firstRing = true): AccoladesEvent {
  const { member } = held;
  if ('event' in held) return held.event;
  if ('change' in held) {
    const { change } = held;
    return change.state === 'ready'
      ? buildConnectionEvent('agentConnected', member.identity, null, change.since, change.awaySeconds)
      : buildConnectionEvent('agentDisconnected', member.identity, change.reason.code, change.since);
  }
  return buildCallEvent(held.call, {
    country: settings.country,
    agent: member.identity,
    firstRing,
    receivedAt: held.receivedAt,
    configuration: settings.includeConfiguration ? member.shared.session.configuration : undefined,
  });
}

function idCrmOf({ shared }: Member): string {
  return shared.session.idCrm;
}
