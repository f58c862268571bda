import type { AccoladesErrorCode } from '../errors.ts';

/** The first ceiling, in milliseconds; it doubles with each failure up to the cap. */
export const FIRST_BACKOFF_MS = 1_000;
/** A session that lived this long counts as working, and the ladder starts anew, in milliseconds. */
export const STABLE_AFTER_MS = 60_000;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * How long to wait at most before the next attempt, in milliseconds. A reason that a person must act on is asked about less
 * often; one that this version does not know, least of all.
 */
export function backoffCap(reason: AccoladesErrorCode): number {
  switch (reason) {
    case 'ID_NOT_FOUND':
      return MINUTE;
    case 'IP_MISSMATCH':
    case 'AUTH_REFUSED':
      return 5 * MINUTE;
    default:
      return 30 * SECOND;
  }
}

/**
 * Full jitter: anywhere between nothing and the ceiling, so that many clients that lost one server come back spread.
 * @param failures how many attempts have failed in a row, from 1
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function backoffDelay(failures: number, reason: AccoladesErrorCode, random: () => number): number {
  const ceiling = Math.min(backoffCap(reason), FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 30));
  return Math.floor(random() * ceiling);
}
