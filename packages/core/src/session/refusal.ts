import { AccoladesError, type AccoladesErrorCode } from '../errors.ts';
import { shownText } from '../text/shown-text.ts';

const LISTED_REASONS: readonly AccoladesErrorCode[] = ['ID_NOT_FOUND', 'IP_MISSMATCH', 'CONNECTION_EXISTS'];

/** Longest part of an unlisted reason in the error text, in characters. */
const MAX_REASON_CHARS = 100;

/**
 * Returns the error for the reason of an `authFailed` message. The error for an unlisted reason
 * quotes it and is retried.
 * @param isHeldHere another session of this process has the agent's connection
 */
export function refusal(reason: string, isHeldHere = false): AccoladesError {
  if (reason === 'CONNECTION_EXISTS' && isHeldHere) return new AccoladesError('HELD_HERE');
  const listed = LISTED_REASONS.find((code) => code === reason);
  if (listed !== undefined) return new AccoladesError(listed);
  const shown = shownText(reason, MAX_REASON_CHARS);
  return new AccoladesError('AUTH_REFUSED', {
    what: shown === '' ? 'The server gave no reason.' : `The server’s reason: “${shown}”.`,
  });
}
