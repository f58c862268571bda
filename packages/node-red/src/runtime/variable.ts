/**
 * The name of the environment variable that a setting is, in the forms that Node-RED replaces: `${NAME}` and `$(NAME)`, as the whole
 * setting; undefined: it is none.
 */
export function variableIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, inBraces, inBrackets] = /^\$(?:\{([^\s{}]+)\}|\(([^\s()]+)\))$/.exec(value.trim()) ?? [];
  return inBraces ?? inBrackets;
}

/** Whether a setting has an environment variable beside other text, which Node-RED leaves as it is. */
export function hasVariableInside(text: string): boolean {
  return /\$\{[^\s{}]+\}|\$\([^\s()]+\)/.test(text);
}
