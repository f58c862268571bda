import type { HangupReports } from './contract.ts';
import type { Moment } from './moment.ts';

/**
 * If an answer arrives within this time after a hang-up of the same phone, they arrived in the
 * wrong order. In milliseconds.
 */
const OVERTAKEN_MS = 2_000;
/** Legs kept per call. Further legs are ignored: a real call has far fewer. */
const MAX_LEGS = 100;

/** One phone's part in a call. */
export interface Leg {
  readonly phoneId: string | null;
  /** False: something other than a user's phone. */
  readonly isPerson: boolean;
  /** Whether the phone answered, whatever is known of when. */
  isAnswered: boolean;
  answeredAt: Moment | null;
  /** Null while it is open. */
  endedAt: Moment | null;
}

/** What a notification says of a leg. */
export interface LegSign {
  readonly phoneId: string | null;
  readonly isPerson: boolean;
  readonly at: Moment;
}

/** The legs of a call, opened and closed by its notifications in the order of their arrival. */
export class Legs {
  readonly #legs: Leg[] = [];
  #hangups = 0;
  #lastHangupAt: Moment | null = null;

  get all(): readonly Leg[] {
    return this.#legs;
  }

  get hangups(): number {
    return this.#hangups;
  }

  get lastHangupAt(): Moment | null {
    return this.#lastHangupAt;
  }

  get isAnyOpen(): boolean {
    return this.#legs.some(({ endedAt }) => endedAt === null);
  }

  get isAnyAnswered(): boolean {
    return this.#legs.some(({ isAnswered }) => isAnswered);
  }

  /** @param answeredAt null when the phone is talking and the time of its answer is unknown */
  answer(sign: LegSign, answeredAt: Moment | null): void {
    const last = this.#lastOf(sign.phoneId);
    if (last !== undefined && last.endedAt === null) return;
    if (last !== undefined && isOvertaken(last, sign.at)) {
      last.isAnswered = true;
      last.answeredAt = answeredAt === null ? null : last.endedAt;
      return;
    }
    this.#add({ ...sign, isAnswered: true, answeredAt, endedAt: null });
  }

  hangup(sign: LegSign, reports: HangupReports): void {
    this.#hangups++;
    this.#lastHangupAt = sign.at;
    const last = this.#lastOf(sign.phoneId);
    if (last !== undefined && last.endedAt === null) last.endedAt = sign.at;
    else this.#add({ ...sign, isAnswered: reports === 'answered', answeredAt: null, endedAt: sign.at });
    if (reports === 'last') for (const leg of this.#legs) leg.endedAt ??= sign.at;
  }

  #lastOf(phoneId: string | null): Leg | undefined {
    return this.#legs.findLast((leg) => leg.phoneId === phoneId);
  }

  #add({ phoneId, isPerson, isAnswered, answeredAt, endedAt }: Leg): void {
    if (this.#legs.length < MAX_LEGS) this.#legs.push({ phoneId, isPerson, isAnswered, answeredAt, endedAt });
  }
}

function isOvertaken({ answeredAt, endedAt }: Leg, at: Moment): boolean {
  return answeredAt === null && endedAt !== null && at.monotonic - endedAt.monotonic <= OVERTAKEN_MS;
}
