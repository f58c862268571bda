import { Hub } from '../../hub/hub.ts';

/** The number is the version of the hub's interface: only compatible builds share a hub. */
const KEY = Symbol.for('@accolades-flow/core hub 1');

/**
 * Returns the hub of this process, shared by all separately bundled copies of this library.
 *
 * Reads the environment once: `ACCOLADES_LINGER_MS` (default 5000; 0 disables lingering, for
 * several processes that take over from each other) and `ACCOLADES_CONNECTS_PER_SECOND` (default
 * 50; 0: no limit).
 */
export function processHub(): Pick<Hub, 'subscribe'> {
  const existing: unknown = Reflect.get(globalThis, KEY);
  if (isHub(existing)) return existing;
  const lingerMs = numberFrom(process.env['ACCOLADES_LINGER_MS']);
  const connectsPerSecond = numberFrom(process.env['ACCOLADES_CONNECTS_PER_SECOND']);
  const hub = new Hub({
    ...(lingerMs === undefined ? {} : { lingerMs }),
    ...(connectsPerSecond === undefined ? {} : { connectsPerSecond }),
  });
  Reflect.set(globalThis, KEY, hub);
  return hub;
}

/** No `instanceof`: another copy's hub has another class. */
function isHub(value: unknown): value is Pick<Hub, 'subscribe'> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'subscribe' in value &&
    typeof value.subscribe === 'function'
  );
}

function numberFrom(text: string | undefined): number | undefined {
  const number = Number(text?.trim() || Number.NaN);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
