/**
 * Calls a user's callback and passes its error, or the rejection of its promise, to `onFailed`: an
 * unhandled rejection would end the process.
 */
export function callSafely(callback: () => unknown, onFailed: (thrown: unknown) => void = ignore): void {
  try {
    const result = callback();
    if (isThenable(result)) void Promise.resolve(result).catch(onFailed).catch(ignore);
  } catch (thrown) {
    onFailed(thrown);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function ignore(): void {
  // No other handler exists.
}
