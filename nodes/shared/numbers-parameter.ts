import { givenNumbers } from '@accolades-flow/core';
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { asRecord } from './parameters.ts';

/** The source of a node's parameters in n8n. */
interface ParameterSource {
  getNodeParameter(
    name: string,
    fallback: INodeParameters,
    options?: { rawExpressions: boolean },
  ): NodeParameterValueType | object;
}

/**
 * The option Numbers of a trigger.
 * @throws AccoladesError `INVALID_PARAMETER` for an expression that gives nothing, such as a
 *   variable that does not exist
 */
export function readNumbers(context: ParameterSource): unknown {
  const { numbers } = asRecord(context.getNodeParameter('options', {}));
  const { numbers: written } = asRecord(context.getNodeParameter('options', {}, { rawExpressions: true }));
  const isExpression = typeof written === 'string' && written.startsWith('=');
  return isExpression ? givenNumbers(numbers, 'Correct the expression in Numbers') : numbers;
}
