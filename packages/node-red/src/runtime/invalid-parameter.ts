import { AccoladesError } from '@accolades-flow/core';

/**
 * A setting, or a value from a message, that can never work.
 * @param what the problem as text, without a secret
 */
export function invalidParameter(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
