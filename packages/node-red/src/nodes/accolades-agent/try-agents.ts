import { randomUUID } from 'node:crypto';
import {
  AccoladesError,
  firstOutcomeWithin,
  unreadyReason,
  type AgentCredential,
  type ServerOptions,
  type Subscription,
} from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import { startTimer } from '../../runtime/timer.ts';

/** How long an agent may take to be connected, in milliseconds. */
export const TRY_LIMIT_MS = 10_000;
/** What each further agent adds, in milliseconds: the hub opens 50 connections a second. */
const TRY_MORE_MS = 20;
/** How long the server may take to say which agent it is, in milliseconds. It is connected all the same. */
const IDENTITY_LIMIT_MS = 3_000;

/** The numbers by which Accolades knows an agent; null where it has none. */
export interface AgentIds {
  readonly agent: string | null;
  readonly phone: string | null;
  readonly account: string | null;
}

/** How the try went for one agent. */
export interface Tried {
  readonly agent: AgentCredential;
  /** Null: it is connected. */
  readonly failure: AccoladesError | null;
  /** Whether nodes of this process were connected for it before. */
  readonly before: boolean;
}

export interface TriedAgents {
  readonly agents: readonly Tried[];
  /** Only of an agent that was tried alone and is connected, when the server told it in time. */
  readonly ids: AgentIds | null;
}

/**
 * Connects each agent once, over the hub: a session that this process has already answers for itself, any other is opened for this
 * alone and ended after it.
 * @throws AccoladesError when the settings are not valid
 */
export async function tryAgents(
  agents: readonly AgentCredential[],
  server: ServerOptions,
): Promise<TriedAgents> {
  const subscription = subscribe(agents, server);
  try {
    const before = new Set(connectedLabels(subscription));
    const limitMs = TRY_LIMIT_MS + agents.length * TRY_MORE_MS;
    const status = await firstOutcomeWithin(subscription, limitMs);
    const tried = agents.map((agent) => {
      const state = status.agents.find(({ label }) => label === agent.label);
      return {
        agent,
        failure: state === undefined ? new AccoladesError('CONNECT_TIMEOUT') : unreadyReason(state),
        before: before.has(agent.label),
      };
    });
    const alone = tried.length === 1 && tried[0]?.failure === null;
    return { agents: tried, ids: alone ? await idsOf(subscription) : null };
  } finally {
    subscription.unsubscribe({ removed: true });
  }
}

/**
 * Whether this process is connected for an agent at this moment.
 * @throws AccoladesError when the settings are not valid
 */
export function isConnected(agent: AgentCredential, server: ServerOptions): boolean {
  const subscription = subscribe([agent], server);
  const connected = subscription.status.connected > 0;
  // What was not there has only begun to connect, and ends with this.
  subscription.unsubscribe({ removed: true });
  return connected;
}

function subscribe(agents: readonly AgentCredential[], server: ServerOptions): Subscription {
  return processHub().subscribe({ owner: `test ${randomUUID()}`, agents, server });
}

function connectedLabels({ status }: Subscription): string[] {
  return status.agents.filter(({ status: { state } }) => state === 'ready').map(({ label }) => label);
}

/** Null when the server does not say it in time. */
function idsOf(subscription: Subscription): Promise<AgentIds | null> {
  return new Promise((resolve) => {
    const stop = startTimer(IDENTITY_LIMIT_MS, () => {
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
        stop();
        resolve(ids);
      });
  });
}
