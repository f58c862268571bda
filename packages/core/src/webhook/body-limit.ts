import { AccoladesError } from '../errors.ts';

/** The error for a body larger than the endpoint allows, in bytes. */
export function tooLarge(maxBytes: number): AccoladesError {
  return new AccoladesError('BODY_TOO_LARGE', { what: `The request is larger than ${maxBytes} bytes.` });
}
