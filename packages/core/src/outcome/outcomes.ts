import type { CallNotification } from '../webhook/notification.ts';
import type { OutcomeEventType } from '../webhook/purpose.ts';
import type { OutcomeReport } from './call-tracker.ts';
import type { CallRecord, OutcomeSettings, OutcomeStatus } from './contract.ts';

/** The part of an endpoint's owner that may change while it is open. */
export interface OutcomeChoice {
  readonly settings: OutcomeSettings;
  /** `callEnded`: once for each call. `missedCall`: the same record again, for a missed call. */
  readonly events: readonly OutcomeEventType[];
}

/** Callbacks are synchronous. What they throw is reported, or ignored. */
export interface OutcomeOptions extends OutcomeChoice {
  /** The endpoint, the same over redeploys. A second owner of one key replaces the first. */
  readonly key: string;
  /** Holds records until `resume`: the next nodes of the flow may not exist yet. Default false. */
  readonly startPaused?: boolean;
  /** Whether Accolades reaches the endpoint now, see {@link Outcomes.reachable}. Default true. */
  readonly reachable?: boolean;
  /** Called once for each record, in order. */
  readonly onRecord: (record: CallRecord) => void;
  /** Lines for the log. After `close`, only reports of dropped calls. */
  readonly onReport?: (report: OutcomeReport) => void;
}

export interface CloseOutcomesOptions {
  /** True when the node was removed, so that nothing is kept for it. Default false. */
  readonly removed?: boolean;
  /**
   * Whether Accolades still reaches the endpoint while the owner is away. Without that, a call over
   * the redeploy is not reported as missed, because its answer may have been lost. Default false.
   */
  readonly reachable?: boolean;
  /** Time for the next owner to open the endpoint, in milliseconds. Default 20000. */
  readonly lingerMs?: number;
}

/** What became of the calls of an endpoint, from `open` to `close`. No method throws. */
export interface Outcomes {
  readonly status: OutcomeStatus;
  /** Records that wait for this owner. */
  readonly heldCount: number;
  /** A notification came to the endpoint. */
  notified(notification: CallNotification): void;
  /** Changes the settings, also for calls in memory. */
  configure(choice: OutcomeChoice): void;
  /**
   * Whether Accolades reaches the endpoint from now on. What it posts while it does not is missing,
   * so calls of that time are not reported as missed. Idempotent.
   */
  reachable(isReachable: boolean): void;
  /** Holds records until `resume`: the next nodes of the flow are being replaced. Idempotent. */
  pause(): void;
  /** Delivers, with the held records first. Idempotent. */
  resume(): void;
  /**
   * Queues records again that the owner could not pass on, before all others. Call it while paused.
   */
  requeue(records: readonly CallRecord[]): void;
  /** The process ends: reports every call in memory at once, then ends. Idempotent. */
  processEnds(): void;
  /** Ends delivery. Idempotent, immediate. */
  close(options?: CloseOutcomesOptions): void;
}
