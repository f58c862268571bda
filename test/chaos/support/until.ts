import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 2;

/**
 * Waits until a condition holds.
 * @param deadlineMs in real milliseconds
 * @throws at the deadline, with `what` and, if given, the last state
 */
export async function until(
  what: string,
  holds: () => boolean,
  deadlineMs = 10_000,
  state: () => string = () => '',
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}. ${state()}`);
    await delay(POLL_MS);
  }
}
