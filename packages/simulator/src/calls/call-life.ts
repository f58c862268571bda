import type { CallDirection } from '../pbx/call.ts';

/**
 * - `ringingDevice`: the agent's device rings
 * - `ringingDestination`: the dialled party rings (outgoing calls)
 * - `answered`: both talk
 * - `ended`
 */
export type CallState = 'ringingDevice' | 'ringingDestination' | 'answered' | 'ended';

/**
 * Why a call ended: a user hung up (`hungUp`), no answer in time (`noAnswer`), the maximum duration
 * was reached (`durationLimit`), the notification endpoint failed (`notificationFailed`), or the
 * simulator was closed (`closed`).
 */
export type EndReason = 'hungUp' | 'noAnswer' | 'durationLimit' | 'notificationFailed' | 'closed';

export type TimelineEvent =
  | 'started'
  | 'deviceRinging'
  | 'deviceAnswered'
  | 'destinationRinging'
  | 'agentNotified'
  | 'answered'
  | 'durationLimitReached'
  | 'extended'
  | 'notificationSent'
  | 'notificationAnswered'
  | 'notificationFailed'
  | 'ended';

/** A step in the life of a call. */
export interface TimelineEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: TimelineEvent;
  /** An additional text for people; may be empty. */
  readonly text: string;
}

/** A call to start, with its whole life. */
export interface CallStart {
  /** Default `incoming`. */
  direction?: CallDirection | undefined;
  deviceId: string;
  /** The other party. */
  phoneNumber: string;
  /** From a waiting queue or a campaign. Default false. */
  callCenter?: boolean | undefined;
}

/** A snapshot of a call; changing it has no effect. */
export interface CallLife {
  /**
   * `number.number`: the `uniqueId` of its WebSocket event and the `callId` of its notifications.
   */
  readonly id: string;
  readonly direction: CallDirection;
  readonly phoneNumber: string;
  readonly callCenter: boolean;
  readonly deviceId: string;
  readonly userId: string;
  readonly state: CallState;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly timeline: readonly TimelineEntry[];
}
