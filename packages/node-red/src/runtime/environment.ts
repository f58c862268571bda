import { AccoladesError, type AccoladesErrorCode } from '@accolades-flow/core';
import { variableIn } from './variable.ts';

/**
 * A setting as the runtime gives it: Node-RED leaves `${NAME}` as it is when there is no such environment variable.
 * @throws AccoladesError with this code, naming the variable that is not set
 */
export function withVariablesSet(value: unknown, code: AccoladesErrorCode): unknown {
  const name = variableIn(value);
  if (name === undefined) return value;
  throw new AccoladesError(code, { what: `The environment variable ${name} is not set.` });
}
