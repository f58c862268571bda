import type { Fact, PhoneName, RealCall } from './real-call.ts';

/**
 * Which phones post `hangup` in truth: every phone that rang (H1), phones that answered (H2), or
 * the phone that was last involved, once per call (H3).
 */
export type Hypothesis = 'H1' | 'H2' | 'H3';

export const HYPOTHESES: readonly Hypothesis[] = ['H1', 'H2', 'H3'];

/** The setting of `hangups` that is right under each. */
export const RIGHT_SETTING = { H1: 'every', H2: 'answered', H3: 'last' } as const;

const PHONE_IDS: Record<PhoneName, string> = { A: '27', B: '28', C: '29', S: '30', M: '900' };

export function phoneIdOf(phone: PhoneName): string {
  return PHONE_IDS[phone];
}

/** A notification that Accolades posts, and when, in seconds from the call's start. */
export interface Posted {
  readonly at: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** What Accolades posts of a call. */
export function posted(call: RealCall, callId: string, hypothesis: Hypothesis): Posted[] {
  const reporting = call.facts.filter(({ phone }) => phone !== 'S');
  return reporting.flatMap((fact): Posted[] => {
    const event = eventOf(fact, call, hypothesis);
    return event === null ? [] : [{ at: fact.at, fields: fieldsOf(event, fact, call, callId) }];
  });
}

function eventOf(fact: Fact, call: RealCall, hypothesis: Hypothesis): string | null {
  if (fact.what === 'answers') return 'answer';
  if (fact.what === 'asksForMore') return 'confirmHangup';
  if (fact.what !== 'ends') return null;
  if (hypothesis === 'H1') return 'hangup';
  if (hypothesis === 'H2') return hasAnswered(fact, call) ? 'hangup' : null;
  return call.facts.findLast(({ what }) => what === 'ends') === fact ? 'hangup' : null;
}

function hasAnswered({ phone, at }: Fact, { facts }: RealCall): boolean {
  return facts.some((one) => one.what === 'answers' && one.phone === phone && one.at <= at);
}

function hasDialled(phone: PhoneName, { facts }: RealCall): boolean {
  return facts.some((one) => one.what === 'dials' && one.phone === phone);
}

function fieldsOf(event: string, { phone, at }: Fact, call: RealCall, callId: string): Posted['fields'] {
  return {
    apiName: 'callNotification',
    event,
    callId,
    userId: phoneIdOf(phone),
    userType: phone === 'M' ? 'voicemail' : 'user',
    callDirection: call.direction === 'incoming' && !hasDialled(phone, call) ? 'in' : 'out',
    phoneNumber: call.number,
    // Two notifications of one call and phone differ in their time.
    time: String(at),
  };
}
