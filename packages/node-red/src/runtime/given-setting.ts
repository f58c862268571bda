import { givenValue } from '@accolades-flow/core';
import type { NodeAPI, NodeDef } from '@node-red/registry';
import { storedSetting } from './stored-setting.ts';
import { variableIn } from './variable.ts';

/**
 * Checks a setting that lets everything pass when it is empty.
 * @param value as the node read it
 * @param everything what clearing the field does
 * @throws AccoladesError `INVALID_PARAMETER` for an environment variable without a value
 */
export function checkGivenSetting(
  { nodes }: NodeAPI,
  config: NodeDef,
  name: string,
  value: unknown,
  everything: string,
): unknown {
  const variable = variableIn(storedSetting(nodes, config, name));
  return variable === undefined
    ? value
    : givenValue(value, `Set the environment variable ${variable}`, everything);
}
