/**
 * Calls `callback` once after `ms` milliseconds. The returned function cancels it; call it at any
 * time.
 */
export type StartTimer = (ms: number, callback: () => void) => () => void;

export const startTimer: StartTimer = (ms, callback) => {
  const timeout = setTimeout(callback, ms);
  return () => {
    clearTimeout(timeout);
  };
};
