import { AccoladesError } from '../errors.ts';
import { withoutPastedEnds } from '../text/pasted-text.ts';

/**
 * Checks a value that an expression or an environment variable gave to a field that may be empty.
 * An empty field lets everything pass, so an expression without a result must not count as empty.
 * @param remedy what to do in this case, as the beginning of a sentence
 * @param everything what clearing the field does, such as “take all numbers”
 * @returns the value
 * @throws AccoladesError `INVALID_PARAMETER` when it is missing or blank
 */
export function givenValue(value: unknown, remedy: string, everything: string): unknown {
  const isText = typeof value === 'string';
  if (isText ? withoutPastedEnds(value) !== '' : value !== undefined && value !== null) return value;
  throw new AccoladesError('INVALID_PARAMETER', {
    what: `${remedy}, which gives nothing, or clear the field to ${everything}.`,
  });
}
