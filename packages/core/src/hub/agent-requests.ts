import type { ServerOptions } from '../net/server-url.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { AgentCredential } from './agent-list.ts';
import { firstOutcomeWithin, unreadyReason } from './first-outcome.ts';
import type { Hub } from './hub.ts';
import type { Subscription } from './subscription.ts';

/** How long a request waits for its agent to connect, in milliseconds. */
const CONNECT_WAIT_MS = 20_000;

export interface AgentRequestsOptions {
  readonly hub: Pick<Hub, 'subscribe'>;
  readonly clock: Clock;
  /** Identifies the node, or the run of a node, at the hub. */
  readonly owner: string;
  /**
   * How long an unused connection stays open for the next request, in milliseconds.
   * @default until `close`
   */
  readonly keepMs?: number;
}

interface Lease {
  readonly subscription: Subscription;
  users: number;
  timer: Timer | null;
}

/**
 * The connections of a node that sends occasional requests. A connection is shared with all users
 * of the agent in this process. Without other users it is opened on demand and ended when it is no
 * longer needed, because an agent may have only one. It outlives a single request: the server may
 * still count a connection that has just ended.
 */
export class AgentRequests {
  readonly #options: AgentRequestsOptions;
  readonly #leases = new Map<string, Lease>();
  /** How many subscriptions were made; makes each owner unique. */
  #made = 0;

  constructor(options: AgentRequestsOptions) {
    this.#options = options;
  }

  /**
   * Waits until the agent is connected, then sends the request.
   * @param country of numbers without a country code
   * @throws AccoladesError why the agent is not connected, or the error of `request`
   */
  async send<T>(
    agent: AgentCredential,
    { server, country }: { readonly server: ServerOptions; readonly country?: string },
    request: (subscription: Subscription) => Promise<T>,
  ): Promise<T> {
    const key = JSON.stringify([agent.idCrm, server.url, server.allowUnauthorizedCerts]);
    const lease = this.#leaseOf(key, agent, server, country);
    lease.users++;
    try {
      const { agents } = await firstOutcomeWithin(lease.subscription, CONNECT_WAIT_MS, this.#options.clock);
      for (const state of agents) {
        const reason = unreadyReason(state);
        if (reason !== null) throw reason;
      }
      return await request(lease.subscription);
    } finally {
      lease.users--;
      this.#release(key, lease);
    }
  }

  /** Ends all connections. Requests in progress fail. Idempotent, never throws. */
  close(): void {
    for (const [key, lease] of [...this.#leases]) this.#end(key, lease);
  }

  #leaseOf(key: string, agent: AgentCredential, server: ServerOptions, country?: string): Lease {
    const existing = this.#leases.get(key);
    existing?.timer?.stop();
    const isUsable =
      existing !== undefined && (existing.users > 0 || existing.subscription.status.connected > 0);
    if (isUsable) return existing;
    const { hub, owner } = this.#options;
    const subscription = hub.subscribe({
      owner: `${owner} ${++this.#made}`,
      agents: [agent],
      server,
      ...(country === undefined ? {} : { country }),
    });
    // End the old one only now: its session has been retried at once, and is used again.
    if (existing !== undefined) this.#end(key, existing);
    const lease: Lease = { subscription, users: 0, timer: null };
    this.#leases.set(key, lease);
    return lease;
  }

  #release(key: string, lease: Lease): void {
    if (lease.users > 0 || this.#leases.get(key) !== lease) return;
    if (lease.subscription.status.connected === 0) {
      this.#end(key, lease);
      return;
    }
    const { clock, keepMs } = this.#options;
    if (keepMs === undefined) return;
    lease.timer = clock.start(keepMs, () => {
      this.#end(key, lease);
    });
  }

  #end(key: string, lease: Lease): void {
    lease.timer?.stop();
    this.#leases.delete(key);
    lease.subscription.unsubscribe({ removed: true });
  }
}
