import type { AccoladesEvent } from '../call/call-event.ts';
import type { FilterSettings } from '../call/filter.ts';
import type { AccoladesError } from '../errors.ts';
import type { AgentConfiguration } from '../protocol/messages.ts';
import type { SessionReport, SessionStatus } from '../session/session.ts';
import type { AgentCredential } from './agent-list.ts';
import type { ServerOptions } from '../net/server-url.ts';

/** Something for the log about the agent `label`; the empty label: about the whole subscription. */
export type Report = SessionReport & {
  readonly label: string;
  /** Present when `kind` is `dropped`. */
  readonly dropped?: DroppedEvents;
};

/** Held events that their owner will never get. */
export interface DroppedEvents {
  readonly count: number;
  /**
   * `full`: more arrived than are held. `ownerGone`: the owner did not come back, or was removed.
   * `agentRemoved`: the owner came back without the agent.
   */
  readonly cause: 'full' | 'ownerGone' | 'agentRemoved';
}

/** One agent of a subscription, as it stands now. */
export interface AgentStatus {
  readonly label: string;
  readonly status: SessionStatus;
}

/** All agents of a subscription, in the order in which they were given. */
export interface SubscriptionStatus {
  readonly agents: readonly AgentStatus[];
  /** How many of them are ready. */
  readonly connected: number;
  readonly total: number;
}

/**
 * The callbacks are called as functions, without `this`; the rest is not kept. They may be async. What `onEvent` throws or
 * rejects with is reported to `onReport`; a failure of the others has nobody to be told to, and changes nothing.
 */
export interface SubscribeOptions {
  /**
   * Who subscribes: the same text each time the same node comes back, so that it gets what arrived meanwhile. A second
   * subscription of one owner replaces the first.
   */
  readonly owner: string;
  readonly agents: readonly AgentCredential[];
  readonly server?: ServerOptions;
  /** Home of numbers without a country code. Default `RO`. */
  readonly country?: string;
  /** What reaches `onEvent`. Default: both calls, from every source and number. */
  readonly filter?: FilterSettings;
  /** Adds the agent's texts to each call. Default false. */
  readonly includeConfiguration?: boolean;
  /** True: events are held until `resume` is called, for a node whose neighbours are not there yet. Default false. */
  readonly startPaused?: boolean;
  readonly onEvent?: (event: AccoladesEvent) => unknown;
  readonly onStatus?: (status: SubscriptionStatus) => unknown;
  /** Lines for the log. After `unsubscribe` only what was dropped because the owner did not come back. */
  readonly onReport?: (report: Report) => unknown;
}

export interface UnsubscribeOptions {
  /** True: the node is gone for good, so nothing is kept for it. False (default): it may come back within the linger time. */
  readonly removed?: boolean;
  /** How long it may take to come back, in milliseconds. Default: the hub's `lingerMs`. */
  readonly lingerMs?: number;
}

export interface Subscription {
  readonly status: SubscriptionStatus;
  /** How many events wait for `resume` that the filter lets through. */
  readonly heldCount: number;
  /** Resolves when each agent has become ready or has failed once since this subscription began, or when it ended. */
  readonly firstOutcome: Promise<SubscriptionStatus>;
  /** Begins delivery after `startPaused` or `pause`. Idempotent. */
  resume(): void;
  /** Holds events until `resume`, for a host whose neighbours of the node are being exchanged. Idempotent. */
  pause(): void;
  /**
   * Events that the owner took but could not pass on, in their order: they come again, before all others, at the next delivery, to
   * this subscription or to the owner's next one. To be called while paused.
   */
  giveBack(events: readonly AccoladesEvent[]): void;
  /**
   * Asks over the agent's live session. The answer is the caller's own: flows may change it.
   * @param label which agent; may be left out when there is one only
   * @throws AccoladesError see `Session.request`; `INVALID_PARAMETER` for an unknown label
   */
  requestConfiguration(label?: string): Promise<AgentConfiguration>;
  requestVersion(label?: string): Promise<string>;
  /**
   * Gives the agents up, as `unsubscribe` with `removed` does, but takes what the server sent before it knew: connections that nobody else
   * uses end with a closing handshake, and events are delivered meanwhile. For a process that ends, where the node has no next subscription.
   *
   * Resolves when nothing can come any more, which is after a second at the latest unless others still use the same agents; an
   * `unsubscribe` ends it early. Idempotent, never rejects.
   */
  drain(): Promise<void>;
  /** Idempotent, immediate, never throws. Nothing is delivered afterwards. */
  unsubscribe(options?: UnsubscribeOptions): void;
  /**
   * The owner, which may have unsubscribed, will not come back: releases what is kept for it, unless
   * it has subscribed again. Idempotent, immediate, never throws.
   */
  giveUp(): void;
}

/** Why the agents that are not ready are not; in the order of the agents. */
export function reasonsOf(status: SubscriptionStatus): { label: string; reason: AccoladesError }[] {
  return status.agents.flatMap(({ label, status: { state, ...rest } }) =>
    (state === 'waiting' || state === 'closed') && 'reason' in rest ? [{ label, reason: rest.reason }] : [],
  );
}
