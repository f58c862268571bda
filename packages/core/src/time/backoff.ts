import type { AccoladesErrorCode } from '../errors.ts';

/** The first ceiling, in milliseconds. It doubles with each failure up to the cap. */
const FIRST_BACKOFF_MS = 1_000;
/** A session that was ready for this long resets the backoff, in milliseconds. */
export const STABLE_AFTER_MS = 60_000;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Returns the longest wait before the next attempt, in milliseconds. It is longer for reasons that
 * a user must fix, and longest for reasons that this version does not know.
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
 * Returns a wait with full jitter, between 0 and the ceiling in milliseconds, so that many clients
 * do not reconnect at once.
 * @param failures failed attempts in a row, from 1
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function backoffDelay(failures: number, reason: AccoladesErrorCode, random: () => number): number {
  const ceiling = Math.min(backoffCap(reason), FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 30));
  return Math.floor(random() * ceiling);
}
