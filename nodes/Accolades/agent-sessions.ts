import { randomUUID } from 'node:crypto';
import {
  firstOutcomeWithin,
  unreadyReason,
  type AgentCredential,
  type ServerOptions,
  type Subscription,
} from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';

/** How long a request waits for its agent to connect, in milliseconds. */
const CONNECT_WAIT_MS = 20_000;

/**
 * The agent sessions of one run. Requests use the live session of this process. Without one, the
 * first item opens a session that ends with the run: one session per item would log in each time,
 * and the server may still count the previous one.
 */
export class AgentSessions {
  readonly #owner: string;
  readonly #open = new Map<string, Subscription>();

  /** @param owner identifies the run at the hub */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /**
   * @throws AccoladesError why the agent is not connected, or the error of `question`; the next
   * call then connects again
   */
  async ask<T>(
    agent: AgentCredential,
    server: ServerOptions,
    question: (subscription: Subscription) => Promise<T>,
  ): Promise<T> {
    const key = JSON.stringify([agent.idCrm, server.url, server.allowUnauthorizedCerts]);
    const subscription =
      this.#open.get(key) ??
      processHub().subscribe({ owner: `${this.#owner} ${randomUUID()}`, agents: [agent], server });
    this.#open.set(key, subscription);
    let hasAnswered = false;
    try {
      const { agents } = await firstOutcomeWithin(subscription, CONNECT_WAIT_MS);
      for (const state of agents) {
        const reason = unreadyReason(state);
        if (reason !== null) throw reason;
      }
      const answer = await question(subscription);
      hasAnswered = true;
      return answer;
    } finally {
      if (!hasAnswered) {
        this.#open.delete(key);
        subscription.unsubscribe({ removed: true });
      }
    }
  }

  /** Releases all sessions. Idempotent, never throws. */
  close(): void {
    for (const subscription of this.#open.values()) subscription.unsubscribe({ removed: true });
    this.#open.clear();
  }
}
