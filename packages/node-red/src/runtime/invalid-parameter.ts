import { AccoladesError } from '@accolades-flow/core';

/** A setting, or a value that a message brought, that can never work. @param what is wrong, for people; without a secret */
export function invalidParameter(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
