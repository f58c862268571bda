import type { CallEnvironment } from './call-environment.ts';
import type { CallLife } from './call-life.ts';
import type { CallPlan } from './call-plan.ts';
import { LiveCall } from './live-call.ts';

const CALLS_KEPT = 200;

/** The calls with a life, in progress and past. */
export class CallCentre {
  readonly #pbx: CallEnvironment;
  readonly #calls = new Map<string, LiveCall>();
  #closed = false;

  /** @param pbx `isInUse` is answered here */
  constructor(pbx: Omit<CallEnvironment, 'isInUse'>) {
    this.#pbx = {
      ...pbx,
      isInUse: (deviceId, exceptCallId) =>
        [...this.#calls.values()].some((call) => call.id !== exceptCallId && call.uses(deviceId)),
    };
  }

  /** @throws when a phone does not exist */
  start(plan: CallPlan): CallLife {
    if (this.#closed) throw new Error('The simulator is closed.');
    const call = new LiveCall(plan, this.#pbx);
    this.#calls.set(call.id, call);
    this.#forgetOld();
    call.begin();
    return call.view();
  }

  /** Starts a call of the same plan. @throws when there is no such call */
  redial(id: string): CallLife {
    return this.start(this.#require(id).plan);
  }

  /** The latest 200 calls, and older ones that have not ended; newest first. */
  all(): CallLife[] {
    return Array.from(this.#calls.values(), (call) => call.view()).reverse();
  }

  /** Lets something happen in a call. @throws when there is no such call, or `act` does */
  change(id: string, act: (call: LiveCall) => void): CallLife {
    const call = this.#require(id);
    act(call);
    return call.view();
  }

  /** Ends all calls without notifications. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const call of this.#calls.values()) call.close();
  }

  #require(id: string): LiveCall {
    const call = this.#calls.get(id);
    if (!call) throw new Error(`There is no call ${id.slice(0, 40)}.`);
    return call;
  }

  #forgetOld(): void {
    for (const call of this.#calls.values()) {
      if (this.#calls.size <= CALLS_KEPT) return;
      if (call.hasEnded) this.#calls.delete(call.id);
    }
  }
}
