import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../time/clock.ts';

/**
 * Length of a cool-down, in milliseconds. Our choice: the vendor publishes neither the number of
 * bad requests that block an IP address nor the duration of the block.
 */
export const DEFAULT_COOL_DOWN_MS = 15 * 60_000;

/** Maximum number of parallel requests with credentials that the server has accepted before. */
const MAX_PARALLEL = 4;
/** Maximum number of remembered credentials. Those in use or cooling down are never forgotten. */
const MAX_REMEMBERED = 1_000;
/**
 * Maximum number of corrected credentials tried during one cool-down: enough for typing errors, not
 * for a list of passwords.
 */
const MAX_CORRECTIONS = 3;

/**
 * Refusals that count towards a block of the IP address: failed authentications and invalid paths.
 * [help] `IP_REJECTED` is the block itself.
 */
export const COUNTED_REFUSALS = ['UNAUTHORIZED', 'COMMAND_NOT_FOUND', 'IP_REJECTED'] as const;
export type RefusalReason = (typeof COUNTED_REFUSALS)[number];

export interface Cooling {
  readonly reason: RefusalReason;
  /** Whether these credentials were refused, not those of another account of the server. */
  readonly own: boolean;
  /** Time left by the monotonic clock, in whole milliseconds, rounded up. */
  readonly leftMs: number;
  /**
   * ISO 8601, to the second. By the current wall clock, which may have changed since the refusal.
   */
  readonly until: string;
}

/** The effect of the answer on the credentials. */
export type GateOutcome = 'accepted' | 'nothing' | RefusalReason;

export interface Pass {
  /**
   * Ends the request.
   * @param coolDownMs length of the cool-down after a refusal; 0: none
   */
  leave(outcome: GateOutcome, coolDownMs: number): Cooling | null;
}

export type Entry =
  | { readonly kind: 'pass'; readonly pass: Pass }
  | { readonly kind: 'cooling'; readonly cooling: Cooling }
  /** The signal was aborted before the request was admitted. */
  | { readonly kind: 'aborted' };

export interface GateAccount {
  readonly baseUrl: string;
  readonly accountNumber: string;
  readonly password: string;
}

/**
 * Prevents a block of the user's IP address. After one refusal that counts, it rejects all requests
 * to that server, of all accounts, for a time. Credentials that the server has not accepted yet run
 * one at a time, so that a hundred calls, or ten wrong accounts, do not fail together.
 *
 * During a cool-down it still admits corrections, {@link MAX_CORRECTIONS} in all: another password
 * or address of a refused account, and manual tests. The first accepted one ends the cool-down,
 * except for the refused credentials. After `403.6` it admits nothing.
 *
 * It stores no password, only a keyed hash.
 */
export class RequestGate {
  readonly #clock: Clock;
  readonly #hashKey = randomBytes(32);
  readonly #lanes = new Map<string, Lane>();
  readonly #servers = new Map<string, Server>();

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  /** @param byHand a user tests these credentials */
  async enter(account: GateAccount, signal: AbortSignal, byHand = false): Promise<Entry> {
    const server = this.#serverOf(account);
    const lane = this.#laneOf(account);
    server.users++;
    lane.users++;
    const refuse = <Refusal>(refusal: Refusal): Refusal => {
      server.users--;
      lane.users--;
      return refusal;
    };
    for (;;) {
      const own = this.#coolingOf(lane.block, true);
      const cooling = own ?? this.#coolingOf(server.block, false);
      const isCorrection = cooling !== null && own === null && mayCorrect(server, account, byHand);
      if (cooling !== null && !isCorrection) return refuse({ kind: 'cooling', cooling });
      if (signal.aborted) return refuse({ kind: 'aborted' });
      const isTrusted = lane.accepted && !isCorrection;
      if (isTrusted ? lane.running < MAX_PARALLEL : !server.testing) {
        return { kind: 'pass', pass: this.#admit(server, lane, account, { isTrusted, isCorrection }) };
      }
      await server.nextChange(signal);
    }
  }

  #admit(
    server: Server,
    lane: Lane,
    { accountNumber }: GateAccount,
    { isTrusted, isCorrection }: { readonly isTrusted: boolean; readonly isCorrection: boolean },
  ): Pass {
    lane.running++;
    if (!isTrusted) server.testing = true;
    if (isCorrection) server.corrections++;
    return {
      leave: (outcome, coolDownMs) => {
        lane.running--;
        if (!isTrusted) server.testing = false;
        let block: Block | undefined;
        if (outcome === 'accepted') {
          lane.accepted = true;
          if (isCorrection) server.endBlock();
        } else if (outcome !== 'nothing') {
          lane.accepted = false;
          block = this.#startBlock(outcome, coolDownMs);
        }
        if (block !== undefined) {
          lane.block = block;
          const before = this.#coolingOf(server.block, false);
          if (before === null) server.endBlock();
          if (before?.reason !== 'IP_REJECTED') server.block = block;
          server.refused.add(accountNumber);
        }
        server.users--;
        lane.users--;
        server.wakeAll();
        return this.#coolingOf(block, true);
      },
    };
  }

  #startBlock(reason: RefusalReason, coolDownMs: number): Block | undefined {
    if (coolDownMs <= 0) return undefined;
    return {
      reason,
      endsAt: this.#clock.monotonic() + coolDownMs,
    };
  }

  #coolingOf(block: Block | undefined, own: boolean): Cooling | null {
    if (block === undefined) return null;
    const leftMs = Math.ceil(block.endsAt - this.#clock.monotonic());
    if (leftMs <= 0) return null;
    const seconds = Math.ceil((this.#clock.now() + leftMs) / 1_000);
    return { reason: block.reason, own, leftMs, until: new Date(seconds * 1_000).toISOString() };
  }

  #serverOf({ baseUrl }: GateAccount): Server {
    const { origin } = new URL(baseUrl);
    const server = this.#servers.get(origin) ?? new Server();
    this.#servers.set(origin, server);
    return server;
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
      if (lane.users === 0 && this.#coolingOf(lane.block, true) === null) this.#lanes.delete(key);
    }
    for (const [origin, server] of this.#servers) {
      if (server.users === 0 && this.#coolingOf(server.block, false) === null) this.#servers.delete(origin);
    }
  }
}

/**
 * Whether these may be corrected credentials: another password or address of a refused account, or
 * a manual test.
 */
function mayCorrect(server: Server, { accountNumber }: GateAccount, byHand: boolean): boolean {
  return (
    server.block?.reason !== 'IP_REJECTED' &&
    server.corrections < MAX_CORRECTIONS &&
    (byHand || server.refused.has(accountNumber))
  );
}

interface Block {
  readonly reason: RefusalReason;
  /** Monotonic time of the end. */
  readonly endsAt: number;
}

/** The requests of one account and password. */
class Lane {
  /** Waiting and running requests. */
  users = 0;
  running = 0;
  accepted = false;
  block: Block | undefined;
}

/** The requests of all accounts of one server. */
class Server {
  /** Waiting and running requests. */
  users = 0;
  /** True while a request with credentials that were not accepted yet runs. */
  testing = false;
  block: Block | undefined;
  /** Account numbers refused during the block. */
  readonly refused = new Set<string>();
  /** Number of corrected credentials tried during the block. */
  corrections = 0;
  readonly #waiting = new Set<() => void>();

  /** Ends the block. */
  endBlock(): void {
    this.block = undefined;
    this.refused.clear();
    this.corrections = 0;
  }

  /** Wakes all waiting requests in order. Each checks again whether it is admitted. */
  wakeAll(): void {
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
