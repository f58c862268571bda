import { internalNumber } from '../pbx/phone-directory.ts';
import type { Phone } from '../pbx/phone-directory.ts';
import type { CallEnvironment } from './call-environment.ts';
import { notifyAgents, numberShown } from './agent-events.ts';
import type { CallLife, CallState, EndReason, TimelineEvent } from './call-life.ts';
import type { CallPlan } from './call-plan.ts';
import { CallReports } from './call-reports.ts';
import { END_TEXTS, KIND_TEXTS } from './call-texts.ts';
import { limitDuration } from './duration-limit.ts';
import { Legs } from './leg.ts';
import type { Leg } from './leg.ts';
import { Timeline } from './timeline.ts';
import { Timers } from './timers.ts';

/**
 * A call with a life: its phones ring, answer, transfer and hang up, and the agents and endpoints
 * are notified. Each phone's part is a leg.
 */
export class LiveCall {
  readonly id: string;
  readonly plan: CallPlan;
  readonly #pbx: CallEnvironment;
  readonly #reports: CallReports;
  /** Timers of the whole call: the next step, the end. */
  readonly #timers: Timers;
  readonly #steps: readonly (readonly Phone[])[];
  readonly #first: Phone;
  readonly #legs: Legs;
  readonly #timeline: Timeline;
  readonly #startedAt: number;
  #nextStep = 0;
  #state: CallState = 'waiting';
  #answeredAt: number | null = null;
  #endedAt: number | null = null;
  #endReason: EndReason | null = null;
  /** One phone asks another before it hands the caller over. */
  #consultation: { readonly from: Leg; readonly to: Leg } | null = null;

  /** @throws when a phone of the plan does not exist */
  constructor(plan: CallPlan, pbx: CallEnvironment) {
    this.plan = plan;
    this.#pbx = pbx;
    this.#steps = plan.steps.map((step) => step.map((deviceId) => pbx.phone(deviceId)));
    const first = plan.caller === null ? this.#steps[0]?.[0] : pbx.phone(plan.caller);
    if (!first) throw new Error('A call needs a phone.');
    this.#first = first;
    this.id = pbx.newId();
    this.#timers = new Timers(pbx.clock);
    this.#legs = new Legs(pbx.clock);
    this.#timeline = new Timeline(pbx.clock, () => {
      pbx.onChange(this.view());
    });
    this.#startedAt = pbx.clock.now();
    this.#reports = new CallReports(pbx, {
      id: this.id,
      kind: plan.kind,
      timeline: this.#timeline,
      onReportFailed: () => {
        this.#end('notificationFailed');
      },
    });
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  begin(): void {
    const { kind, phoneNumber, caller, waitMs } = this.plan;
    this.#timeline.note('started', `${KIND_TEXTS[kind]}, ${phoneNumber}`);
    if (caller !== null) this.#placeFrom(this.#first);
    else if (waitMs > 0) this.#wait(waitMs, 'In the menu or queue.');
    else this.#ringNext();
  }

  /** Whether this phone is off the hook in this call. */
  uses(deviceId: string): boolean {
    const leg = this.#legs.ofPhone(deviceId);
    return leg !== undefined && leg.state !== 'ringing';
  }

  /**
   * Answers a ringing phone, the first one by default, or else the dialled party.
   * @throws when nothing rings
   */
  answer(deviceId?: string): void {
    const leg = this.#ringing(deviceId);
    if (leg) this.#answerLeg(leg);
    else if (deviceId === undefined && this.#state === 'ringingDestination') this.#connect(null);
    else throw new Error('Nothing rings in this call any more.');
  }

  /**
   * A ringing phone, the first one by default, or else the dialled party refuses the call.
   * @throws when nothing rings
   */
  refuse(deviceId?: string): void {
    const leg = this.#ringing(deviceId);
    if (leg) this.#leave(leg, 'Refused.', 'refused');
    else if (deviceId === undefined && this.#state === 'ringingDestination') this.#end('refused');
    else throw new Error('Nothing rings in this call any more.');
  }

  /** Ends the call; or only one phone hangs up. @throws when that phone is not in the call */
  hangUp(deviceId?: string): void {
    if (this.hasEnded) return;
    if (deviceId === undefined) {
      this.#end('hungUp');
      return;
    }
    const leg = this.#legs.ofPhone(deviceId);
    if (!leg) throw new Error(`The phone ${deviceId.slice(0, 40)} is not in this call.`);
    if (leg === this.#consultation?.from) this.#handOver(leg, this.#consultation.to);
    else if (leg.state === 'ringing') this.#leave(leg, 'Refused.', 'refused');
    else if (leg === this.#consultation?.to) this.#leave(leg, 'Hung up.', 'hungUp');
    else this.#end('hungUp');
  }

  /** @throws when no phone talks, or the other one is in the call */
  transferBlind(to: Phone): void {
    const from = this.#transferring(to);
    this.#timeline.note('transferStarted', `Without asking, to ${this.#pbx.nameOf(to)}.`, from);
    this.#endLeg(from);
    this.#timers.stop();
    this.#nextStep = this.#steps.length;
    this.#ring([to], this.#pbx.settings().ringTimeoutMs, numberShown(from, this.#pbx));
  }

  /** @throws when no phone talks, the other one is in the call or busy, or a transfer goes on */
  transferAttended(to: Phone): void {
    const from = this.#transferring(to);
    if (this.#isBusy(to)) throw new Error(`The phone ${to.deviceId} is busy.`);
    this.#timeline.note('transferStarted', `Asks ${this.#pbx.nameOf(to)} first.`, from);
    const leg = this.#addLeg(to, 'called', 'ringing', numberShown(from, this.#pbx));
    this.#consultation = { from, to: leg };
    const { ringTimeoutMs } = this.#pbx.settings();
    this.#startRinging([leg], ringTimeoutMs);
    leg.timers.after(ringTimeoutMs, () => {
      this.#leave(leg, 'No answer.', 'noAnswer');
    });
  }

  /** @throws when no phone was asked, or it has not answered */
  completeTransfer(): void {
    if (this.#consultation?.to.state !== 'talking') {
      throw new Error('Start an attended transfer first, and answer it.');
    }
    this.#handOver(this.#consultation.from, this.#consultation.to);
  }

  /** Ends the call without notifications. Idempotent. */
  close(): void {
    this.#reports.close();
    this.#timers.stop();
    if (this.hasEnded) return;
    this.#state = 'ended';
    this.#endedAt = this.#pbx.clock.now();
    this.#endReason = 'closed';
    this.#legs.endAll();
  }

  view(): CallLife {
    const { kind, phoneNumber, callCenter } = this.plan;
    return {
      id: this.id,
      kind,
      direction: kind === 'incoming' ? 'incoming' : 'outgoing',
      phoneNumber,
      callCenter,
      deviceId: this.#first.deviceId,
      userId: this.#first.userId,
      state: this.#state,
      startedAt: this.#startedAt,
      answeredAt: this.#answeredAt,
      endedAt: this.#endedAt,
      endReason: this.#endReason,
      legs: this.#legs.views(),
      timeline: this.#timeline.entries(),
    };
  }

  #placeFrom(phone: Phone): void {
    const isClickToCall = this.plan.kind === 'clickToCall';
    const leg = this.#addLeg(phone, 'calling', isClickToCall ? 'ringing' : 'dialling', this.plan.phoneNumber);
    if (!isClickToCall) {
      this.#dial(leg);
      return;
    }
    this.#state = 'ringingDevice';
    const { ringTimeoutMs } = this.#pbx.settings();
    this.#noteRinging(leg);
    this.#answerByItself(leg, ringTimeoutMs);
    this.#timers.after(ringTimeoutMs, () => {
      this.#end('noAnswer');
    });
  }

  /** The calling phone is off the hook, and the number is dialled. */
  #dial(leg: Leg): void {
    const { ringTimeoutMs, destinationAnswerMs } = this.#pbx.settings();
    this.#timers.stop();
    leg.state = 'dialling';
    this.#state = 'ringingDestination';
    if (this.#steps.length > 0) {
      this.#notifyAgents([leg]);
      this.#ringNext();
      return;
    }
    this.#timeline.note('destinationRinging', `${leg.phoneNumber} rings.`);
    this.#notifyAgents([leg]);
    const isAnswered = destinationAnswerMs !== null && destinationAnswerMs < ringTimeoutMs;
    this.#timers.after(isAnswered ? destinationAnswerMs : ringTimeoutMs, () => {
      if (isAnswered) this.#connect(null);
      else this.#end('noAnswer');
    });
  }

  #wait(ms: number, text: string): void {
    this.#state = 'waiting';
    this.#timeline.note('waiting', text);
    this.#timers.after(ms, () => {
      this.#ringNext();
    });
  }

  #ringNext(): void {
    const step = this.#steps[this.#nextStep];
    if (!step) return;
    this.#nextStep += 1;
    const number = this.plan.caller === null ? this.plan.phoneNumber : internalNumber(this.#first);
    this.#ring(step, this.plan.ringMs ?? this.#pbx.settings().ringTimeoutMs, number);
  }

  #ring(phones: readonly Phone[], ringMs: number, phoneNumber: string): void {
    const free = phones.filter((phone) => !this.#isBusy(phone));
    for (const phone of phones.filter((one) => !free.includes(one))) {
      this.#timeline.note('deviceBusy', `${this.#pbx.nameOf(phone)} is busy.`, phone);
    }
    if (free.length === 0) {
      this.#goOn('refused');
      return;
    }
    if (this.#state !== 'ringingDestination') this.#state = 'ringingDevice';
    const legs = free.map((phone) => this.#addLeg(phone, 'called', 'ringing', phoneNumber));
    this.#startRinging(legs, ringMs);
    this.#timers.after(ringMs, () => {
      this.#goOn('noAnswer', 'No answer.');
    });
  }

  #startRinging(legs: readonly Leg[], ringMs: number): void {
    for (const leg of legs) this.#noteRinging(leg);
    this.#notifyAgents(legs);
    for (const leg of legs) this.#answerByItself(leg, ringMs);
  }

  #noteRinging(leg: Leg): void {
    this.#timeline.note('deviceRinging', `${this.#pbx.nameOf(leg.phone)} rings.`, leg);
  }

  /** A person takes a phone after a while, but no second call while they talk on it. */
  #answerByItself(leg: Leg, ringMs: number): void {
    const ms = leg.phone.answerMs ?? this.#pbx.settings().deviceAnswerMs;
    if (ms === null || ms === 'byHand' || ms >= ringMs) return;
    leg.timers.after(ms, () => {
      const isSecond = leg.role === 'called' && this.#pbx.isInUse(leg.phone.deviceId, this.id);
      if (!isSecond) this.#answerLeg(leg);
    });
  }

  /** The phones of a step did not answer: the next step, or the end. */
  #goOn(reason: EndReason, text = ''): void {
    this.#timers.stop();
    if (this.#nextStep >= this.#steps.length) {
      this.#end(reason);
      return;
    }
    const ringing = this.#legs.inState('ringing');
    for (const leg of ringing) this.#endLeg(leg, 'deviceStopped', text);
    if (this.plan.pauseMs > 0) this.#wait(this.plan.pauseMs, 'In the queue.');
    else this.#ringNext();
  }

  #answerLeg(leg: Leg): void {
    leg.timers.stop();
    if (leg.role === 'calling') {
      this.#timeline.note('deviceAnswered', `${this.#pbx.nameOf(leg.phone)} is off the hook.`, leg);
      this.#reports.devicePickedUp(leg);
      this.#dial(leg);
    } else if (leg === this.#consultation?.to) {
      this.#timeline.note('deviceAnswered', `${this.#pbx.nameOf(leg.phone)} is asked.`, leg);
      this.#talk(leg);
    } else {
      const others = this.#legs.inState('ringing').filter((other) => other !== leg);
      this.#connect(leg);
      for (const other of others) this.#endLeg(other, 'deviceStopped', 'Another phone answered.');
    }
  }

  /** @param answering the phone that answered; `null`: the other party outside */
  #connect(answering: Leg | null): void {
    this.#timers.stop();
    this.#state = 'answered';
    this.#answeredAt ??= this.#pbx.clock.now();
    const dialling = this.#legs.inState('dialling');
    const who = answering ? this.#pbx.nameOf(answering.phone) : this.plan.phoneNumber;
    this.#timeline.note('answered', `By ${who}.`, answering);
    const { hangUpMs } = this.#pbx.settings();
    if (hangUpMs !== null) {
      this.#timers.after(hangUpMs, () => {
        this.#end('hungUp');
      });
    }
    for (const leg of answering ? [answering, ...dialling] : dialling) this.#talk(leg);
  }

  #talk(leg: Leg): void {
    leg.state = 'talking';
    leg.answeredAt = this.#pbx.clock.now();
    limitDuration(leg, this.#pbx.parseHangupReply, {
      timeline: this.#timeline,
      confirmHangup: (then) => this.#reports.confirmHangup(leg, then),
      end: (reason, text) => {
        this.#end(reason, text);
      },
    });
    this.#reports.answered(leg);
  }

  /** One phone leaves; the call goes on with another, with the next step, or ends. */
  #leave(leg: Leg, text: string, reason: EndReason): void {
    const event = leg.state === 'ringing' ? 'deviceStopped' : 'deviceHungUp';
    if (leg === this.#consultation?.to) {
      this.#consultation = null;
      this.#endLeg(leg, event, text);
    } else if (leg.role === 'called' && this.#legs.inState('ringing').some((one) => one !== leg)) {
      this.#endLeg(leg, event, text);
    } else this.#goOn(reason, text);
  }

  /** The phone that asked leaves the caller to the other one, which may still ring. */
  #handOver(from: Leg, to: Leg): void {
    this.#consultation = null;
    this.#timeline.note('transferCompleted', `${this.#pbx.nameOf(to.phone)} takes over.`, from);
    this.#endLeg(from);
    if (to.state === 'talking') return;
    this.#state = 'ringingDevice';
    this.#timers.stop();
    this.#nextStep = this.#steps.length;
  }

  #transferring(to: Phone): Leg {
    const talking = this.#legs.inState('talking');
    const from = talking.findLast(({ role }) => role === 'called') ?? talking[0];
    if (!from || this.#consultation) throw new Error('Only a phone that talks can transfer, once at a time.');
    if (this.#legs.ofPhone(to.deviceId)) throw new Error(`The phone ${to.deviceId} is already in this call.`);
    if (this.#legs.areTooMany) throw new Error('This call was transferred too often.');
    return from;
  }

  #isBusy({ deviceId, whileTalking }: Phone): boolean {
    return whileTalking === 'busy' && this.#pbx.isInUse(deviceId, this.id);
  }

  #ringing(deviceId: string | undefined): Leg | undefined {
    const ringing = this.#legs.inState('ringing');
    return deviceId === undefined ? ringing[0] : ringing.find(({ phone }) => phone.deviceId === deviceId);
  }

  #addLeg(phone: Phone, role: Leg['role'], state: Leg['state'], phoneNumber: string): Leg {
    // As in Asterisk, the leg that begins the call has the call's id.
    const id = role === 'calling' ? this.id : this.#pbx.newId();
    return this.#legs.add({ id, phone, role, phoneNumber, state });
  }

  #endLeg(leg: Leg, event?: TimelineEvent, text = ''): void {
    this.#legs.end(leg);
    if (event) this.#timeline.note(event, `${this.#pbx.nameOf(leg.phone)}. ${text}`, leg);
    this.#reports.ended(leg);
  }

  #end(reason: EndReason, text = ''): void {
    if (this.hasEnded) return;
    this.#timers.stop();
    this.#consultation = null;
    this.#state = 'ended';
    this.#endedAt = this.#pbx.clock.now();
    this.#endReason = reason;
    const open = this.#legs.endAll();
    this.#timeline.note('ended', `${END_TEXTS[reason]}${text === '' ? '' : ` ${text}`}`);
    for (const leg of open) this.#reports.ended(leg);
    this.#reports.over();
  }

  #notifyAgents(legs: readonly Leg[]): void {
    notifyAgents(legs, { id: this.id, callCenter: this.plan.callCenter }, this.#pbx, this.#timeline);
  }
}
