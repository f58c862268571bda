import { randomUUID } from 'node:crypto';
import type { AccoladesError } from '../errors.ts';
import type { ServerOptions } from '../net/server-url.ts';
import type { SessionStatus } from '../session/contract.ts';
import type { Clock } from '../time/clock.ts';
import type { AgentCredential } from './agent-list.ts';
import { DEFAULT_CONNECTS_PER_SECOND } from './connect-limiter.ts';
import { firstOutcomeWithin, unreadyReason } from './first-outcome.ts';
import type { Hub } from './hub.ts';
import type { Subscription, SubscriptionStatus } from './subscription.ts';

/** How long a check of one agent takes at most, in milliseconds. */
export const CHECK_DEADLINE_MS = 20_000;
/** How long the server may take to say which agent it is, in milliseconds. It is connected all the same. */
const IDENTITY_DEADLINE_MS = 3_000;

/** The numbers by which Accolades knows an agent; null where it has none. */
export interface AgentIds {
  readonly agent: string | null;
  readonly phone: string | null;
  readonly account: string | null;
}

export interface CheckedAgent {
  readonly agent: AgentCredential;
  /** Why the first attempt failed; null: the agent is connected. */
  readonly failure: AccoladesError | null;
  /** Whether this process was connected for the agent before the check. */
  readonly wasConnected: boolean;
}

export interface AgentCheckOptions {
  readonly hub: Pick<Hub, 'subscribe'>;
  readonly clock: Clock;
  /**
   * How long a check of one agent may take, in milliseconds. Each further agent adds the time that
   * the connection limit needs.
   * @default 20000
   */
  readonly limitMs?: number;
  /**
   * Asks the server which agent it is, when one agent is checked and connected.
   * @default false
   */
  readonly identify?: boolean;
  /** Called each time that further agents have their outcome. */
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** How far a check has come, in agents. */
export interface CheckProgress {
  /** Connected or refused. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

export interface AgentCheck {
  /** In the order of the agents. */
  readonly agents: readonly CheckedAgent[];
  /** Null when it was not asked for, or when the server did not say it within 3 s. */
  readonly ids: AgentIds | null;
}

/**
 * Connects each agent once, for the connection tests of both hosts. A session that is live in this
 * process answers for itself, so that the test does not collide with it; any other is opened for the
 * test alone and ended after it.
 *
 * The result of an agent is its first outcome: with hundreds of agents, the first ones that were
 * refused are already connecting again when the last ones have their answer.
 *
 * @throws AccoladesError when the settings are not valid
 */
export async function checkAgents(
  agents: readonly AgentCredential[],
  server: ServerOptions,
  { hub, clock, limitMs = CHECK_DEADLINE_MS, identify = false, onProgress }: AgentCheckOptions,
): Promise<AgentCheck> {
  const outcomes = new FirstOutcomes();
  const subscription = hub.subscribe({
    owner: `check ${randomUUID()}`,
    agents,
    server,
    onStatus: (status) => {
      if (outcomes.update(status)) onProgress?.(outcomes.progress(agents.length));
    },
  });
  try {
    outcomes.begin(subscription.status);
    const queueMs = (agents.length / DEFAULT_CONNECTS_PER_SECOND) * 1_000;
    const status = await firstOutcomeWithin(subscription, limitMs + queueMs, clock);
    const checked = outcomes.resultsAt(status, agents);
    const isAlone = checked.length === 1 && checked[0]?.failure === null;
    return { agents: checked, ids: identify && isAlone ? await idsOf(subscription, clock) : null };
  } finally {
    subscription.unsubscribe({ removed: true });
  }
}

/**
 * Whether this process is connected for an agent at this moment.
 * @throws AccoladesError when the settings are not valid
 */
export function isAgentConnected(
  agent: AgentCredential,
  server: ServerOptions,
  hub: Pick<Hub, 'subscribe'>,
): boolean {
  const subscription = hub.subscribe({ owner: `check ${randomUUID()}`, agents: [agent], server });
  const isConnected = subscription.status.connected > 0;
  // A session that was not there has only begun to connect, and ends with this.
  subscription.unsubscribe({ removed: true });
  return isConnected;
}

/** Records how the first attempt of each agent ended. */
class FirstOutcomes {
  /** The statuses before the check: what a session that others use says of an earlier attempt is no outcome. */
  #before: readonly SessionStatus[] = [];
  readonly #failures = new Map<number, AccoladesError | null>();
  readonly #open = new Set<number>();

  begin({ agents }: SubscriptionStatus): void {
    this.#before = agents.map(({ status }) => status);
    agents.forEach((agent, index) => {
      if (agent.status.state === 'ready') this.#failures.set(index, null);
      else this.#open.add(index);
    });
  }

  /** @returns whether an agent has got its outcome */
  update({ agents }: SubscriptionStatus): boolean {
    const open = this.#open.size;
    for (const index of this.#open) {
      const agent = agents[index];
      if (agent === undefined || agent.status === this.#before[index]) continue;
      const { state } = agent.status;
      if (state !== 'ready' && state !== 'waiting' && state !== 'closed') continue;
      this.#failures.set(index, unreadyReason(agent));
      this.#open.delete(index);
    }
    return this.#open.size < open;
  }

  progress(total: number): CheckProgress {
    const failed = [...this.#failures.values()].filter((failure) => failure !== null).length;
    return { done: this.#failures.size, failed, total };
  }

  resultsAt(status: SubscriptionStatus, agents: readonly AgentCredential[]): CheckedAgent[] {
    return status.agents.flatMap((current, index) => {
      const agent = agents[index];
      if (agent === undefined) return [];
      const first = this.#failures.get(index);
      return [
        {
          agent,
          failure: first === undefined ? unreadyReason(current) : first,
          wasConnected: this.#before[index]?.state === 'ready',
        },
      ];
    });
  }
}

/** Null when the server does not say it in time. */
function idsOf(subscription: Subscription, clock: Clock): Promise<AgentIds | null> {
  return new Promise((resolve) => {
    const timer = clock.start(IDENTITY_DEADLINE_MS, () => {
      resolve(null);
    });
    void subscription
      .requestConfiguration()
      .then(({ agent, phone, account }) => ({
        agent: agent?.id ?? null,
        phone: phone?.id ?? null,
        account: account?.id ?? null,
      }))
      .catch(() => null)
      .then((ids) => {
        timer.stop();
        resolve(ids);
      });
  });
}
