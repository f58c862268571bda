import { createHmac, randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../time/clock.ts';

/**
 * How long no request is sent after a refusal, in milliseconds. Our choice: neither how many bad requests get an IP address
 * blocked nor for how long is published.
 */
export const DEFAULT_COOL_DOWN_MS = 15 * 60_000;

/** Requests at the same time, of credentials that the server has accepted before. */
const MAX_PARALLEL = 4;
/** Credentials that are remembered; those in use or cooling down are never forgotten. */
const MAX_REMEMBERED = 1_000;

export type RefusalReason = 'UNAUTHORIZED' | 'IP_REJECTED';

export interface Cooling {
  readonly reason: RefusalReason;
  /** ISO 8601 */
  readonly until: string;
}

/** What a request told about its credentials. */
export type GateOutcome = 'accepted' | 'nothing' | RefusalReason;

export interface Pass {
  /**
   * Ends the request.
   * @param coolDownMs for how long to refuse after a refusal; 0: not at all
   */
  leave(outcome: GateOutcome, coolDownMs: number): Cooling | null;
}

export type Entry =
  | { readonly kind: 'pass'; readonly pass: Pass }
  | { readonly kind: 'cooling'; readonly cooling: Cooling }
  /** The signal was aborted while others were before this request. */
  | { readonly kind: 'aborted' };

export interface GateAccount {
  readonly baseUrl: string;
  readonly accountNumber: string;
  readonly password: string;
}

/**
 * Keeps a wrong password from getting the user's IP address blocked: after an authentication failure it lets no request of
 * the same server, account and password pass for a time, after `403.6` none to that server at all. Credentials that the
 * server has not accepted yet pass one at a time, so that a list of a hundred calls does not fail a hundred times at once.
 *
 * Holds no password, only a keyed hash.
 */
export class RequestGate {
  readonly #clock: Clock;
  readonly #hashKey = randomBytes(32);
  readonly #lanes = new Map<string, Lane>();
  readonly #servers = new Map<string, Block>();

  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  async enter(account: GateAccount, signal: AbortSignal): Promise<Entry> {
    const server = new URL(account.baseUrl).origin;
    const lane = this.#laneOf(account);
    for (;;) {
      const cooling = this.#coolingOf(this.#servers.get(server)) ?? this.#coolingOf(lane.block);
      if (cooling !== null) return { kind: 'cooling', cooling };
      if (signal.aborted) return { kind: 'aborted' };
      if (lane.running < (lane.accepted ? MAX_PARALLEL : 1)) break;
      await lane.nextChange(signal);
    }
    lane.running++;
    return { kind: 'pass', pass: { leave: (outcome, ms) => this.#leave(server, lane, outcome, ms) } };
  }

  #leave(server: string, lane: Lane, outcome: GateOutcome, coolDownMs: number): Cooling | null {
    lane.running--;
    if (outcome === 'accepted') {
      lane.accepted = true;
      lane.block = undefined;
    }
    let block: Block | undefined;
    if (outcome === 'UNAUTHORIZED' || outcome === 'IP_REJECTED') {
      lane.accepted = false;
      if (coolDownMs > 0) {
        block = {
          reason: outcome,
          endsAt: this.#clock.monotonic() + coolDownMs,
          until: new Date(this.#clock.now() + coolDownMs).toISOString(),
        };
      }
    }
    if (block !== undefined && outcome === 'IP_REJECTED') this.#servers.set(server, block);
    else if (block !== undefined) lane.block = block;
    lane.changed();
    return this.#coolingOf(block);
  }

  #coolingOf(block: Block | undefined): Cooling | null {
    if (block === undefined || this.#clock.monotonic() >= block.endsAt) return null;
    return { reason: block.reason, until: block.until };
  }

  #laneOf(account: GateAccount): Lane {
    const key = createHmac('sha256', this.#hashKey)
      .update(JSON.stringify([account.baseUrl, account.accountNumber, account.password]))
      .digest('base64');
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      if (this.#lanes.size >= MAX_REMEMBERED) this.#forgetIdle();
      lane = new Lane();
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #forgetIdle(): void {
    for (const [key, lane] of this.#lanes) {
      if (lane.idle && this.#coolingOf(lane.block) === null) this.#lanes.delete(key);
    }
  }
}

interface Block {
  readonly reason: RefusalReason;
  /** By the monotonic clock. */
  readonly endsAt: number;
  readonly until: string;
}

/** The requests of one account and password. */
class Lane {
  running = 0;
  accepted = false;
  block: Block | undefined;
  readonly #waiting = new Set<() => void>();

  get idle(): boolean {
    return this.running === 0 && this.#waiting.size === 0;
  }

  /** Wakes all that wait, in their order; each looks again whether it may pass. */
  changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next change, or when the signal is aborted. */
  nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

/** The number is the version of the gate's interface, so that only builds that understand each other share one. */
const KEY = Symbol.for('@accolades-flow/core request gate 1');

/** The gate of this process, the same one for every separately bundled copy of this library. */
export function processRequestGate(): Pick<RequestGate, 'enter'> {
  const existing: unknown = Reflect.get(globalThis, KEY);
  if (isGate(existing)) return existing;
  const gate = new RequestGate();
  Reflect.set(globalThis, KEY, gate);
  return gate;
}

/** Another copy's gate is no instance of this copy's class. */
function isGate(value: unknown): value is Pick<RequestGate, 'enter'> {
  return typeof value === 'object' && value !== null && 'enter' in value && typeof value.enter === 'function';
}
