import type { CallDirection } from '../pbx/call.ts';

/**
 * - `incoming`: a caller from outside; one phone rings, or several at once or in turn
 * - `clickToCall`: the phone rings first; once it is answered, the number is dialled
 * - `outgoing`: a person dials at the phone
 * - `campaign`: a campaign dials for the phone
 * - `internal`: one phone calls another
 */
export type CallKind = 'incoming' | 'clickToCall' | 'outgoing' | 'campaign' | 'internal';

/**
 * - `waiting`: the caller is in the menu or queue, and no phone rings
 * - `ringingDevice`: a phone rings
 * - `ringingDestination`: the dialled party rings
 * - `answered`: both talk
 * - `ended`
 */
export type CallState = 'waiting' | 'ringingDevice' | 'ringingDestination' | 'answered' | 'ended';

/**
 * Why a call ended: a user hung up (`hungUp`), no answer in time (`noAnswer`), the last phone or
 * the dialled party refused it (`refused`), the maximum duration was reached (`durationLimit`), the
 * notification endpoint failed (`notificationFailed`), or the simulator was closed (`closed`).
 */
export type EndReason = 'hungUp' | 'noAnswer' | 'refused' | 'durationLimit' | 'notificationFailed' | 'closed';

export type TimelineEvent =
  | 'started'
  | 'waiting'
  | 'deviceRinging'
  | 'deviceBusy'
  | 'deviceAnswered'
  | 'deviceStopped'
  | 'deviceHungUp'
  | 'destinationRinging'
  | 'agentNotified'
  | 'answered'
  | 'transferStarted'
  | 'transferCompleted'
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
  /** The device id of the phone that it concerns; `null`: the call as a whole. */
  readonly deviceId: string | null;
  /** An additional text for people; may be empty. */
  readonly text: string;
}

/** A call of one phone with the outside. */
export interface CallStart {
  /** Default `incoming`. `outgoing` is click-to-call: the phone rings first. */
  direction?: CallDirection | undefined;
  deviceId: string;
  /** The other party. */
  phoneNumber: string;
  /** From a waiting queue or a campaign. Default false. */
  callCenter?: boolean | undefined;
}

/** An incoming call that rings several phones at once. */
export interface RingAllStart {
  /** The phones; at least one, each once. */
  deviceIds: readonly string[];
  /** The caller. */
  phoneNumber: string;
  /** Default true: from a queue. */
  callCenter?: boolean | undefined;
  /** How long they ring, in ms. Default: `ringTimeoutMs` of the call settings. */
  ringMs?: number | undefined;
  /** How long the caller is in the menu or queue before a phone rings, in ms. Default 0. */
  waitMs?: number | undefined;
}

/** An incoming call that rings one phone after another. */
export interface HuntStart {
  /** The phones in their order, 1 to 50; a repeated one rings again: A, A, A or A, B, A, B. */
  deviceIds: readonly string[];
  /** The caller. */
  phoneNumber: string;
  /** Default true: from a queue. */
  callCenter?: boolean | undefined;
  /** How long each phone rings, in ms. Default 15,000. */
  ringMs?: number | undefined;
  /** How long the caller waits between two rings, in ms. Default 0. */
  pauseMs?: number | undefined;
  /** How long the caller is in the menu or queue before the first ring, in ms. Default 0. */
  waitMs?: number | undefined;
}

/** A call of one phone to another. */
export interface InternalStart {
  /** The device id of the phone that calls. */
  from: string;
  /** The device id of the phone that is called. */
  to: string;
}

/**
 * - `ringing`
 * - `dialling`: the phone is off the hook and waits for the other party
 * - `talking`
 * - `ended`
 */
export type LegState = 'ringing' | 'dialling' | 'talking' | 'ended';

/** What one phone does in a call; a phone that rings again has another leg. */
export interface CallLeg {
  /** An id of its own; sent instead of the call's id where the settings say so. */
  readonly id: string;
  readonly deviceId: string;
  readonly userId: string;
  /** `calling`: the phone placed the call; `called`: it was rung. */
  readonly role: 'calling' | 'called';
  /** The other party's number, as this phone shows it. */
  readonly phoneNumber: string;
  readonly state: LegState;
  /** When it began to ring or to dial, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When it began to talk. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
}

/** A snapshot of a call; changing it has no effect. */
export interface CallLife {
  /**
   * `number.number`: the `uniqueId` of its WebSocket events and the `callId` of its notifications,
   * unless the settings say that each leg has its own.
   */
  readonly id: string;
  readonly kind: CallKind;
  readonly direction: CallDirection;
  readonly phoneNumber: string;
  readonly callCenter: boolean;
  /** The first phone of the call. */
  readonly deviceId: string;
  readonly userId: string;
  readonly state: CallState;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When the first conversation began. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  /** In the order in which the phones came into the call. */
  readonly legs: readonly CallLeg[];
  readonly timeline: readonly TimelineEntry[];
}
