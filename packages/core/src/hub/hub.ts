import { createFilter } from '../call/filter.ts';
import { parseCountry } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { ServerOptions } from '../net/server-url.ts';
import type { CallSighting } from '../outcome/contract.ts';
import type { Platform } from '../platform/platform.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { AgentCredential } from './agent-list.ts';
import { agentStateOf, type AgentState } from './agent-state.ts';
import type { DeliverySettings } from './active-subscription.ts';
import { ConnectLimiter } from './connect-limiter.ts';
import { DurableSubscription } from './durable-subscription.ts';
import { SessionPool } from './session-pool.ts';
import type { SubscribeOptions, Subscription } from './subscription.ts';

/** How long a durable subscription outlives its owner's `unsubscribe`, in milliseconds. */
export const DEFAULT_LINGER_MS = 5_000;

/** The default filter. It has no numbers, so it needs no country. */
const DEFAULT_FILTER = createFilter({});

export interface HubOptions extends Pick<Platform, 'clock' | 'connect' | 'keepProcessAlive'> {
  /** Default {@link DEFAULT_LINGER_MS}. 0: a durable subscription ends with `unsubscribe`. */
  readonly lingerMs?: number;
  /** Maximum number of new connections per second. Default 50; 0: no limit. */
  readonly connectsPerSecond?: number;
  /** From 0 (inclusive) to 1 (exclusive). Default `Math.random`. */
  readonly random?: () => number;
  /** Gets every call event of every session once, before its subscriptions do. May throw. */
  readonly onCall?: (call: CallSighting) => unknown;
}

/**
 * Shares sessions between all nodes of a process, because the server allows one per agent. A
 * session ends with its last user.
 */
export class Hub {
  readonly #lingerMs: number;
  readonly #clock: Clock;
  readonly #keepProcessAlive: () => Timer;
  readonly #sessions: SessionPool;
  readonly #durables = new Map<string, DurableSubscription>();
  readonly #lingering = new Map<DurableSubscription, Timer>();
  /** Those whose owner is subscribed now. */
  readonly #live = new Set<DurableSubscription>();
  /** Keeps the process alive while an owner is subscribed; timers and sockets do not. */
  #alive: Timer | null = null;
  readonly #onAbandoned = (durable: DurableSubscription, lingerMs?: number): void => {
    this.#linger(durable, lingerMs);
  };

  constructor(options: HubOptions) {
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
    this.#clock = options.clock;
    this.#keepProcessAlive = options.keepProcessAlive;
    const limiter = new ConnectLimiter(this.#clock, options.connectsPerSecond);
    const sessionOptions = {
      clock: this.#clock,
      random: options.random ?? Math.random,
      connect: options.connect,
      admit: (go: () => void, isAgain: boolean) => limiter.admit(go, isAgain),
    };
    this.#sessions = new SessionPool(sessionOptions, options.onCall);
  }

  /** The number of sessions, in any state. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /**
   * Subscribes an owner to its agents. A session in backoff retries at once.
   * @throws AccoladesError `INVALID_URL`, `INVALID_PARAMETER` or `INVALID_CREDENTIAL`, with no
   *   effect
   */
  subscribe(options: SubscribeOptions): Subscription {
    if (options.agents.length === 0)
      throw new AccoladesError('INVALID_CREDENTIAL', { what: 'No agent is given.' });
    const settings = deliverySettings(options);
    const serverOptions = options.server ?? {};
    for (const { idCrm } of options.agents) this.#sessions.retryNow(serverOptions, idCrm);
    // After the retries, whose notifications may end other subscriptions and their sessions.
    const sessions = options.agents.map(({ label, idCrm }) => ({
      label,
      shared: this.#sessions.sessionOf(serverOptions, idCrm),
    }));
    const durable = this.#durableOf(options.owner);
    this.#live.add(durable);
    this.#alive ??= this.#keepProcessAlive();
    const subscription = durable.activate(settings, sessions, options.startPaused === true);
    for (const { shared } of sessions) this.#sessions.start(shared);
    return subscription;
  }

  /**
   * How agents are connected here, in the order given. Never opens a session.
   * @throws AccoladesError `INVALID_URL` or `INVALID_CREDENTIAL` for settings that cannot be used
   */
  agentStates(server: ServerOptions, agents: readonly AgentCredential[]): AgentState[] {
    return agents.map(({ label, idCrm }) => agentStateOf(label, this.#sessions.find(server, idCrm)));
  }

  /** The agent who is connected here with a phone; null without one. */
  agentOf(phoneId: string): { readonly label: string; readonly id: string | null } | null {
    for (const { members } of this.#durables.values()) {
      const member = members.find(({ ready, identity }) => ready && identity.phoneId === phoneId);
      if (member !== undefined) return { label: member.label, id: member.identity.id };
    }
    return null;
  }

  /** Ends all subscriptions and sessions. Idempotent. The hub can be used again. */
  close(): void {
    for (const durable of [...this.#durables.values()]) this.#release(durable);
  }

  #durableOf(owner: string): DurableSubscription {
    const existing = this.#durables.get(owner);
    if (existing !== undefined) {
      this.#stopLinger(existing);
      return existing;
    }
    const durable = new DurableSubscription(owner, this.#onAbandoned);
    this.#durables.set(owner, durable);
    return durable;
  }

  #linger(durable: DurableSubscription, lingerMs = this.#lingerMs): void {
    this.#endLive(durable);
    if (lingerMs <= 0 || durable.members.length === 0) {
      this.#release(durable);
      return;
    }
    const timer = this.#clock.start(lingerMs, () => {
      this.#release(durable);
    });
    this.#lingering.set(durable, timer);
  }

  #release(durable: DurableSubscription): void {
    this.#stopLinger(durable);
    this.#endLive(durable);
    this.#durables.delete(durable.owner);
    durable.clear();
  }

  #endLive(durable: DurableSubscription): void {
    this.#live.delete(durable);
    if (this.#live.size > 0) return;
    this.#alive?.stop();
    this.#alive = null;
  }

  #stopLinger(durable: DurableSubscription): void {
    this.#lingering.get(durable)?.stop();
    this.#lingering.delete(durable);
  }
}

/** @throws AccoladesError `INVALID_PARAMETER` */
function deliverySettings(options: SubscribeOptions): DeliverySettings {
  const country = parseCountry(options.country);
  return {
    country,
    accepts: options.filter === undefined ? DEFAULT_FILTER : createFilter(options.filter, country),
    includeConfiguration: options.includeConfiguration === true,
    onEvent: options.onEvent,
    onStatus: options.onStatus,
    onReport: options.onReport,
  };
}
