import { withoutInvisible } from '@accolades-flow/core';

/**
 * The name of the environment variable that a setting consists of: `${NAME}` or `$(NAME)`, also
 * with spaces around it. Undefined when the setting is anything else.
 */
export function variableIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, inBraces, inBrackets] =
    /^\$(?:\{\s*([^\s{}]+)\s*\}|\(\s*([^\s()]+)\s*\))$/.exec(withoutInvisible(value)) ?? [];
  return inBraces ?? inBrackets;
}

/**
 * Whether a setting mixes an environment variable with other text, which Node-RED does not replace.
 */
export function hasVariableInside(text: string): boolean {
  return variableIn(text) === undefined && /\$\{\s*[^\s{}]+\s*\}|\$\(\s*[^\s()]+\s*\)/.test(text);
}
