/**
 * Calls a function that the library's user gave. What it throws, and what the promise of an async
 * one is rejected with, goes to `onFailed`: nobody else handles it, and an unhandled rejection ends
 * the process.
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
  // There is nobody else to tell.
}
