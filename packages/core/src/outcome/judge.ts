import type { CallResult, OutcomeReason, OutcomeSettings } from './contract.ts';
import type { Moment } from './moment.ts';
import type { CallEnd, TrackedCall } from './tracked-call.ts';

/** An endpoint must have been there this long before a call's start, in milliseconds. */
const PRESENT_BEFORE_MS = 5_000;

/** What the judgement of a call needs to know beside the call. */
export interface Surroundings {
  readonly settings: OutcomeSettings;
  /** Since when the endpoint has been there without a gap; null: it is not. */
  readonly presentSince: Moment | null;
  /** Whether the phone has ever posted a notification to this process. */
  readonly hasReported: (phoneId: string) => boolean;
}

export interface Judgement {
  readonly result: CallResult;
  readonly reason: OutcomeReason | null;
  /** Ids of phones that rang and have never reported. */
  readonly silentPhones: readonly string[];
}

/** Says what became of a call, as far as that is known. Nothing is guessed. */
export function judge(call: TrackedCall, how: CallEnd, surroundings: Surroundings): Judgement {
  const silentPhones = silentPhonesOf(call, surroundings);
  const says = (result: CallResult, reason: OutcomeReason | null): Judgement => ({
    result,
    reason,
    silentPhones,
  });
  const answered = call.legs.all.filter(({ isAnswered }) => isAnswered);
  const persons = answered.filter(({ isPerson }) => isPerson);
  const isEndKnown = how === 'over' || !call.legs.isAnyOpen;
  if (call.isDialled) {
    // The agent's own phone answers first; the person who was called is the second leg.
    return persons.length > 1
      ? says('answered', isEndKnown ? null : endReason(how))
      : says('unknown', 'clickToCall');
  }
  if (persons.length > 0) return says('answered', isEndKnown ? null : endReason(how));
  if (answered.length > 0) return says('unknown', 'notAPerson');
  if (how !== 'over') return says('unknown', endReason(how));
  if (call.direction === null) return says('unknown', 'direction');
  if (!wasPresent(call, surroundings.presentSince)) return says('unknown', 'beganBefore');
  if (call.direction !== 'incoming') return says('unanswered', null);
  if (rangAtUnknownPhone(call) || silentPhones.length > 0) return says('unknown', 'silentPhone');
  if (!surroundings.settings.seesAllNotifications) return says('unknown', 'otherProcess');
  return says('missed', null);
}

function endReason(how: CallEnd): OutcomeReason {
  return how === 'processEnd' ? 'processEnd' : 'noHangup';
}

function wasPresent({ startedAt, firstSign }: TrackedCall, since: Moment | null): boolean {
  if (since === null || since.monotonic > firstSign.monotonic - PRESENT_BEFORE_MS) return false;
  return startedAt === null || since.wall <= Date.parse(startedAt) - PRESENT_BEFORE_MS;
}

function rangAtUnknownPhone({ sightings }: TrackedCall): boolean {
  return sightings.some(({ direction, phoneId }) => direction === 'incoming' && phoneId === null);
}

function silentPhonesOf({ sightings }: TrackedCall, { hasReported }: Surroundings): string[] {
  const rang = sightings.flatMap(({ direction, phoneId }) =>
    direction === 'incoming' && phoneId !== null ? [phoneId] : [],
  );
  return [...new Set(rang)].filter((phoneId) => !hasReported(phoneId));
}
