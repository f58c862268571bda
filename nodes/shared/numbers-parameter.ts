import { AccoladesError } from '@accolades-flow/core';
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
 * The option Numbers of a trigger. An empty field means all numbers. So an expression without a
 * result (a missing variable, for example) must not count as empty: the workflow would start for
 * every call.
 *
 * @throws AccoladesError `INVALID_PARAMETER` for such an expression
 */
export function readNumbers(context: ParameterSource): unknown {
  const { numbers } = asRecord(context.getNodeParameter('options', {}));
  const { numbers: written } = asRecord(context.getNodeParameter('options', {}, { rawExpressions: true }));
  const isExpression = typeof written === 'string' && written.startsWith('=');
  const isNothing =
    numbers === undefined || numbers === null || (typeof numbers === 'string' && numbers.trim() === '');
  if (!isExpression || !isNothing) return numbers;
  throw new AccoladesError('INVALID_PARAMETER', {
    what: 'Correct the expression in Numbers, which gives nothing, or clear the field to take all numbers.',
  });
}
