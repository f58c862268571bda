import type { NotificationEvent } from '../notifications/notification.ts';
import type { NotificationOutcome } from '../notifications/notifier.ts';
import type { CallEnvironment } from './call-environment.ts';
import type { CallKind } from './call-life.ts';
import type { Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';

/** The call whose phones report. */
export interface ReportedCall {
  readonly id: string;
  readonly kind: CallKind;
  readonly timeline: Timeline;
  /** The endpoint of a phone failed, so Accolades hangs up. */
  onReportFailed(): void;
}

/** The notifications of one call: which phones post what. They are posted one after the other. */
export class CallReports {
  readonly #pbx: CallEnvironment;
  readonly #call: ReportedCall;
  #posting = Promise.resolve();
  #lastEnded: Leg | null = null;
  #isClosed = false;

  constructor(pbx: CallEnvironment, call: ReportedCall) {
    this.#pbx = pbx;
    this.#call = call;
  }

  /** The phone of a click-to-call was picked up; the other party is dialled now. */
  devicePickedUp(leg: Leg): void {
    if (this.#pbx.notificationSettings().clickToCallAnswer === 'phone') this.#postAnswer(leg);
  }

  /** The phone began to talk. */
  answered(leg: Leg): void {
    const isCaller = this.#call.kind === 'internal' && leg.role === 'calling';
    if (isCaller && this.#pbx.notificationSettings().internalAnswer === 'called') return;
    this.#postAnswer(leg);
  }

  /** The phone left the call, or stopped ringing. */
  ended(leg: Leg): void {
    this.#lastEnded = leg;
    const { hangups } = this.#pbx.notificationSettings();
    if (hangups === 'every' || (hangups === 'answered' && leg.hasReportedAnswer)) this.#post(leg, 'hangup');
  }

  /** All phones have left. */
  over(): void {
    const { hangups } = this.#pbx.notificationSettings();
    if (hangups === 'last' && this.#lastEnded) this.#post(this.#lastEnded, 'hangup');
  }

  /** Asks whether the call may go on. @returns false when the phone has nobody to ask */
  confirmHangup(leg: Leg, then: (outcome: NotificationOutcome) => void): boolean {
    return this.#post(leg, 'confirmHangup', then);
  }

  /** Posts nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  #postAnswer(leg: Leg): void {
    if (leg.hasReportedAnswer) return;
    leg.hasReportedAnswer = true;
    this.#post(leg, 'answer', (outcome) => {
      if (!outcome.ok) this.#call.onReportFailed();
    });
  }

  #post(leg: Leg, event: NotificationEvent, then?: (outcome: NotificationOutcome) => void): boolean {
    const { notifications, silent } = leg.phone;
    if (!notifications || silent) return false;
    this.#posting = this.#posting.then(async () => {
      if (this.#hasClosed()) return;
      const who = this.#pbx.nameOf(leg.phone);
      this.#call.timeline.note('notificationSent', `${event} of ${who}`, leg);
      const outcome = await this.#pbx.notifyEndpoint(notifications, this.#notification(leg, event));
      if (this.#hasClosed()) return;
      const result = outcome.ok ? 'notificationAnswered' : 'notificationFailed';
      this.#call.timeline.note(result, `${event}: ${outcome.text}`, leg);
      then?.(outcome);
    });
    return true;
  }

  #notification(leg: Leg, event: NotificationEvent): Parameters<CallEnvironment['notifyEndpoint']>[1] {
    const { answeredAt, endedAt, phone } = leg;
    const talked = answeredAt === null ? 0 : (endedAt ?? this.#pbx.clock.now()) - answeredAt;
    return {
      event,
      callId: this.#pbx.notificationSettings().callId === 'leg' ? leg.id : this.#call.id,
      userId: phone.userId,
      userType: phone.userType,
      isIncoming: leg.role === 'called',
      phoneNumber: leg.phoneNumber,
      seconds: Math.round(talked / 1000),
    };
  }

  /** A method, because the value changes during an await. */
  #hasClosed(): boolean {
    return this.#isClosed;
  }
}
