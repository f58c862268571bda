import { AccoladesError, type AccoladesErrorCode } from '@accolades-flow/core';
import type { NodeAPI } from '@node-red/registry';
import { variableIn } from './variable.ts';

/** Returns the value of an environment variable; undefined when it is not set. */
export type Environment = (name: string) => unknown;

/** The environment variables that a node sees: of its group, tab, runtime and process. */
export function environmentOf(util: NodeAPI['util'], node: unknown): Environment {
  return (name) => {
    const getSetting: unknown = Reflect.get(util, 'getSetting');
    const found: unknown =
      typeof getSetting === 'function' ? Reflect.apply(getSetting, util, [node, name]) : undefined;
    return found;
  };
}

/**
 * Replaces the environment variable in a setting. A setting without one, or with an unset one,
 * stays unchanged. Node-RED itself replaces `${NAME}` only without surrounding spaces.
 */
export function withVariable(value: unknown, environment: Environment): unknown {
  const name = variableIn(value);
  return name === undefined ? value : (environment(name) ?? value);
}

/**
 * The text of a setting. The node and the dialog's test read every text field that may be an
 * environment variable with this function. A variable may have Node-RED's type “number”.
 * @param code the code of the error
 * @returns empty when the setting is missing
 * @throws AccoladesError when the variable is not set, or is neither text nor a number
 */
export function settingText(value: unknown, environment: Environment, code: AccoladesErrorCode): string {
  const name = variableIn(value);
  const found = withVariable(value, environment);
  if (found === undefined || found === null) return '';
  if (typeof found === 'number' || typeof found === 'bigint') return String(found);
  if (typeof found !== 'string') {
    const which = name === undefined ? 'An environment variable' : `The environment variable ${name}`;
    throw new AccoladesError(code, {
      what: `${which} is of the type ${typeof found}. Give it the type “string” in Node-RED.`,
    });
  }
  if (name !== undefined && found === value) {
    throw new AccoladesError(code, { what: `The environment variable ${name} is not set.` });
  }
  return found;
}

/** Like {@link settingText}; null where that throws. */
export function textOrNull(value: unknown, environment: Environment): string | null {
  try {
    return settingText(value, environment, 'INVALID_PARAMETER');
  } catch {
    return null;
  }
}

/**
 * Reads the text of one setting of a node; see {@link settingText}. Default code:
 * `INVALID_PARAMETER`.
 */
export type ReadSetting = (name: string, code?: AccoladesErrorCode) => string;

/** Returns a reader for the settings of one node. */
export function settingReader(
  settings: Readonly<Record<string, unknown>>,
  environment: Environment,
): ReadSetting {
  return (name, code = 'INVALID_PARAMETER') => settingText(settings[name], environment, code);
}
