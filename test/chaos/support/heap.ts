import { setImmediate } from 'node:timers/promises';

/** Bytes of heap in use once all garbage is gone. The process must run with `--expose-gc`. */
export async function heapAfterGc(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Run this with --expose-gc.');
  // What finalizers and closed handles free is only gone in the next turn.
  for (let round = 0; round < 3; round++) {
    gc();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}
