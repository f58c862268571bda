import { Hub } from '../../hub/hub.ts';
import { OutcomeRegistry } from '../../outcome/outcome-registry.ts';
import type { AccountSettings } from '../../rest/account.ts';
import { AccountClient, type AccountClientOptions } from '../../rest/client.ts';
import { RequestGate } from '../../rest/request-gate.ts';
import { PendingReplies, type SharedPendingReplies } from '../../webhook/pending-replies.ts';
import { nodePlatform } from './node-platform.ts';
import { systemClock } from './system-clock.ts';

/**
 * Returns the object of this process with this name, shared by all separately bundled copies of
 * this library.
 * @param name ends with the version of the interface: only compatible builds share an object
 * @param methods the methods of the interface. No `instanceof`: the object of another copy has
 *   another class.
 * @param make called when the process has no such object yet
 */
export function processWide<T extends object>(name: string, methods: readonly (keyof T)[], make: () => T): T {
  const key = Symbol.for(`@accolades-flow/core ${name}`);
  const isUsable = (value: unknown): value is T =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function');
  const existing: unknown = Reflect.get(globalThis, key);
  if (isUsable(existing)) return existing;
  const made = make();
  Reflect.set(globalThis, key, made);
  return made;
}

/** The part of {@link Hub} that hosts use. */
export type ProcessHub = Pick<Hub, 'subscribe' | 'agentStates' | 'agentOf'>;

/**
 * Returns the hub of this process.
 *
 * Reads the environment once: `ACCOLADES_LINGER_MS` (default 5000; 0 disables lingering, for
 * several processes that take over from each other) and `ACCOLADES_CONNECTS_PER_SECOND` (default
 * 50; 0: no limit).
 */
export function processHub(): ProcessHub {
  return processWide<ProcessHub>('hub 2', ['subscribe', 'agentStates', 'agentOf'], () => {
    const lingerMs = numberFromEnvironment('ACCOLADES_LINGER_MS');
    const connectsPerSecond = numberFromEnvironment('ACCOLADES_CONNECTS_PER_SECOND');
    return new Hub({
      ...nodePlatform,
      onCall: (call) => {
        processOutcomes().sighted(call);
      },
      ...(lingerMs === undefined ? {} : { lingerMs }),
      ...(connectsPerSecond === undefined ? {} : { connectsPerSecond }),
    });
  });
}

export type ProcessOutcomes = Pick<OutcomeRegistry, 'open' | 'notified' | 'sighted' | 'dialled' | 'statuses'>;

/**
 * Returns the outcomes of this process. The sessions of {@link processHub} and the commands of
 * {@link accountClient} feed them.
 */
export function processOutcomes(): ProcessOutcomes {
  return processWide<ProcessOutcomes>(
    'outcomes 1',
    ['open', 'notified', 'sighted', 'dialled', 'statuses'],
    () => new OutcomeRegistry({ clock: systemClock, agentOf: (phoneId) => processHub().agentOf(phoneId) }),
  );
}

/** Returns the requests of this process that a flow answers later. */
export function processPendingReplies(): SharedPendingReplies {
  return processWide<SharedPendingReplies>(
    'pending replies 6',
    ['open', 'answer', 'answered', 'hungUp', 'abandon', 'closeOwner', 'isOwn'],
    () => new PendingReplies({ clock: systemClock }),
  );
}

/**
 * Returns a client for the REST API of an account, behind the request gate of this process.
 *
 * Reads the default of `coolDownMs` from `ACCOLADES_COOL_DOWN_MS` of the environment.
 * @throws AccoladesError `INVALID_ACCOUNT` or `INVALID_URL`
 */
export function accountClient(
  settings: AccountSettings,
  options: Pick<AccountClientOptions, 'timeoutMs' | 'coolDownMs'> = {},
): AccountClient {
  const coolDownMs = numberFromEnvironment('ACCOLADES_COOL_DOWN_MS');
  return new AccountClient(settings, {
    ...nodePlatform,
    onDialled: (call) => processOutcomes().dialled(call),
    gate: processWide<Pick<RequestGate, 'enter'>>(
      'request gate 3',
      ['enter'],
      () => new RequestGate({ clock: systemClock }),
    ),
    ...(coolDownMs === undefined ? {} : { coolDownMs }),
    ...options,
  });
}

function numberFromEnvironment(name: string): number | undefined {
  const number = Number(process.env[name]?.trim() || Number.NaN);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
