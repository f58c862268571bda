import type { HangupReplyParser } from '../notifications/hangup-decision.ts';
import type { NotificationOutcome } from '../notifications/notifier.ts';
import type { EndReason } from './call-life.ts';
import type { Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';

/** The call whose duration is limited. */
export interface LimitedCall {
  readonly timeline: Timeline;
  /** @returns false when there is nobody to ask */
  confirmHangup(then: (outcome: NotificationOutcome) => void): boolean;
  end(reason: EndReason, text?: string): void;
}

/** Starts the clock of a phone with a maximum duration; at its end, its endpoint decides. */
export function limitDuration(leg: Leg, parseReply: HangupReplyParser, call: LimitedCall): void {
  if (leg.phone.maxDurationS > 0) limit(leg.phone.maxDurationS);

  function limit(seconds: number): void {
    leg.timers.after(seconds * 1000, () => {
      call.timeline.note('durationLimitReached', `After ${seconds} s.`, leg);
      if (!call.confirmHangup(decide)) call.end('durationLimit');
    });
  }

  function decide(outcome: NotificationOutcome): void {
    if (leg.state !== 'talking') return;
    if (!outcome.ok) {
      call.end('notificationFailed');
      return;
    }
    const decision = parseReply(outcome.body);
    if (decision?.decision !== 'extend') {
      call.end('durationLimit', decision ? '' : 'The answer was not understood.');
      return;
    }
    // Not published: whether the new limit counts from now or from the start of the call.
    call.timeline.note('extended', `By ${decision.seconds} s from now.`, leg);
    limit(decision.seconds);
  }
}
