import { isSameNumber } from '../outcome/sighting-ledger.ts';
import type { Clock } from '../time/clock.ts';
import type { HttpAnswer } from './reply.ts';

/** A request that waits until a phone answers the call that it is about. */
export interface RingingCall {
  readonly callId: string;
  readonly phoneNumber: string;
  /** The phone that rings. */
  readonly phoneId: string;
  /** The name of its agent. */
  readonly label: string;
  /**
   * The answer for the agents whose phone did not answer.
   * @param label the agent who did; null when nobody here has that phone
   */
  readonly elsewhere: (label: string | null) => HttpAnswer;
}

/** A phone has answered a call. */
export type AnsweredCall = Pick<RingingCall, 'callId' | 'phoneNumber' | 'phoneId'>;

/** An answer may be posted before a browser has forwarded the ring, by this much, in milliseconds. */
const EARLY_MS = 10_000;
const MAX_EARLY = 200;

/** Remembers which phones have answered lately, and joins rings with answers. */
export class RingingCalls {
  readonly #clock: Clock;
  #early: readonly (AnsweredCall & { readonly at: number })[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  answered(call: AnsweredCall): void {
    const at = this.#clock.monotonic();
    const recent = this.#early.filter((one) => at - one.at <= EARLY_MS);
    this.#early = [...recent.slice(1 - MAX_EARLY), { ...call, at }];
  }

  /** Whether the phone that rings has already answered. */
  hasAnswered(ring: RingingCall): boolean {
    const now = this.#clock.monotonic();
    return this.#early.some((one) => now - one.at <= EARLY_MS && isOwnAnswer(ring, one));
  }
}

/** Whether this phone has answered this call. */
export function isOwnAnswer(ring: RingingCall, answered: AnsweredCall): boolean {
  return (
    ring.phoneId === answered.phoneId &&
    (ring.callId === answered.callId || isSameNumber(ring.phoneNumber, answered.phoneNumber))
  );
}

/**
 * The rings that an answer ends. Whether the ids of a notification and of a session's call are the
 * same is not published, so the ring of the phone that answered shows which call it was.
 */
export function ringsOf<T extends { readonly ringing: RingingCall }>(
  rings: readonly T[],
  answered: AnsweredCall,
): readonly T[] {
  const own = rings.find(({ ringing }) => isOwnAnswer(ringing, answered));
  return rings.filter(
    ({ ringing }) =>
      ringing.callId === answered.callId ||
      (own !== undefined &&
        (ringing.callId === own.ringing.callId ||
          isSameNumber(ringing.phoneNumber, own.ringing.phoneNumber))),
  );
}
