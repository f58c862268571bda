import type { CallEnvironment } from './call-environment.ts';
import type { CallKind, CallStart, HuntStart, InternalStart, RingAllStart } from './call-life.ts';
import { isDuration } from './call-settings.ts';
import { internalNumber } from '../pbx/phone-directory.ts';

/**
 * A call as it is meant to go. Phones are device ids, so that a redial finds their latest
 * settings.
 */
export interface CallPlan {
  readonly kind: CallKind;
  readonly phoneNumber: string;
  readonly callCenter: boolean;
  /** The phone that places the call; `null`: a caller from outside. */
  readonly caller: string | null;
  /** The phones to ring, step by step; empty: the dialled party is outside. */
  readonly steps: readonly (readonly string[])[];
  /** How long each step rings, in ms; `null`: as the settings say. */
  readonly ringMs: number | null;
  /** Between two steps, in ms. */
  readonly pauseMs: number;
  /** Before the first step, in ms. */
  readonly waitMs: number;
}

type PhoneBook = Pick<CallEnvironment, 'phone' | 'phoneWithExtension'>;

const HUNT_RING_MS = 15_000;
const MAX_RINGS = 50;

/** @throws when a value is unusable */
export function ringAllPlan(start: RingAllStart): CallPlan {
  const deviceIds = [...new Set(start.deviceIds)];
  return incomingPlan(start, [deviceIds], { ringMs: start.ringMs ?? null, pauseMs: 0 });
}

/** @throws when a value is unusable */
export function huntPlan(start: HuntStart): CallPlan {
  const steps = start.deviceIds.map((deviceId) => [deviceId]);
  const { ringMs = HUNT_RING_MS, pauseMs = 0 } = start;
  return incomingPlan(start, steps, { ringMs, pauseMs });
}

/**
 * The plan of a call of one phone with the outside, or with the phone that has this internal
 * number.
 */
export function singlePlan(start: CallStart, kind: CallKind, pbx: PhoneBook): CallPlan {
  const { deviceId, phoneNumber, callCenter = false } = start;
  if (kind === 'incoming') {
    return { ...PLAIN, kind, phoneNumber, callCenter, caller: null, steps: [[deviceId]] };
  }
  const called = pbx.phoneWithExtension(phoneNumber);
  const outside = { ...PLAIN, kind, phoneNumber, callCenter, caller: deviceId, steps: [] };
  if (!called || called.deviceId === deviceId) return outside;
  return { ...outside, kind: kind === 'outgoing' ? 'internal' : kind, steps: [[called.deviceId]] };
}

/** @throws when there is no such phone, or both are the same */
export function internalPlan({ from, to }: InternalStart, pbx: PhoneBook): CallPlan {
  if (from === to) throw new Error('A phone cannot call itself.');
  const phoneNumber = internalNumber(pbx.phone(to));
  return { ...PLAIN, kind: 'internal', phoneNumber, callCenter: false, caller: from, steps: [[to]] };
}

const PLAIN = { ringMs: null, pauseMs: 0, waitMs: 0 } as const;

function incomingPlan(
  start: RingAllStart | HuntStart,
  steps: readonly (readonly string[])[],
  times: Pick<CallPlan, 'ringMs' | 'pauseMs'>,
): CallPlan {
  const rings = steps.flat().length;
  if (rings < 1 || rings > MAX_RINGS) throw new Error(`Give 1 to ${MAX_RINGS} phones.`);
  const { phoneNumber, callCenter = true, waitMs = 0 } = start;
  for (const ms of [times.ringMs ?? 0, times.pauseMs, waitMs]) {
    if (!isDuration(ms)) throw new Error('The times of a call must be milliseconds, from 0 to a day.');
  }
  return { kind: 'incoming', phoneNumber, callCenter, caller: null, steps, ...times, waitMs };
}
