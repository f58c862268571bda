import { messageOf } from '@accolades-flow/core';
import { variableIn } from '../runtime/variable.ts';

/** What a reader of core finds wrong with a typed value, without the general advice; null when nothing. */
export function problemOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    const what = error instanceof Error && 'what' in error ? error.what : null;
    return typeof what === 'string' ? what : messageOf(error);
  }
}

/** Whether an environment variable stands in for the value, so that the editor cannot know it. */
export function isVariable(value: unknown): boolean {
  return variableIn(value) !== undefined;
}
