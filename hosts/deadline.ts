import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** How long to wait at most, in milliseconds from now. */
  deadlineMs: number;
  /** How long to pause between two looks, in milliseconds (default 50). */
  everyMs?: number;
  /** Called before each probe; an error that it returns ends the wait at once. */
  giveUp?: () => Error | undefined;
  /** Added to the message of the error when the deadline passes, e.g. the last lines of a log. */
  details?: () => string;
}

/** The awaited condition did not come true in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Looks again and again until `probe` returns something other than `undefined` or `false`, and
 * returns that. An error thrown by the probe means "not yet"; the last one becomes the `cause` when
 * the deadline passes.
 *
 * @throws DeadlineError when the deadline passes; the error of `giveUp` when that gives one.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const endsAt = Date.now() + options.deadlineMs;
  let lastError: unknown;
  for (;;) {
    const reason = options.giveUp?.();
    if (reason) throw reason;
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= endsAt) {
      const details = options.details?.();
      const suffix = details ? `\n${details}` : '';
      throw new DeadlineError(`${what}: not within ${options.deadlineMs} ms${suffix}`, { cause: lastError });
    }
    await delay(options.everyMs ?? 50);
  }
}
