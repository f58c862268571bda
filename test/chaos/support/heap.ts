import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc !== 'function') throw new Error('This engine has no garbage collector to call.');
  return () => {
    Reflect.apply(gc, undefined, []);
  };
}

let collect: (() => void) | null = null;

/** Bytes of heap in use after a full garbage collection. */
export async function heapAfterGc(): Promise<number> {
  collect ??= collector();
  // Finalizers and closed handles release their memory only in the next turn.
  for (let round = 0; round < 3; round++) {
    collect();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}
