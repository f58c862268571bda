import { Hub } from '../../hub/hub.ts';
import { OutcomeRegistry } from '../../outcome/outcome-registry.ts';
import { systemClock } from '../../time/clock.ts';

/** The number is the version of the hub's interface: only compatible builds share a hub. */
const KEY = Symbol.for('@accolades-flow/core hub 2');

/** The part of {@link Hub} that hosts use. */
export type ProcessHub = Pick<Hub, 'subscribe' | 'agentStates' | 'agentOf'>;

/**
 * Returns the hub of this process, shared by all separately bundled copies of this library.
 *
 * Reads the environment once: `ACCOLADES_LINGER_MS` (default 5000; 0 disables lingering, for
 * several processes that take over from each other) and `ACCOLADES_CONNECTS_PER_SECOND` (default
 * 50; 0: no limit).
 */
export function processHub(): ProcessHub {
  const existing: unknown = Reflect.get(globalThis, KEY);
  if (isHub(existing)) return existing;
  const lingerMs = numberFrom(process.env['ACCOLADES_LINGER_MS']);
  const connectsPerSecond = numberFrom(process.env['ACCOLADES_CONNECTS_PER_SECOND']);
  const hub = new Hub({
    onCall: (call) => {
      processOutcomes().sighted(call);
    },
    ...(lingerMs === undefined ? {} : { lingerMs }),
    ...(connectsPerSecond === undefined ? {} : { connectsPerSecond }),
  });
  Reflect.set(globalThis, KEY, hub);
  return hub;
}

/** No `instanceof`: another copy's hub has another class. */
function isHub(value: unknown): value is ProcessHub {
  return (
    typeof value === 'object' &&
    value !== null &&
    'subscribe' in value &&
    typeof value.subscribe === 'function'
  );
}

/** The number is the version of the interface. */
const OUTCOMES_KEY = Symbol.for('@accolades-flow/core outcomes 1');

export type ProcessOutcomes = Pick<OutcomeRegistry, 'open' | 'notified' | 'sighted' | 'dialled' | 'statuses'>;

/**
 * Returns the outcomes of this process, shared by all bundled copies of this library. The sessions
 * of {@link processHub} feed them.
 */
export function processOutcomes(): ProcessOutcomes {
  const existing: unknown = Reflect.get(globalThis, OUTCOMES_KEY);
  if (isOutcomes(existing)) return existing;
  const outcomes = new OutcomeRegistry({
    clock: systemClock,
    agentOf: (phoneId) => processHub().agentOf(phoneId),
  });
  Reflect.set(globalThis, OUTCOMES_KEY, outcomes);
  return outcomes;
}

/** No `instanceof`: another copy's registry has another class. */
function isOutcomes(value: unknown): value is ProcessOutcomes {
  return (
    typeof value === 'object' &&
    value !== null &&
    'open' in value &&
    typeof value.open === 'function' &&
    'notified' in value
  );
}

function numberFrom(text: string | undefined): number | undefined {
  const number = Number(text?.trim() || Number.NaN);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
