import { messageOf } from '@accolades-flow/core';
import { variableIn } from '../runtime/variable.ts';

/** The problem that a parser of core reports for a typed value, without the advice; null: valid. */
export function problemOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    const what = error instanceof Error && 'what' in error ? error.what : null;
    return typeof what === 'string' ? what : messageOf(error);
  }
}

/** Whether the value is an environment variable. The editor does not know its value. */
export function isVariable(value: unknown): boolean {
  return variableIn(value) !== undefined;
}
