import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the condition holds. @throws when it does not within `deadlineMs` */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`This did not become true: ${what}.`);
    await delay(100);
  }
}
