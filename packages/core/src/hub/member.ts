import type { AgentIdentity } from '../call/call-event.ts';
import type { AgentConfiguration, CallMessage } from '../protocol/messages.ts';
import type { SessionReport, SessionStatus } from '../session/contract.ts';
import type { ConnectionChange, SessionUser, SharedSession } from './shared-session.ts';

/** The durable subscription that a member belongs to. */
export interface MemberOwner {
  /** False while the owner is away and may come back. */
  readonly live: boolean;
  onCall(member: Member, call: CallMessage, receivedAt: number): void;
  onConnection(member: Member, change: ConnectionChange): void;
  /** @param settled true if this status settles the agent's first outcome */
  onMemberStatus(member: Member, wasReady: boolean, settled: boolean): void;
  onReport(member: Member, report: SessionReport): void;
}

/** One agent of a durable subscription: its name there, and its session. */
export class Member implements SessionUser {
  shared: SharedSession;
  label: string;
  /** The label before the last change: events that were built with it may still be returned. */
  #formerLabel: string | null = null;
  /** The last connection change that was delivered, or is queued; null: none yet. */
  lastChange: ConnectionChange | null = null;
  /** As of the last status that this member was notified of. */
  ready = false;
  /** Null after `end`: a notification in progress may still call a member that has ended. */
  #owner: MemberOwner | null;
  #awaitsOutcome = false;
  #identity: AgentIdentity | null = null;
  #identityOf: AgentConfiguration | null = null;

  constructor(owner: MemberOwner, shared: SharedSession, label: string) {
    this.#owner = owner;
    this.shared = shared;
    this.label = label;
  }

  get live(): boolean {
    return this.#owner?.live === true;
  }

  get ended(): boolean {
    return this.#owner === null;
  }

  isCalled(label: string): boolean {
    return this.label === label || this.#formerLabel === label;
  }

  /** The label, with the ids of the last known configuration. */
  get identity(): AgentIdentity {
    const { configuration } = this.shared.session;
    if (this.#identity?.label !== this.label || this.#identityOf !== configuration) {
      this.#identity = identityOf(this.label, configuration);
      this.#identityOf = configuration;
    }
    return this.#identity;
  }

  /**
   * A new subscription of the owner has this agent.
   * @param shared the agent's session: the same, or that of other server settings
   */
  renew(shared: SharedSession, label: string): void {
    const before = this.shared;
    this.shared = shared;
    if (this.label !== label) this.#formerLabel = this.label;
    this.label = label;
    this.ready = shared.session.status.state === 'ready';
    shared.join(this);
    if (before !== shared) before.leave(this);
  }

  /** @returns whether the first outcome has to wait for this agent */
  awaitOutcome(): boolean {
    this.#awaitsOutcome = this.shared.session.status.state !== 'ready';
    return this.#awaitsOutcome;
  }

  /** The owner gives the agent up. */
  end(): void {
    this.#owner = null;
    this.shared.leave(this);
  }

  onSessionStatus({ state }: SessionStatus): void {
    const wasReady = this.ready;
    this.ready = state === 'ready';
    const settled = this.#awaitsOutcome && (this.ready || state === 'waiting' || state === 'closed');
    if (settled) this.#awaitsOutcome = false;
    this.#owner?.onMemberStatus(this, wasReady, settled);
  }

  onCall(call: CallMessage, receivedAt: number): void {
    this.#owner?.onCall(this, call, receivedAt);
  }

  onConnection(change: ConnectionChange): void {
    this.#owner?.onConnection(this, change);
  }

  onReport(report: SessionReport): void {
    this.#owner?.onReport(this, report);
  }
}

function identityOf(label: string, configuration: AgentConfiguration | null): AgentIdentity {
  return {
    label,
    id: configuration?.agent?.id ?? null,
    phoneId: configuration?.phone?.id ?? null,
    accountId: configuration?.account?.id ?? null,
  };
}
