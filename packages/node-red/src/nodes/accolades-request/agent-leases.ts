import { firstOutcomeWithin, type AgentCredential, type Subscription } from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import { startTimer, type StartTimer } from '../../runtime/timer.ts';
import type { AgentConnection } from '../accolades-agent/agent-connection.ts';

/** How long a connection that was opened for a request is kept for the next one, in milliseconds. */
export const KEEP_MS = 5_000;
/** How long a connection may take to be there, in milliseconds. */
export const READY_LIMIT_MS = 20_000;

interface Lease {
  subscription: Subscription;
  users: number;
  stopTimer: () => void;
}

/**
 * The connections of a node that asks now and then. Each is shared with whatever else uses the agent in this process. One that is
 * there for nobody else is opened when it is needed and ended shortly after, since it would occupy the only one that the agent may
 * have.
 */
export class AgentLeases {
  readonly #owner: string;
  readonly #startTimer: StartTimer;
  readonly #leases = new Map<string, Lease>();

  /** @param owner names the node at the hub */
  constructor(owner: string, start: StartTimer = startTimer) {
    this.#owner = owner;
    this.#startTimer = start;
  }

  /**
   * Asks once the agent is connected, or has failed to be.
   * @throws AccoladesError why the agent is not connected, or what `ask` throws
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
          // The same owner takes over its own place, and a connection that waits is tried at once.
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

  /** Ends all. Idempotent, never throws. Requests under way fail. */
  close(): void {
    for (const [key, lease] of [...this.#leases]) this.#end(key, lease);
  }

  #release(key: string, lease: Lease): void {
    if (lease.users > 0 || this.#leases.get(key) !== lease) return;
    if (lease.subscription.status.connected === 0) {
      // Nothing to keep, and no reason to go on trying.
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
