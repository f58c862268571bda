import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that uses less than this part of a processor is waiting. */
const IDLE_SHARE = 0.2;
/** Longer than any pause of the measured programs. */
const WATCHED_S = 2.5;
const LONGEST_MS = 180_000;
/** The unit of times in `/proc`, the same on every Linux machine. */
const TICKS_PER_SECOND = 100;

/**
 * Resolves when a process has been idle for some seconds. Linux only.
 * @throws Error after three minutes
 */
export async function untilIdle(pid: number): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  for (let before = await processorSeconds(pid); ;) {
    await delay(WATCHED_S * 1_000);
    const now = await processorSeconds(pid);
    if (now - before < IDLE_SHARE * WATCHED_S) return;
    if (performance.now() > end) throw new Error(`Process ${pid} does not come to rest.`);
    before = now;
  }
}

/** The processor time of a process since its start, in seconds. Linux only. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in parentheses that may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
