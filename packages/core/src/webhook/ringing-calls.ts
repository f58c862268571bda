import { isSameNumber } from '../call/same-number.ts';
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

/**
 * How long a ring waits at most, in ms: the connector repeats an event after 20 s without answer.
 */
export const LONGEST_HOLD_MS = 18_000;
/**
 * An answer may be posted before a browser has forwarded the ring, by this much, in milliseconds:
 * the connector posts one event at a time, so a ring may come after one that was held.
 */
const EARLY_MS = LONGEST_HOLD_MS + 7_000;
const MAX_EARLY = 200;

/** An answer, and the ids of the rings of its phone that it was for. */
interface RecentAnswer extends AnsweredCall {
  readonly at: number;
  readonly ringIds: Set<string>;
}

/** Remembers which phones have answered lately, and joins rings with answers. */
export class RingingCalls {
  readonly #clock: Clock;
  #recent: readonly RecentAnswer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param rings those that the answer ends */
  answered(call: AnsweredCall, rings: readonly RingingCall[]): void {
    const at = this.#clock.monotonic();
    const recent = this.#recent.filter((one) => at - one.at <= EARLY_MS);
    // The same answer may be posted again.
    const before = recent.find((one) => one.callId === call.callId && one.phoneId === call.phoneId);
    const own = rings.filter(({ phoneId }) => phoneId === call.phoneId);
    const ringIds = new Set([...(before?.ringIds ?? []), ...own.map(({ callId }) => callId)]);
    this.#recent = [...recent.filter((one) => one !== before).slice(1 - MAX_EARLY), { ...call, at, ringIds }];
  }

  /**
   * Whether the phone that rings has already answered. An answer is for one call: once its ring is
   * known, the number proves nothing for another ring.
   */
  hasAnswered(ring: RingingCall): boolean {
    const now = this.#clock.monotonic();
    const own = this.#recent.filter((one) => now - one.at <= EARLY_MS && isOwnAnswer(ring, one));
    const answer =
      own.find(({ callId, ringIds }) => callId === ring.callId || ringIds.has(ring.callId)) ??
      own.find(({ ringIds }) => ringIds.size === 0);
    answer?.ringIds.add(ring.callId);
    return answer !== undefined;
  }
}

/** Whether this phone may have answered this call. */
function isOwnAnswer(ring: RingingCall, answered: AnsweredCall): boolean {
  return (
    ring.phoneId === answered.phoneId &&
    (ring.callId === answered.callId || isSameNumber(ring.phoneNumber, answered.phoneNumber))
  );
}

/**
 * The rings of the call that a notification is about. Whether the ids of a notification and of a
 * session's call are the same is not published: when no ring has the id, the ring of the phone that
 * posted shows which call it was.
 */
export function ringsOf<T extends { readonly ringing: RingingCall }>(
  rings: readonly T[],
  posted: AnsweredCall,
): readonly T[] {
  const sameId = rings.filter(({ ringing }) => ringing.callId === posted.callId);
  if (sameId.length > 0) return sameId;
  const own = rings.find(({ ringing }) => isOwnAnswer(ringing, posted));
  if (own === undefined) return [];
  return rings.filter(
    ({ ringing }) =>
      ringing.callId === own.ringing.callId || isSameNumber(ringing.phoneNumber, own.ringing.phoneNumber),
  );
}
