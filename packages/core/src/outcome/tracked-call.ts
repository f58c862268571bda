import type { Phone } from '../call/phone.ts';
import type { JsonObject } from '../json/json-object.ts';
import type { Timer } from '../time/clock.ts';
import type { CallNotification } from '../webhook/notification.ts';
import type { CallEvidence, CallRecord, OutcomeSettings } from './contract.ts';
import { Legs } from './legs.ts';
import type { Moment } from './moment.ts';
import { MATCH_MS, type Sighting } from './sighting-ledger.ts';

/** The same notification, byte for byte, counts once within this time, in milliseconds. */
const REPEATED_MS = 10_000;
/** After this long without a sign a call ends although a hang-up is missing, in milliseconds. */
const NO_HANGUP_MS = 4 * 3_600_000;
/** Notifications and sightings kept per call, each; more are counted only. */
const MAX_KEPT = 200;

/** How a call ends: it was quiet for long enough, its hang-up never came, or the process ends. */
export type CallEnd = 'over' | 'noHangup' | 'processEnd';

/** Everything known of one call that has not been reported yet. */
export class TrackedCall {
  readonly callId: string;
  /** ISO 8601, by the clock of the PBX. */
  readonly startedAt: string | null;
  readonly firstSign: Moment;
  readonly legs = new Legs();
  /** Whether this process has asked for it by click-to-call. */
  isDialled = false;
  /** The timer of its end; owned by the tracker. */
  timer: Timer | null = null;
  #matched: CallEvidence['matched'] = 'none';
  #lastSign: Moment;
  readonly #raw: JsonObject[] = [];
  readonly #recent = new Map<string, Moment>();
  readonly #sightings: Sighting[] = [];
  readonly #undecided: Sighting[] = [];
  #notifications = 0;
  #sightingCount = 0;
  #chars = 0;
  readonly #directions = new Set<'incoming' | 'outgoing'>();
  #public: CallNotification | null = null;
  #phoneNumber = '';

  constructor(callId: string, startedAt: string | null, firstSign: Moment) {
    this.callId = callId;
    this.startedAt = startedAt;
    this.firstSign = firstSign;
    this.#lastSign = firstSign;
  }

  get raw(): readonly JsonObject[] {
    return this.#raw;
  }

  get notifications(): number {
    return this.#notifications;
  }

  get sightingCount(): number {
    return this.#sightingCount;
  }

  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  /** Call events that came after its end, and may belong to the next call of the same number. */
  get undecided(): readonly Sighting[] {
    return this.#undecided;
  }

  /** Whether a phone may still be in the call: none has hung up, or one has not. */
  get isOpen(): boolean {
    return this.legs.hangups === 0 || this.legs.isAnyOpen;
  }

  /** What it holds, in characters of JSON. */
  get chars(): number {
    return this.#chars;
  }

  get matched(): CallEvidence['matched'] {
    return this.#matched;
  }

  get lastSign(): Moment {
    return this.#lastSign;
  }

  /**
   * The direction of the first notification with a public number. Without one, that of all signs;
   * `internal` when they disagree.
   */
  get direction(): CallRecord['direction'] {
    if (this.#public?.direction != null) return this.#public.direction;
    if (this.#directions.size > 1) return 'internal';
    const [only] = this.#directions;
    return only ?? null;
  }

  get phoneNumber(): string {
    return this.#public?.phoneNumber ?? this.#phoneNumber;
  }

  get phone(): Phone | null {
    return this.#public?.phone ?? null;
  }

  get callCenter(): boolean | null {
    return this.#sightings.find(({ callCenter }) => callCenter !== null)?.callCenter ?? null;
  }

  /** Takes a notification in. One that repeats another is ignored. */
  notified(notification: CallNotification, at: Moment, { hangups }: OutcomeSettings): void {
    const text = JSON.stringify(notification.raw);
    const before = this.#recent.get(text);
    if (before !== undefined && at.monotonic - before.monotonic <= REPEATED_MS) return;
    this.#lastSign = at;
    this.#notifications++;
    if (this.#raw.length < MAX_KEPT) {
      this.#recent.set(text, at);
      this.#chars += 2 * text.length;
      this.#raw.push(notification.raw);
    }
    this.#describe(notification);
    const { id: phoneId, type } = notification.user;
    const sign = { phoneId, isPerson: type === null || type === 'user', at };
    if (notification.event === 'answer') this.legs.answer(sign, at);
    if (notification.event === 'confirmHangup') this.legs.answer(sign, null);
    if (notification.event === 'hangup') this.legs.hangup(sign, hangups);
  }

  /** Takes a session's call event in. */
  sighted(sighting: Sighting, matched: CallEvidence['matched']): void {
    this.#sightingCount++;
    if (this.#sightings.length < MAX_KEPT) this.#sightings.push(sighting);
    if (this.#matched !== 'callId') this.#matched = matched;
    this.#directions.add(sighting.direction);
    if (this.#phoneNumber === '') this.#phoneNumber = sighting.phoneNumber;
    if (sighting.at.monotonic > this.#lastSign.monotonic) this.#lastSign = sighting.at;
  }

  /** Waits for a sign of whose call a session's call event is. */
  waitFor(sighting: Sighting): void {
    if (this.#undecided.length < MAX_KEPT) this.#undecided.push(sighting);
    this.#lastSign = sighting.at;
  }

  /** When it ends unless another sign comes, by the monotonic clock, and how. */
  end(settings: OutcomeSettings): { readonly due: number; readonly how: CallEnd } {
    const { legs } = this;
    if (this.isOpen) {
      return { due: this.#lastSign.monotonic + NO_HANGUP_MS, how: 'noHangup' };
    }
    const wait = legs.isAnyAnswered ? settings.waitAnsweredMs : settings.waitUnansweredMs;
    const seen = [...this.#sightings, ...this.#undecided];
    const rings = seen.filter((ring) => ring.direction === 'incoming' && !this.#hasReported(ring));
    const held = rings.map(({ at }) => at.monotonic + MATCH_MS);
    return { due: Math.max(this.#lastSign.monotonic + wait, ...held), how: 'over' };
  }

  /** Whether the phone has posted something since it rang. */
  #hasReported({ phoneId, at }: Sighting): boolean {
    return this.legs.all.some(
      (leg) =>
        leg.phoneId === phoneId &&
        [leg.answeredAt, leg.endedAt].some((time) => time !== null && time.monotonic >= at.monotonic),
    );
  }

  #describe(notification: CallNotification): void {
    if (notification.direction !== null) this.#directions.add(notification.direction);
    if (this.#public === null && notification.phone !== null) this.#public = notification;
    if (this.#phoneNumber === '') this.#phoneNumber = notification.phoneNumber;
  }
}
