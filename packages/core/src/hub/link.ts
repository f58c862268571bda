import type { AgentIdentity } from '../call/call-event.ts';
import type { AgentConfiguration, CallMessage } from '../protocol/messages.ts';
import type { SessionReport, SessionStatus } from '../session/session.ts';
import type { ConnectionChange, SessionUser, SharedSession } from './shared-session.ts';

/** What a link tells the place that it belongs to. */
export interface LinkedPlace {
  /** False for one that is only kept for an owner who may come back. */
  readonly live: boolean;
  onCall(link: Link, call: CallMessage, receivedAt: number): void;
  onConnection(link: Link, change: ConnectionChange): void;
  /** @param settled the agent is one that the first outcome waited for, and has become ready or has failed */
  onLinkStatus(link: Link, wasReady: boolean, settled: boolean): void;
  onReport(link: Link, report: SessionReport): void;
}

/** One agent of an owner, and the session that the owner shares for it. */
export class Link implements SessionUser {
  shared: SharedSession;
  label: string;
  /** The last change that the owner was told, or has waiting for it. */
  told: ConnectionChange | null = null;
  /** As far as the owner has heard. */
  ready = false;
  /** Null once the owner has given the agent up: who goes through all users of a session may still come by. */
  #place: LinkedPlace | null;
  #awaited = false;
  #identity: AgentIdentity | null = null;
  #identityOf: AgentConfiguration | null = null;

  constructor(place: LinkedPlace, shared: SharedSession, label: string) {
    this.#place = place;
    this.shared = shared;
    this.label = label;
  }

  get live(): boolean {
    return this.#place?.live === true;
  }

  /** Whether the owner has given the agent up. */
  get ended(): boolean {
    return this.#place === null;
  }

  /** Made anew when the configuration is. */
  get identity(): AgentIdentity {
    const { configuration } = this.shared.session;
    // There is hardly an event before it is known: not worth keeping.
    if (configuration === null) return identityOf(this.label, null);
    if (this.#identity?.label !== this.label || this.#identityOf !== configuration) {
      this.#identity = identityOf(this.label, configuration);
      this.#identityOf = configuration;
    }
    return this.#identity;
  }

  /**
   * A subscription begins that has this agent.
   * @param shared the same session, or the one that has come in its place
   */
  renew(shared: SharedSession, label: string): void {
    const before = this.shared;
    this.shared = shared;
    this.label = label;
    this.ready = shared.session.status.state === 'ready';
    shared.join(this);
    // One that drains: what it still brings comes by its successor.
    if (before !== shared) before.leave(this);
  }

  /** @returns whether the first outcome of the subscription has to wait for the agent */
  awaitOutcome(): boolean {
    this.#awaited = this.shared.session.status.state !== 'ready';
    return this.#awaited;
  }

  /** Gives the agent up. */
  end(): void {
    this.#place = null;
    this.shared.leave(this);
  }

  onSessionStatus({ state }: SessionStatus): void {
    const wasReady = this.ready;
    this.ready = state === 'ready';
    const settled = this.#awaited && (this.ready || state === 'waiting' || state === 'closed');
    if (settled) this.#awaited = false;
    this.#place?.onLinkStatus(this, wasReady, settled);
  }

  onCall(call: CallMessage, receivedAt: number): void {
    this.#place?.onCall(this, call, receivedAt);
  }

  onConnection(change: ConnectionChange): void {
    this.#place?.onConnection(this, change);
  }

  onReport(report: SessionReport): void {
    this.#place?.onReport(this, report);
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
