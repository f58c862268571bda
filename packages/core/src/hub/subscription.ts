import type { AccoladesEvent } from '../call/call-event.ts';
import type { FilterSettings } from '../call/filter.ts';
import type { AccoladesError } from '../errors.ts';
import type { AgentConfiguration } from '../protocol/messages.ts';
import type { SessionReport, SessionStatus } from '../session/contract.ts';
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
 * Callbacks are called without `this`, and may be async. What `onEvent` throws or rejects with is
 * reported to `onReport`; failures of the others are ignored. The object itself is not kept.
 */
export interface SubscribeOptions {
  /**
   * Names the node, the same at each redeploy: a node that subscribes again gets what arrived
   * meanwhile. A second subscription of one owner replaces the first.
   */
  readonly owner: string;
  readonly agents: readonly AgentCredential[];
  readonly server?: ServerOptions;
  /** Country of numbers without a country code. Default `RO`. */
  readonly country?: string;
  /** Default: both kinds of calls, from every source and number. */
  readonly filter?: FilterSettings;
  /** Adds the agent's texts to each call. Default false. */
  readonly includeConfiguration?: boolean;
  /** Holds events until `resume`: the next nodes of the flow may not exist yet. Default false. */
  readonly startPaused?: boolean;
  readonly onEvent?: (event: AccoladesEvent) => unknown;
  readonly onStatus?: (status: SubscriptionStatus) => unknown;
  /** Lines for the log. After `unsubscribe`, only reports of dropped events. */
  readonly onReport?: (report: Report) => unknown;
}

export interface UnsubscribeOptions {
  /**
   * True when the node was removed, so that nothing is kept for it. Default false: it may subscribe
   * again soon.
   */
  readonly removed?: boolean;
  /** Time for the owner to subscribe again, in milliseconds. Default: the hub's `lingerMs`. */
  readonly lingerMs?: number;
}

export interface Subscription {
  readonly status: SubscriptionStatus;
  /** The number of held events that pass the filter. */
  readonly heldCount: number;
  /**
   * Resolves when each agent has become ready or has failed once since this subscription began, or
   * when the subscription ends. Never rejects.
   */
  readonly firstOutcome: Promise<SubscriptionStatus>;
  /** Starts delivery after `startPaused` or `pause`, with the held events first. Idempotent. */
  resume(): void;
  /** Holds events until `resume`: the next nodes of the flow are being replaced. Idempotent. */
  pause(): void;
  /**
   * Queues events again that the owner could not pass on. They are delivered before all others, in
   * their order, to this subscription or the owner's next one. Call it while paused.
   */
  requeue(events: readonly AccoladesEvent[]): void;
  /**
   * Sends a request over the agent's live session. The caller may change the answer.
   * @param label identifies the agent; optional when there is only one
   * @throws AccoladesError see `Session.request`; `INVALID_PARAMETER` for an unknown label
   */
  requestConfiguration(label?: string): Promise<AgentConfiguration>;
  requestVersion(label?: string): Promise<string>;
  /**
   * Ends the subscription like `unsubscribe` with `removed`, but still delivers calls already in
   * flight: connections without other users end with a closing handshake. For the end of the
   * process.
   *
   * Resolves when no event can arrive any more: within a second, unless others still use the
   * agents. `unsubscribe` ends it early. Idempotent, never rejects.
   */
  drain(): Promise<void>;
  /** Ends delivery. Idempotent, immediate, never throws. */
  unsubscribe(options?: UnsubscribeOptions): void;
  /**
   * Releases what is kept for an owner that will not come back, before or after `unsubscribe`. No
   * effect if the owner has subscribed again. Idempotent, immediate, never throws.
   */
  giveUp(): void;
}

/** The agents that failed, each with its reason, in the order of the agents. */
export function reasonsOf(status: SubscriptionStatus): { label: string; reason: AccoladesError }[] {
  return status.agents.flatMap(({ label, status: { state, ...rest } }) =>
    (state === 'waiting' || state === 'closed') && 'reason' in rest ? [{ label, reason: rest.reason }] : [],
  );
}
