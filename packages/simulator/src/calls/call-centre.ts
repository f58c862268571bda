import type { Clock, Timer } from '../clock.ts';
import type { HangupReplyParser } from '../notifications/hangup-decision.ts';
import type { NotificationEvent } from '../notifications/notification.ts';
import type { NotificationOutcome } from '../notifications/notifier.ts';
import type { EndpointSettings } from '../notifications/endpoint-settings.ts';
import type { Phone } from '../pbx/phone-directory.ts';
import type { CallLife, CallStart, CallState, EndReason, TimelineEntry, TimelineEvent } from './call-life.ts';
import type { CallSettings } from './call-settings.ts';

/** The parts of the PBX that calls need. */
export interface CallEnvironment {
  readonly clock: Clock;
  readonly settings: () => CallSettings;
  readonly newId: () => string;
  /** @throws when there is no such phone */
  readonly phone: (deviceId: string) => Phone;
  /** Sends the WebSocket event to the phone's agent. @returns the text for the timeline */
  readonly notifyAgent: (phone: Phone, call: CallLife) => string;
  readonly notifyEndpoint: (
    endpoint: EndpointSettings,
    event: NotificationEvent,
    call: CallLife,
  ) => Promise<NotificationOutcome>;
  readonly notifyUnanswered: () => boolean;
  readonly parseHangupReply: HangupReplyParser;
  /** Called after every change of a call. */
  readonly onChange: (call: CallLife) => void;
}

interface CallRecord extends CallLife {
  readonly phone: Phone;
  state: CallState;
  answeredAt: number | null;
  endedAt: number | null;
  endReason: EndReason | null;
  readonly timeline: TimelineEntry[];
  /** Timers for the next automatic steps. */
  timers: Timer[];
  /** Sends notifications one after the other. */
  notifications: Promise<void>;
}

const CALLS_KEPT = 200;

/**
 * Calls with a life: they ring, are answered and end, and the agents and endpoints are notified.
 */
export class CallCentre {
  readonly #pbx: CallEnvironment;
  readonly #calls = new Map<string, CallRecord>();
  #closed = false;

  constructor(environment: CallEnvironment) {
    this.#pbx = environment;
  }

  /**
   * Rings a device. For an incoming call, its agent is notified at once. For an outgoing one
   * (click-to-call), the number is dialled and the agent notified after the device was answered.
   * @throws when there is no such phone
   */
  start(request: CallStart): CallLife {
    if (this.#closed) throw new Error('The simulator is closed.');
    const phone = this.#pbx.phone(request.deviceId);
    const call: CallRecord = {
      id: this.#pbx.newId(),
      direction: request.direction ?? 'incoming',
      phoneNumber: request.phoneNumber,
      callCenter: request.callCenter ?? false,
      deviceId: phone.deviceId,
      userId: phone.userId,
      phone,
      state: 'ringingDevice',
      startedAt: this.#pbx.clock.now(),
      answeredAt: null,
      endedAt: null,
      endReason: null,
      timeline: [],
      timers: [],
      notifications: Promise.resolve(),
    };
    this.#calls.set(call.id, call);
    this.#forgetOld();
    this.#note(call, 'started', `${call.direction} call, ${call.phoneNumber}`);
    this.#note(call, 'deviceRinging', `Device ${call.deviceId} rings.`);
    if (call.direction === 'incoming') this.#notifyAgent(call);
    this.#ring(call, this.#pbx.settings().deviceAnswerMs);
    return view(call);
  }

  /** The latest 200 calls, and older ones that have not ended; newest first. */
  all(): CallLife[] {
    return Array.from(this.#calls.values(), view).reverse();
  }

  /** @throws when there is no such call */
  get(id: string): CallLife {
    return view(this.#require(id));
  }

  /**
   * Answers what is ringing: the device, then the dialled party.
   * @throws when there is no such call, or nothing rings
   */
  answer(id: string): CallLife {
    const call = this.#require(id);
    if (call.state === 'ringingDevice' && call.direction === 'outgoing') {
      this.#stopTimers(call);
      this.#note(call, 'deviceAnswered', '');
      call.state = 'ringingDestination';
      this.#note(call, 'destinationRinging', `${call.phoneNumber} rings.`);
      this.#notifyAgent(call);
      this.#ring(call, this.#pbx.settings().destinationAnswerMs);
    } else if (call.state === 'ringingDevice' || call.state === 'ringingDestination') {
      this.#stopTimers(call);
      this.#connect(call);
    } else {
      throw new Error('Nothing rings in this call any more.');
    }
    return view(call);
  }

  /** Ends a call; no effect on an ended call. @throws when there is no such call */
  hangUp(id: string): CallLife {
    const call = this.#require(id);
    this.#end(call, 'hungUp');
    return view(call);
  }

  /** Ends all calls without notifications. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const call of this.#calls.values()) {
      this.#stopTimers(call);
      if (call.state === 'ended') continue;
      call.state = 'ended';
      call.endedAt = this.#pbx.clock.now();
      call.endReason = 'closed';
    }
  }

  #connect(call: CallRecord): void {
    call.state = 'answered';
    call.answeredAt = this.#pbx.clock.now();
    this.#note(call, 'answered', '');
    const { hangUpMs } = this.#pbx.settings();
    if (hangUpMs !== null) {
      this.#after(call, hangUpMs, () => {
        this.#end(call, 'hungUp');
      });
    }
    if (call.phone.maxDurationS > 0) this.#limit(call, call.phone.maxDurationS);
    this.#notify(call, 'answer', (outcome) => {
      if (!outcome.ok) this.#end(call, 'notificationFailed');
    });
  }

  #limit(call: CallRecord, seconds: number): void {
    this.#after(call, seconds * 1000, () => {
      this.#note(call, 'durationLimitReached', `After ${seconds} s.`);
      if (!call.phone.notifications) {
        this.#end(call, 'durationLimit');
        return;
      }
      this.#notify(call, 'confirmHangup', (outcome) => {
        if (call.state !== 'answered') return;
        if (!outcome.ok) {
          this.#end(call, 'notificationFailed');
          return;
        }
        const decision = this.#pbx.parseHangupReply(outcome.body);
        if (decision?.decision !== 'extend') {
          this.#end(call, 'durationLimit', decision ? '' : 'The answer was not understood.');
          return;
        }
        // Not published: whether the new limit counts from now or from the start of the call.
        this.#note(call, 'extended', `By ${decision.seconds} s from now.`);
        this.#limit(call, decision.seconds);
      });
    });
  }

  #end(call: CallRecord, reason: EndReason, text = ''): void {
    if (call.state === 'ended') return;
    this.#stopTimers(call);
    call.state = 'ended';
    call.endedAt = this.#pbx.clock.now();
    call.endReason = reason;
    this.#note(call, 'ended', `${END_TEXTS[reason]}${text === '' ? '' : ` ${text}`}`);
    if (call.answeredAt === null && !this.#pbx.notifyUnanswered()) return;
    this.#notify(call, 'hangup', () => {});
  }

  /**
   * Waits for an answer, which is automatic after a time or comes by hand until the ringing ends.
   */
  #ring(call: CallRecord, answerMs: number | null): void {
    const { ringTimeoutMs } = this.#pbx.settings();
    if (answerMs !== null && answerMs < ringTimeoutMs) {
      this.#after(call, answerMs, () => {
        this.answer(call.id);
      });
      return;
    }
    this.#after(call, ringTimeoutMs, () => {
      this.#end(call, 'noAnswer');
    });
  }

  #notifyAgent(call: CallRecord): void {
    this.#note(call, 'agentNotified', this.#pbx.notifyAgent(call.phone, view(call)));
  }

  #notify(call: CallRecord, event: NotificationEvent, then: (outcome: NotificationOutcome) => void): void {
    const endpoint = call.phone.notifications;
    if (!endpoint) return;
    call.notifications = call.notifications.then(async () => {
      if (this.#isClosed()) return;
      this.#note(call, 'notificationSent', event);
      const outcome = await this.#pbx.notifyEndpoint(endpoint, event, view(call));
      if (this.#isClosed()) return;
      this.#note(
        call,
        outcome.ok ? 'notificationAnswered' : 'notificationFailed',
        `${event}: ${outcome.text}`,
      );
      then(outcome);
    });
  }

  /** A method, because the value changes during an await. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #after(call: CallRecord, ms: number, act: () => void): void {
    call.timers.push(this.#pbx.clock.start(ms, act));
  }

  #stopTimers(call: CallRecord): void {
    for (const timer of call.timers) timer.stop();
    call.timers = [];
  }

  #note(call: CallRecord, event: TimelineEvent, text: string): void {
    call.timeline.push({ at: this.#pbx.clock.now(), event, text });
    this.#pbx.onChange(view(call));
  }

  #require(id: string): CallRecord {
    const call = this.#calls.get(id);
    if (!call) throw new Error(`There is no call ${id.slice(0, 40)}.`);
    return call;
  }

  #forgetOld(): void {
    for (const call of this.#calls.values()) {
      if (this.#calls.size <= CALLS_KEPT) return;
      if (call.state === 'ended') this.#calls.delete(call.id);
    }
  }
}

const END_TEXTS: Readonly<Record<EndReason, string>> = {
  hungUp: 'Hung up.',
  noAnswer: 'Nobody answered.',
  durationLimit: 'The longest duration was reached.',
  notificationFailed: 'The endpoint of the notifications failed, so the call was hung up.',
  closed: 'The simulator was closed.',
};

function view(call: CallRecord): CallLife {
  return {
    id: call.id,
    direction: call.direction,
    phoneNumber: call.phoneNumber,
    callCenter: call.callCenter,
    deviceId: call.deviceId,
    userId: call.userId,
    state: call.state,
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    endReason: call.endReason,
    timeline: [...call.timeline],
  };
}
