import type { Phone } from '../call/phone.ts';
import type { JsonObject } from '../json/json-object.ts';

/**
 * Which phones post `hangup` at the end of a call. Accolades does not publish it.
 *
 * - `unknown`: nothing is concluded from a hang-up that is missing.
 * - `every`: every phone that rang.
 * - `answered`: only phones that answered, so a hang-up alone proves an answer.
 * - `last`: one hang-up per call, from the phone that was last involved.
 */
export type HangupReports = 'unknown' | 'every' | 'answered' | 'last';

/** @see DEFAULT_OUTCOME_SETTINGS */
export interface OutcomeSettings {
  /**
   * Quiet time after which an answered call is over, in milliseconds, 0 to 3,600,000. A blind
   * transfer rings before the next phone reports.
   * @default 30000
   */
  readonly waitAnsweredMs: number;
  /**
   * Quiet time after which an unanswered call is over, in milliseconds, 0 to 3,600,000. A queue
   * goes on to the next phone.
   * @default 60000
   */
  readonly waitUnansweredMs: number;
  /** @default 'unknown' */
  readonly hangups: HangupReports;
  /**
   * Whether this process gets every notification of the account. Without that no call is reported
   * as missed: another process may have got its answer.
   * @default true
   */
  readonly seesAllNotifications: boolean;
}

export const DEFAULT_OUTCOME_SETTINGS: OutcomeSettings = {
  waitAnsweredMs: 30_000,
  waitUnansweredMs: 60_000,
  hangups: 'unknown',
  seesAllNotifications: true,
};

export type CallResult = 'answered' | 'missed' | 'unanswered' | 'unknown';

/**
 * Why a result is `unknown`, or why the end of an answered call is unknown.
 *
 * - `beganBefore`: the endpoint was not there, without a gap, from 5 s before the call's start.
 * - `silentPhone`: a phone rang that has never posted a notification; it may have answered.
 * - `otherProcess`: notifications of the account also reach another process.
 * - `clickToCall`: dialled from here, and only one of the two legs is known to be answered.
 * - `notAPerson`: answered by something other than a user's phone.
 * - `direction`: the server did not say whether the call came in or went out.
 * - `noHangup`: a phone answered or reported, and its hang-up did not come for 4 h.
 * - `processEnd`: the process ended before the call was over.
 */
export type OutcomeReason =
  | 'beganBefore'
  | 'silentPhone'
  | 'otherProcess'
  | 'clickToCall'
  | 'notAPerson'
  | 'direction'
  | 'noHangup'
  | 'processEnd';

/** The phone of a call, and the agent whose session has it now. */
export interface CallPhone {
  readonly label: string | null;
  readonly id: string | null;
  readonly phoneId: string | null;
}

/**
 * What became of a call, as both hosts give it to flows. Times are ISO 8601; what is not known is
 * null.
 */
export interface CallRecord {
  readonly event: 'callEnded' | 'missedCall';
  readonly result: CallResult;
  readonly direction: 'incoming' | 'outgoing' | 'internal' | null;
  /** What the server sent, unchanged. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is no valid public number. */
  readonly phone: Phone | null;
  readonly callId: string;
  /** True: from a queue or campaign, as a session reported it. */
  readonly callCenter: boolean | null;
  /** By the clock of the PBX; the other times are this computer's. */
  readonly startedAt: string | null;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  /** From the start to the first answer, or to the end: menu and queue count. */
  readonly waitSeconds: number | null;
  /** From the first ring that a session reported to the first answer, or to the end. */
  readonly ringSeconds: number | null;
  /** From the first answer to the last hang-up of a phone that talked. */
  readonly talkSeconds: number | null;
  readonly answeredBy: CallPhone | null;
  readonly answers: readonly (CallPhone & { readonly at: string | null; readonly endedAt: string | null })[];
  readonly rang: readonly (CallPhone & { readonly at: string | null })[];
  readonly evidence: CallEvidence;
  /** When the record was made. */
  readonly receivedAt: string;
  /** The notifications, as posted. */
  readonly raw: readonly JsonObject[];
}

export interface CallEvidence {
  /** Notifications of the call; repetitions count once. */
  readonly notifications: number;
  /** Call events that sessions of this process reported for it. */
  readonly sessions: number;
  /** How these were matched: by the same id, by the same number and phone, or not at all. */
  readonly matched: 'callId' | 'phone' | 'none';
  readonly reason: OutcomeReason | null;
  /** Ids of phones that rang and have never posted a notification to this process. */
  readonly silentPhones: readonly string[];
}

/** A call event that a session of this process got. */
export interface CallSighting {
  readonly direction: 'incoming' | 'outgoing';
  readonly uniqueId: string;
  readonly phoneNumber: string;
  readonly callCenter: boolean | null;
  /** The agent's phone; null until the configuration is known. */
  readonly phoneId: string | null;
}

/** A call that this process has asked Accolades to dial. */
export interface DialledCall {
  readonly deviceId: string;
  readonly phoneNumber: string;
}

/** What an endpoint's notifications have shown so far. */
export interface OutcomeStatus {
  /** Calls in memory: not over, or waiting to be. */
  readonly calls: number;
  /** Notifications that came after their call was reported. */
  readonly lateNotifications: number;
  /** Of them, answers of calls that were reported as missed: the wait is too short. */
  readonly lateAnswers: number;
  /** Notifications without a usable call id; they belong to no call. */
  readonly withoutCall: number;
  /** How many calls only one of the possible settings explains. */
  readonly hangupHints: Readonly<Record<Exclude<HangupReports, 'unknown'>, number>>;
  /** The setting that these calls point to; null when they point to none, or to several. */
  readonly suggestedHangups: Exclude<HangupReports, 'unknown'> | null;
  /** Ids of phones that have posted a notification, the newest 1,000. */
  readonly reportingPhones: readonly string[];
  /**
   * Ids of phones that rang at a session of this process and have never posted, the newest 1,000.
   */
  readonly silentPhones: readonly string[];
  /** ISO 8601; null before the first. */
  readonly lastNotificationAt: string | null;
}
