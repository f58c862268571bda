import { givenValue } from '@accolades-flow/core';
import { asRecord } from './parameters.ts';

/** The source of a node's parameters in n8n. */
export interface ParameterSource {
  getNodeParameter(name: string, fallback: string, options?: { rawExpressions: boolean }): unknown;
}

/**
 * An option of a trigger that lets everything pass when it is empty.
 * @param label the name that the user sees
 * @param everything what clearing the field does
 * @throws AccoladesError `INVALID_PARAMETER` for an expression without a result, such as a variable
 *   that does not exist
 */
export function readGivenOption(
  context: ParameterSource,
  name: string,
  label: string,
  everything: string,
): unknown {
  const value = asRecord(context.getNodeParameter('options', ''))[name];
  const written = asRecord(context.getNodeParameter('options', '', { rawExpressions: true }))[name];
  const isExpression = typeof written === 'string' && written.startsWith('=');
  return isExpression ? givenValue(value, `Correct the expression in ${label}`, everything) : value;
}
