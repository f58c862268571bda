import type { AgentIdentity } from '../call/call-event.ts';
import type { CallPhone, CallRecord } from './contract.ts';
import type { Judgement } from './judge.ts';
import type { Leg } from './legs.ts';
import { isoOf, secondsBetween, type Moment } from './moment.ts';
import type { TrackedCall } from './tracked-call.ts';

/** The agent whose session has the phone now; null without one. */
export type AgentOfPhone = (phoneId: string) => Pick<AgentIdentity, 'label' | 'id'> | null;

/** Builds the `callEnded` message of a call. */
export function buildRecord(
  call: TrackedCall,
  { result, reason, silentPhones }: Judgement,
  agentOf: AgentOfPhone,
  now: Moment,
): CallRecord {
  const phone = (phoneId: string | null): CallPhone => phoneOf(phoneId, agentOf);
  const answers = call.legs.all.filter(({ isAnswered, isPerson }) => isAnswered && isPerson);
  const [first] = answers;
  const answeredAt = first?.answeredAt ?? null;
  const endedAt = call.legs.isAnyOpen ? null : call.legs.lastHangupAt;
  const waitedUntil = first === undefined ? endedAt : answeredAt;
  const firstRing = call.sightings[0]?.at ?? null;
  return {
    event: 'callEnded',
    result,
    direction: call.direction,
    phoneNumber: call.phoneNumber,
    phone: call.phone === null ? null : { ...call.phone },
    callId: call.callId,
    callCenter: call.callCenter,
    startedAt: call.startedAt,
    answeredAt: isoOf(answeredAt),
    endedAt: isoOf(endedAt),
    waitSeconds: waitSeconds(call.startedAt, waitedUntil),
    ringSeconds: secondsBetween(firstRing, waitedUntil),
    talkSeconds: first === undefined ? null : secondsBetween(answeredAt, lastEnd(answers)),
    answeredBy: first === undefined ? null : phone(first.phoneId),
    answers: answers.map((leg) => ({
      ...phone(leg.phoneId),
      at: isoOf(leg.answeredAt),
      endedAt: isoOf(leg.endedAt),
    })),
    rang: rangOf(call, phone),
    evidence: {
      notifications: call.notifications,
      sessions: call.sightingCount,
      matched: call.matched,
      reason,
      silentPhones,
    },
    receivedAt: new Date(now.wall).toISOString(),
    raw: structuredClone(call.raw),
  };
}

/** The `missedCall` message that goes with a record; null for a call that was not missed. */
export function missedCallOf(record: CallRecord): CallRecord | null {
  const isMissed = record.result === 'missed' && record.direction === 'incoming';
  return isMissed ? { ...structuredClone(record), event: 'missedCall' } : null;
}

function phoneOf(phoneId: string | null, agentOf: AgentOfPhone): CallPhone {
  const agent = phoneId === null ? null : agentOf(phoneId);
  return { label: agent?.label ?? null, id: agent?.id ?? null, phoneId };
}

/** Every ring that a session reported, and phones that only their hang-up shows to have rung. */
function rangOf(call: TrackedCall, phone: (phoneId: string | null) => CallPhone): CallRecord['rang'] {
  const rings = call.sightings.filter(({ direction }) => direction === 'incoming');
  const seen = new Set(rings.map(({ phoneId }) => phoneId));
  const others = call.legs.all.filter(({ isAnswered, phoneId }) => !isAnswered && !seen.has(phoneId));
  return [
    ...rings.map(({ phoneId, at }) => ({ ...phone(phoneId), at: isoOf(at) })),
    ...[...new Set(others.map(({ phoneId }) => phoneId))].map((phoneId) => ({ ...phone(phoneId), at: null })),
  ];
}

/** Null when the clocks of the PBX and this computer contradict each other. */
function waitSeconds(startedAt: string | null, until: Moment | null): number | null {
  if (startedAt === null || until === null) return null;
  const seconds = Math.round((until.wall - Date.parse(startedAt)) / 1_000);
  return seconds < 0 ? null : seconds;
}

/** Null while one of them is open. */
function lastEnd(legs: readonly Leg[]): Moment | null {
  let last: Moment | null = null;
  for (const { endedAt } of legs) {
    if (endedAt === null) return null;
    if (last === null || endedAt.monotonic > last.monotonic) last = endedAt;
  }
  return last;
}
