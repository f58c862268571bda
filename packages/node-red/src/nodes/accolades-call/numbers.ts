import { givenNumbers } from '@accolades-flow/core';
import type { NodeAPI, NodeDef } from '@node-red/registry';
import type { ReadSetting } from '../../runtime/environment.ts';
import { storedSetting } from '../../runtime/stored-setting.ts';
import { variableIn } from '../../runtime/variable.ts';

/**
 * Reads the field Numbers.
 * @throws AccoladesError `INVALID_PARAMETER` for an environment variable without a value
 */
export function readNumbers({ nodes }: NodeAPI, config: NodeDef, read: ReadSetting): unknown {
  const numbers = read('numbers');
  const variable = variableIn(storedSetting(nodes, config, 'numbers'));
  return variable === undefined ? numbers : givenNumbers(numbers, `Set the environment variable ${variable}`);
}
