/** A running timer. It does not keep the process alive. */
export interface Timer {
  stop(): void;
}

/** Time source, injected so that tests control it. */
export interface Clock {
  /** Wall time in milliseconds since 1970. It may jump: use it for display, never for durations. */
  now(): number;
  /**
   * Milliseconds from an arbitrary start; never jumps. Whole numbers need less memory than
   * fractions.
   */
  monotonic(): number;
  /** Calls `callback` once after `ms` milliseconds. */
  start(ms: number, callback: () => void): Timer;
}

/** A timer that is late by more than this means that the process was suspended, in milliseconds. */
const LATE_MS = 1_000;
/** Extra wait of a late deadline, so that data that has arrived is read first, in milliseconds. */
const GRACE_MS = 1_000;

/**
 * Starts a deadline that tolerates a suspended process: data that the peer sent meanwhile still
 * waits in the socket, so `onExpired` is called only after a short extra wait.
 */
export function startDeadline(clock: Clock, ms: number, onExpired: () => void): Timer {
  const due = clock.monotonic() + ms;
  let timer = clock.start(ms, () => {
    if (clock.monotonic() - due < LATE_MS) onExpired();
    else timer = clock.start(GRACE_MS, onExpired);
  });
  return {
    stop: () => {
      timer.stop();
    },
  };
}
