import { AccoladesError, type AccoladesErrorCode } from '../errors.ts';

const LISTED_REASONS: readonly AccoladesErrorCode[] = ['ID_NOT_FOUND', 'IP_MISSMATCH', 'CONNECTION_EXISTS'];

/** The error for the reason of an `authFailed` message; an unlisted one is shown and retried. */
export function refusal(reason: string): AccoladesError {
  const listed = LISTED_REASONS.find((code) => code === reason);
  return listed === undefined
    ? new AccoladesError('AUTH_REFUSED', { what: `Reason: “${reason.slice(0, 100)}”.` })
    : new AccoladesError(listed);
}
