import { firstOutcomeWithin, type AgentCredential, type Subscription } from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import { startTimer, type StartTimer } from '../../runtime/timer.ts';
import type { AgentConnection } from '../accolades-agent/agent-connection.ts';

/**
 * How long a connection that was opened for a request stays open for the next one, in milliseconds.
 */
const KEEP_MS = 5_000;
/** How long a connection may take to become ready, in milliseconds. */
const READY_LIMIT_MS = 20_000;

interface Lease {
  subscription: Subscription;
  users: number;
  stopTimer: () => void;
}

/**
 * The connections of a node that sends occasional requests. A connection is shared with other users
 * of the agent in this process. Without other users it is opened on demand and ended shortly after,
 * because it occupies the only connection that the agent may have.
 */
export class AgentLeases {
  readonly #owner: string;
  readonly #startTimer: StartTimer;
  readonly #leases = new Map<string, Lease>();

  /** @param owner identifies the node at the hub */
  constructor(owner: string, start: StartTimer = startTimer) {
    this.#owner = owner;
    this.#startTimer = start;
  }

  /**
   * Waits until the agent is connected or has failed, then sends the request.
   * @throws AccoladesError why the agent is not connected, or the error of `ask`
   */
  async use<T>(
    agent: AgentCredential,
    { server, country }: Pick<AgentConnection, 'server' | 'country'>,
    ask: (subscription: Subscription) => Promise<T>,
  ): Promise<T> {
    const key = agent.idCrm;
    const existing = this.#leases.get(key);
    const usable =
      existing !== undefined && (existing.users > 0 || existing.subscription.status.connected > 0);
    const lease = usable
      ? existing
      : {
          // The same owner replaces its own subscription, and a waiting session is retried at once.
          subscription: processHub().subscribe({
            owner: `${this.#owner} ${agent.label}`,
            agents: [agent],
            server,
            country,
          }),
          users: 0,
          stopTimer: () => undefined,
        };
    existing?.stopTimer();
    this.#leases.set(key, lease);
    lease.users++;
    try {
      await firstOutcomeWithin(lease.subscription, READY_LIMIT_MS);
      return await ask(lease.subscription);
    } finally {
      lease.users--;
      this.#release(key, lease);
    }
  }

  /** Ends all connections. Requests in progress fail. Idempotent, never throws. */
  close(): void {
    for (const [key, lease] of [...this.#leases]) this.#end(key, lease);
  }

  #release(key: string, lease: Lease): void {
    if (lease.users > 0 || this.#leases.get(key) !== lease) return;
    if (lease.subscription.status.connected === 0) {
      // Not connected: there is nothing to keep.
      this.#end(key, lease);
      return;
    }
    lease.stopTimer = this.#startTimer(KEEP_MS, () => {
      this.#end(key, lease);
    });
  }

  #end(key: string, lease: Lease): void {
    lease.stopTimer();
    this.#leases.delete(key);
    lease.subscription.unsubscribe({ removed: true });
  }
}
