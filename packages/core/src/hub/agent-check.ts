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

/** Longest check of one agent, in milliseconds. */
const CHECK_DEADLINE_MS = 20_000;
/** Wait for the agent's ids, in milliseconds. Without them the check still succeeds. */
const IDENTITY_DEADLINE_MS = 3_000;

/** The ids of an agent in Accolades; null where the server sent none. */
export interface AgentIds {
  readonly agent: string | null;
  readonly phone: string | null;
  readonly account: string | null;
}

export interface CheckedAgent {
  readonly agent: AgentCredential;
  /** The error of the first attempt; null when the agent is connected. */
  readonly failure: AccoladesError | null;
  /** Whether the agent was connected in this process before the check. */
  readonly wasConnected: boolean;
}

/** Agents that failed for the same reason. */
export interface ReasonGroup {
  /** As the user reads it. */
  readonly reason: string;
  /** In the order of the check. */
  readonly agents: readonly CheckedAgent[];
}

export interface AgentCheckOptions {
  readonly hub: Pick<Hub, 'subscribe'>;
  readonly clock: Clock;
  /**
   * Longest check of one agent, in milliseconds. Each further agent adds the time that the
   * connection limit requires.
   * @default 20000
   */
  readonly limitMs?: number;
  /**
   * Requests the agent's ids when a single agent is checked and connected.
   * @default false
   */
  readonly identify?: boolean;
  /** Called when more agents have an outcome. */
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** The progress of a check, in agents. */
export interface CheckProgress {
  /** Agents that connected or failed. */
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

export interface AgentCheck {
  /** In the order of the agents. */
  readonly agents: readonly CheckedAgent[];
  /** Null when not requested, or when the server did not answer within 3 s. */
  readonly ids: AgentIds | null;
}

/**
 * Connects each agent once, for the connection tests of both hosts. Uses a live session of this
 * process if there is one, so that the test does not collide with it. Any other session ends after
 * the test.
 *
 * The result of an agent is its first outcome: with hundreds of agents, the first ones that failed
 * are already reconnecting when the last ones get an answer.
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
 * Whether this process has a live session of an agent.
 * @throws AccoladesError when the settings are not valid
 */
export function isAgentConnected(
  agent: AgentCredential,
  server: ServerOptions,
  hub: Pick<Hub, 'subscribe'>,
): boolean {
  const subscription = hub.subscribe({ owner: `check ${randomUUID()}`, agents: [agent], server });
  const isConnected = subscription.status.connected > 0;
  // A session created by this subscription has only started to connect, and ends here.
  subscription.unsubscribe({ removed: true });
  return isConnected;
}

/**
 * Groups the agents that failed by reason, the most common reason first.
 * @param describe the reason in the user's words; null: the agent is connected
 */
export function failuresByReason(
  checked: readonly CheckedAgent[],
  describe: (agent: CheckedAgent) => string | null,
): ReasonGroup[] {
  const byReason = new Map<string, CheckedAgent[]>();
  for (const agent of checked) {
    const reason = describe(agent);
    if (reason === null) continue;
    const agents = byReason.get(reason);
    if (agents === undefined) byReason.set(reason, [agent]);
    else agents.push(agent);
  }
  return [...byReason]
    .map(([reason, agents]) => ({ reason, agents }))
    .sort((one, other) => other.agents.length - one.agents.length);
}

/** Records the result of each agent's first attempt. */
class FirstOutcomes {
  /** The statuses before the check: an earlier failure of a shared session is not an outcome. */
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

  /** @returns true when an agent got its outcome */
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

/** Resolves with null when the server does not answer in time. */
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
