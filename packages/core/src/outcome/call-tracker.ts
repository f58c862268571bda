import { startOf } from '../call/call-event.ts';
import { isSameNumber } from '../call/same-number.ts';
import { RecentMap } from '../json/recent-map.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { CallNotification } from '../webhook/notification.ts';
import { buildRecord, type AgentOfPhone } from './build-record.ts';
import {
  DEFAULT_OUTCOME_SETTINGS,
  type CallRecord,
  type CallSighting,
  type DialledCall,
  type OutcomeSettings,
  type OutcomeStatus,
} from './contract.ts';
import { HangupHints } from './hangup-hints.ts';
import { judge } from './judge.ts';
import { isoOf, momentOf, type Moment } from './moment.ts';
import { MATCH_MS, SightingLedger, type Sighting } from './sighting-ledger.ts';
import { TrackedCall, type CallEnd } from './tracked-call.ts';

/** Calls in memory; beyond it the oldest ends as if its hang-up had never come. */
export const MAX_CALLS = 10_000;
/**
 * Maximum size of the notifications in memory, in characters of JSON. Beyond it, the oldest call
 * ends.
 */
export const MAX_CHARS = 16 * 1024 * 1024;
/** Ids of finished calls that are remembered, and for how long, in milliseconds. */
const MAX_FINISHED = 20_000;
const FINISHED_MS = 12 * 3_600_000;
/** Phones remembered as reporting, and as ringing. */
const MAX_PHONES = 10_000;
/** Phones of each kind that a status names. */
const MAX_SHOWN_PHONES = 1_000;
/** Ids longer than this are ignored, in characters. */
const MAX_ID_CHARS = 256;
/** Longer phone numbers of sessions are cut, in characters. */
const MAX_NUMBER_CHARS = 64;
/** A notification within this time after a click-to-call may belong to it, in milliseconds. */
const DIALLED_MS = 60_000;
const MAX_DIALLED = 1_000;

/** A line for the log; holds no secret. */
export interface OutcomeReport {
  readonly kind: 'hangupSetting' | 'waitTooShort' | 'failedOwner' | 'dropped';
  readonly text: string;
}

export interface CallTrackerOptions {
  /** @default DEFAULT_OUTCOME_SETTINGS */
  readonly settings?: Partial<OutcomeSettings>;
  readonly clock: Clock;
  /** The agent whose session has a phone now. */
  readonly agentOf: AgentOfPhone;
  /** Called once for each call, when it is over. May throw; that is reported. */
  readonly onRecord: (record: CallRecord) => void;
  readonly onReport?: (report: OutcomeReport) => void;
}

/**
 * Finds out what became of the calls of one endpoint, from its call notifications and from what the
 * sessions of this process saw. Reports each call that had a notification exactly once.
 *
 * It lives as long as the endpoint, over redeploys; its memory ends with the process.
 */
export class CallTracker {
  readonly #options: CallTrackerOptions;
  readonly #clock: Clock;
  #settings: OutcomeSettings;
  /** By call id, the oldest first. */
  readonly #calls = new Map<string, TrackedCall>();
  readonly #ledger = new SightingLedger();
  readonly #finished = new RecentMap<{ readonly at: Moment; readonly isMissed: boolean }>(MAX_FINISHED);
  readonly #reporters = new RecentMap<true>(MAX_PHONES);
  readonly #rung = new RecentMap<true>(MAX_PHONES);
  #lastNotification: Moment | null = null;
  #dialled: readonly (DialledCall & { readonly at: Moment })[] = [];
  readonly #hints = new HangupHints();
  #presentSince: Moment | null = null;
  #ledgerTimer: Timer | null = null;
  /**
   * True once a session and a notification used the same id. From then on calls are matched by id
   * only.
   */
  #idsMatch = false;
  #chars = 0;
  #lateNotifications = 0;
  #lateAnswers = 0;
  #withoutCall = 0;
  #hasNamedSetting = false;

  constructor(options: CallTrackerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#settings = { ...DEFAULT_OUTCOME_SETTINGS, ...options.settings };
  }

  get status(): OutcomeStatus {
    return {
      calls: this.#calls.size,
      lateNotifications: this.#lateNotifications,
      lateAnswers: this.#lateAnswers,
      withoutCall: this.#withoutCall,
      hangupHints: this.#hints.counts,
      suggestedHangups: this.#hints.setting,
      reportingPhones: this.#reporters.keys().slice(-MAX_SHOWN_PHONES),
      silentPhones: this.#rung
        .keys()
        .filter((phoneId) => this.#reporters.get(phoneId) === undefined)
        .slice(-MAX_SHOWN_PHONES),
      lastNotificationAt: isoOf(this.#lastNotification),
    };
  }

  /** Settings of a redeploy; they hold for calls in memory, too. */
  configure(settings: Partial<OutcomeSettings>): void {
    this.#settings = { ...DEFAULT_OUTCOME_SETTINGS, ...settings };
    for (const call of this.#calls.values()) this.#schedule(call);
  }

  /** Accolades can reach the endpoint from now on. Idempotent. */
  opened(): void {
    this.#presentSince ??= momentOf(this.#clock);
  }

  /**
   * Accolades cannot reach the endpoint any more: what it posts meanwhile is missing. Idempotent.
   */
  closed(): void {
    this.#presentSince = null;
  }

  /** A notification came. */
  notified(notification: CallNotification): void {
    const now = momentOf(this.#clock);
    const { callId, user } = notification;
    this.#lastNotification = now;
    remember(this.#reporters, user.id);
    if (callId === '' || callId.length > MAX_ID_CHARS) {
      this.#withoutCall++;
      return;
    }
    if (this.#isFinished(callId, now)) {
      this.#late(notification);
      return;
    }
    const call = this.#calls.get(callId) ?? this.#begin(notification, now);
    const chars = call.chars;
    call.notified(notification, now, this.#settings);
    this.#chars += call.chars - chars;
    this.#matchSightings(call, notification, now);
    call.isDialled ||= this.#takeDialled(notification, now);
    this.#schedule(call);
    this.#bound();
  }

  /** A session of this process got a call event. */
  sighted(sighting: CallSighting): void {
    const now = momentOf(this.#clock);
    if (sighting.direction === 'incoming') remember(this.#rung, sighting.phoneId);
    const seen = { ...sighting, phoneNumber: sighting.phoneNumber.slice(0, MAX_NUMBER_CHARS), at: now };
    if (sighting.uniqueId.length > MAX_ID_CHARS || this.#isFinished(sighting.uniqueId, now)) return;
    const sameId = this.#calls.get(sighting.uniqueId);
    if (sameId !== undefined) this.#idsMatch = true;
    const call = sameId ?? (this.#idsMatch ? undefined : this.#callOfNumber(seen));
    if (call !== undefined && (call === sameId || call.isOpen)) {
      call.sighted(seen, call === sameId ? 'callId' : 'phone');
    } else {
      // A queue that goes on, a transfer, or the next call of the same caller: see `#finish`.
      call?.waitFor(seen);
      this.#ledger.add(seen);
      this.#watchLedger();
    }
    if (call !== undefined) this.#schedule(call);
  }

  /**
   * This process asks Accolades to dial.
   * @returns takes it back: Accolades has not dialled
   */
  dialled(call: DialledCall): () => void {
    const dialled = { ...call, at: momentOf(this.#clock) };
    this.#dialled = [...this.#dialled.slice(1 - MAX_DIALLED), dialled];
    return () => {
      this.#dialled = this.#dialled.filter((one) => one !== dialled);
    };
  }

  /** Finishes every call that is in memory, since the memory ends. Idempotent. */
  processEnds(): void {
    for (const call of [...this.#calls.values()]) this.#finish(call, 'processEnd');
    this.close();
  }

  /** Forgets every call and stops every timer: the endpoint is gone for good. Idempotent. */
  close(): void {
    for (const call of this.#calls.values()) call.timer?.stop();
    this.#calls.clear();
    this.#chars = 0;
    this.#ledger.clear();
    this.#ledgerTimer?.stop();
    this.#ledgerTimer = null;
    this.#dialled = [];
    this.#presentSince = null;
  }

  #begin({ callId, startedAt }: CallNotification, now: Moment): TrackedCall {
    const call = new TrackedCall(callId, startedAt, now);
    this.#calls.set(callId, call);
    return call;
  }

  #matchSightings(call: TrackedCall, { phoneNumber, user }: CallNotification, now: Moment): void {
    if (this.#ledger.isEmpty) return;
    const sameId = this.#ledger.takeById(call.callId);
    if (sameId.length > 0) this.#idsMatch = true;
    for (const sighting of sameId) call.sighted(sighting, 'callId');
    if (this.#idsMatch || user.id === null) return;
    for (const sighting of this.#ledger.takeByPhone(user.id, phoneNumber, now))
      call.sighted(sighting, 'phone');
  }

  /** A call in memory that the event may belong to when ids prove nothing. */
  #callOfNumber({ phoneNumber, at }: Sighting): TrackedCall | undefined {
    return [...this.#calls.values()].findLast(
      (call) =>
        at.monotonic - call.lastSign.monotonic <= MATCH_MS && isSameNumber(call.phoneNumber, phoneNumber),
    );
  }

  /** The call in memory that one of the events came after the end of. */
  #callWaitingFor(group: readonly Sighting[]): TrackedCall | undefined {
    if (this.#idsMatch) return undefined;
    const waiting = [...this.#calls.values()].filter(({ undecided }) => undecided.length > 0);
    return waiting.find(({ undecided }) => group.some((sighting) => undecided.includes(sighting)));
  }

  #takeDialled({ phoneNumber, user }: CallNotification, now: Moment): boolean {
    if (this.#dialled.length === 0) return false;
    this.#dialled = this.#dialled.filter(({ at }) => now.monotonic - at.monotonic <= DIALLED_MS);
    const taken = this.#dialled.find(
      (one) => one.deviceId === user.id && isSameNumber(one.phoneNumber, phoneNumber),
    );
    if (taken === undefined) return false;
    this.#dialled = this.#dialled.filter((one) => one !== taken);
    return true;
  }

  #isFinished(callId: string, now: Moment): boolean {
    const finished = this.#finished.get(callId);
    return finished !== undefined && now.monotonic - finished.at.monotonic <= FINISHED_MS;
  }

  #late({ callId, event }: CallNotification): void {
    this.#lateNotifications++;
    if (event !== 'answer' || this.#finished.get(callId)?.isMissed !== true) return;
    this.#lateAnswers++;
    if (this.#lateAnswers > 1) return;
    this.#report(
      'waitTooShort',
      'Raise the wait for unanswered calls: a call that was reported as missed was answered later.',
    );
  }

  #schedule(call: TrackedCall): void {
    call.timer?.stop();
    const { due, how } = call.end(this.#settings);
    call.timer = this.#clock.start(Math.max(0, due - this.#clock.monotonic()), () => {
      this.#finish(call, how);
    });
  }

  #bound(): void {
    while (this.#calls.size > MAX_CALLS || this.#chars > MAX_CHARS) {
      const [oldest] = this.#calls.values();
      if (oldest === undefined) return;
      this.#finish(oldest, 'noHangup');
    }
  }

  #finish(call: TrackedCall, how: CallEnd): void {
    call.timer?.stop();
    if (this.#calls.delete(call.callId)) this.#chars -= call.chars;
    // Nothing has shown that they are of another call.
    const undecided = this.#idsMatch ? [] : this.#ledger.takeStill(call.undecided);
    for (const sighting of undecided) call.sighted(sighting, 'phone');
    const now = momentOf(this.#clock);
    const judgement = judge(call, how, {
      settings: this.#settings,
      presentSince: this.#presentSince,
      hasReported: (phoneId) => this.#reporters.get(phoneId) === true,
    });
    const finished = { at: now, isMissed: judgement.result === 'missed' };
    if (this.#finished.get(call.callId) === undefined) this.#finished.add(call.callId, finished);
    else this.#finished.replace(call.callId, finished);
    this.#hints.learnFrom(call, how);
    this.#nameSetting();
    try {
      this.#options.onRecord(buildRecord(call, judgement, this.#options.agentOf, now));
    } catch {
      this.#report('failedOwner', `What became of the call ${call.callId} could not be passed on.`);
    }
  }

  /** For how long a session's call event waits for a notification, in milliseconds. */
  get #ledgerMs(): number {
    const { hangups, waitUnansweredMs } = this.#settings;
    return hangups === 'answered' ? Math.max(MATCH_MS, waitUnansweredMs) : MATCH_MS;
  }

  #watchLedger(): void {
    const { oldest } = this.#ledger;
    if (this.#ledgerTimer !== null || oldest === null) return;
    const left = oldest.monotonic + this.#ledgerMs - this.#clock.monotonic();
    // A group lives as long as its newest event, so the oldest may be overdue.
    this.#ledgerTimer = this.#clock.start(Math.max(1_000, left), () => {
      this.#ledgerTimer = null;
      for (const group of this.#ledger.takeQuiet(this.#ledgerMs, momentOf(this.#clock))) {
        const call = this.#callWaitingFor(group);
        if (call === undefined) this.#nothingPosted(group);
        else for (const sighting of group) call.sighted(sighting, 'phone');
      }
      this.#watchLedger();
    });
  }

  /** A call rang, and no notification of it came. */
  #nothingPosted(group: readonly Sighting[]): void {
    const [first] = group;
    if (first === undefined || group.some(({ direction }) => direction !== 'incoming')) return;
    if (this.#settings.hangups === 'answered') {
      const call = new TrackedCall(first.uniqueId, startOf(first.uniqueId, first.at.wall), first.at);
      for (const sighting of group) call.sighted(sighting, 'none');
      this.#finish(call, 'over');
      return;
    }
    const doAllReport = group.every(
      ({ phoneId }) => phoneId !== null && this.#reporters.get(phoneId) === true,
    );
    if (!doAllReport || this.#presentSince === null) return;
    this.#hints.nothingPosted();
    this.#nameSetting();
  }

  #nameSetting(): void {
    const { setting } = this.#hints;
    if (this.#hasNamedSetting || setting === null || setting === this.#settings.hangups) return;
    this.#hasNamedSetting = true;
    this.#report(
      'hangupSetting',
      `Set “Which phones report a hang-up” to “${setting}”: no other setting explains several calls.`,
    );
  }

  #report(kind: OutcomeReport['kind'], text: string): void {
    try {
      this.#options.onReport?.({ kind, text });
    } catch {
      // There is nobody else to report to.
    }
  }
}

function remember(phones: RecentMap<true>, phoneId: string | null): void {
  if (phoneId === null || phoneId.length > MAX_ID_CHARS || phones.get(phoneId) !== undefined) return;
  phones.add(phoneId, true);
}
