import type { Clock } from '../clock.ts';
import type { Phone } from '../pbx/phone-directory.ts';
import type { CallLeg, LegState } from './call-life.ts';
import { Timers } from './timers.ts';

/** What one phone does in a call. */
export interface Leg {
  readonly id: string;
  /** As it was when it came into the call. */
  readonly phone: Phone;
  readonly role: 'calling' | 'called';
  /** The other party's number, as this phone shows it. */
  readonly phoneNumber: string;
  readonly startedAt: number;
  state: LegState;
  answeredAt: number | null;
  endedAt: number | null;
  /** It has posted `answer`, or would have with an endpoint. */
  hasReportedAnswer: boolean;
  readonly timers: Timers;
}

/** A call that is handed around more often than this cannot be transferred again. */
const MAX_LEGS = 200;

/** The legs of one call, in the order in which the phones came into it. */
export class Legs {
  readonly #clock: Clock;
  readonly #all: Leg[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get areTooMany(): boolean {
    return this.#all.length >= MAX_LEGS;
  }

  add(leg: Pick<Leg, 'id' | 'phone' | 'role' | 'phoneNumber' | 'state'>): Leg {
    const added: Leg = {
      ...leg,
      startedAt: this.#clock.now(),
      answeredAt: null,
      endedAt: null,
      hasReportedAnswer: false,
      timers: new Timers(this.#clock),
    };
    this.#all.push(added);
    return added;
  }

  end(leg: Leg): void {
    leg.timers.stop();
    leg.state = 'ended';
    leg.endedAt = this.#clock.now();
  }

  /** Ends all that are open, and returns these. */
  endAll(): Leg[] {
    const open = this.#all.filter(({ state }) => state !== 'ended');
    for (const leg of open) this.end(leg);
    return open;
  }

  inState(wanted: LegState): Leg[] {
    return this.#all.filter(({ state }) => state === wanted);
  }

  /** The leg of this phone that has not ended. */
  ofPhone(deviceId: string): Leg | undefined {
    return this.#all.find(({ phone, state }) => phone.deviceId === deviceId && state !== 'ended');
  }

  views(): CallLeg[] {
    return this.#all.map(legView);
  }
}

function legView(leg: Leg): CallLeg {
  const { id, phone, role, phoneNumber, state, startedAt, answeredAt, endedAt } = leg;
  const { deviceId, userId } = phone;
  return { id, deviceId, userId, role, phoneNumber, state, startedAt, answeredAt, endedAt };
}
