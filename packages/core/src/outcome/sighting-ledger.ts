import { isSameNumber } from '../call/same-number.ts';
import type { CallSighting } from './contract.ts';
import type { Moment } from './moment.ts';

/**
 * How far a session's call event and a notification of the same call may be apart, in
 * milliseconds.
 */
export const MATCH_MS = 90_000;
/** Call events kept that belong to no known call yet; beyond it the oldest are forgotten. */
const MAX_PENDING = 2_000;

/** A call event of a session, and when it came. */
export interface Sighting extends CallSighting {
  readonly at: Moment;
}

/** Call events of sessions that belong to no call yet, because no notification of it has come. */
export class SightingLedger {
  #pending: readonly Sighting[] = [];

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** When the oldest came; null without any. */
  get oldest(): Moment | null {
    return this.#pending[0]?.at ?? null;
  }

  add(sighting: Sighting): void {
    this.#pending = [...this.#pending.slice(1 - MAX_PENDING), sighting];
  }

  /** Removes and returns those of `sightings` that still belong to no call. */
  takeStill(sightings: readonly Sighting[]): readonly Sighting[] {
    return sightings.length === 0 ? [] : this.#take((one) => sightings.includes(one));
  }

  /** Removes and returns those with this id. */
  takeById(callId: string): readonly Sighting[] {
    return this.#take(({ uniqueId }) => uniqueId === callId);
  }

  /**
   * Removes and returns those of the same number, when one of them came from this phone at most
   * {@link MATCH_MS} ago: the others are the same call, ringing at other phones.
   */
  takeByPhone(phoneId: string, phoneNumber: string, at: Moment): readonly Sighting[] {
    const isNear = (sighting: Sighting): boolean =>
      isSameNumber(sighting.phoneNumber, phoneNumber) && at.monotonic - sighting.at.monotonic <= MATCH_MS;
    const isRung = this.#pending.some((one) => one.phoneId === phoneId && isNear(one));
    return isRung ? this.#take(isNear) : [];
  }

  /**
   * Removes and returns the groups of one call each, of which nothing more came for `ms`
   * milliseconds.
   */
  takeQuiet(ms: number, now: Moment): readonly (readonly Sighting[])[] {
    const groups: Sighting[][] = [];
    for (const sighting of this.#pending) {
      const group = groups.find(([first]) => first !== undefined && isSameCall(first, sighting));
      if (group === undefined) groups.push([sighting]);
      else group.push(sighting);
    }
    const quiet = groups.filter((group) => group.every(({ at }) => now.monotonic - at.monotonic > ms));
    const taken = new Set(quiet.flat());
    this.#pending = this.#pending.filter((one) => !taken.has(one));
    return quiet;
  }

  clear(): void {
    this.#pending = [];
  }

  #take(wanted: (sighting: Sighting) => boolean): readonly Sighting[] {
    const taken = this.#pending.filter(wanted);
    if (taken.length > 0) this.#pending = this.#pending.filter((one) => !taken.includes(one));
    return taken;
  }
}

/** A queue that gives each leg an id of its own still rings for one caller. */
function isSameCall(one: Sighting, other: Sighting): boolean {
  if (one.uniqueId === other.uniqueId) return true;
  return one.direction === other.direction && isSameNumber(one.phoneNumber, other.phoneNumber);
}
