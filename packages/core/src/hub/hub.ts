import { createFilter } from '../call/filter.ts';
import { parseCountry } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { AgentConfiguration } from '../protocol/messages.ts';
import { systemClock, type Clock, type Timer } from '../time/clock.ts';
import type { TransportFactory } from '../net/transport.ts';
import { connectWebSocket } from '../platform/node/ws-transport.ts';
import { serverKey, type ServerOptions } from '../net/server-url.ts';
import { CommonAccount } from './common-account.ts';
import { ConnectLimiter } from './connect-limiter.ts';
import { Place } from './place.ts';
import { ServerSessions } from './server-sessions.ts';
import type { SessionOptions } from '../session/session.ts';
import type { SubscribeOptions, Subscription } from './subscription.ts';

/** How long an owner's place is kept after it unsubscribed without being removed, in milliseconds. */
export const DEFAULT_LINGER_MS = 5_000;

/** What reaches an owner that has not chosen: it names no numbers, which would be at home in a country. */
const DEFAULT_FILTER = createFilter({});

export interface HubOptions {
  /** Default {@link DEFAULT_LINGER_MS}; 0 keeps no place. */
  readonly lingerMs?: number;
  /** New connections per second at most. Default 50; 0: no limit. */
  readonly connectsPerSecond?: number;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly connect?: TransportFactory;
}

/**
 * Shares sessions among all nodes of a process, since the server allows one per agent. Sessions are keyed by server, TLS options
 * and agent, and end with their last user.
 */
export class Hub {
  readonly #lingerMs: number;
  readonly #clock: Clock;
  /** Of all sessions. */
  readonly #options: Omit<SessionOptions, 'server'>;
  readonly #servers = new Map<string, ServerSessions>();
  readonly #onAbandoned: (place: Place) => void;
  readonly #places = new Map<string, Place>();
  readonly #lingering = new Map<Place, Timer>();

  constructor(options: HubOptions = {}) {
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
    this.#clock = options.clock ?? systemClock;
    const limiter = new ConnectLimiter(this.#clock, options.connectsPerSecond);
    this.#options = {
      clock: this.#clock,
      random: options.random ?? Math.random,
      connect: options.connect ?? connectWebSocket,
      admit: (go, isAgain) => limiter.admit(go, isAgain),
    };
    this.#onAbandoned = (place) => {
      this.#abandoned(place);
    };
  }

  /** Sessions held now, whatever their state. */
  get sessionCount(): number {
    return [...this.#servers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Subscribes an owner to its agents. A session that waits for its next attempt is tried at once.
   * @throws AccoladesError `INVALID_URL`, `INVALID_PARAMETER` or `INVALID_CREDENTIAL`; nothing has changed then
   */
  subscribe(options: SubscribeOptions): Subscription {
    if (options.agents.length === 0)
      throw new AccoladesError('INVALID_CREDENTIAL', { what: 'No agent is given.' });
    const country = parseCountry(options.country);
    const settings = {
      country,
      accepts: options.filter === undefined ? DEFAULT_FILTER : createFilter(options.filter, country),
      includeConfiguration: options.includeConfiguration === true,
      onEvent: options.onEvent,
      onStatus: options.onStatus,
      onReport: options.onReport,
    };
    const server = options.server ?? {};
    const key = serverKey(server);
    for (const { idCrm } of options.agents) this.#servers.get(key)?.find(idCrm)?.session.retryNow();
    // Only now: another owner, which hears of that, may give up a session, and with it the last one.
    const home = this.#sessionsWith(key, server);
    const sessions = options.agents.map(({ label, idCrm }) => ({ label, shared: home.sessionOf(idCrm) }));
    const place = this.#placeOf(options.owner);
    const subscription = place.occupy(settings, sessions, options.startPaused === true);
    for (const { shared } of sessions) shared.session.start();
    return subscription;
  }

  /** Ends every subscription and session. Idempotent; the hub can be used again. */
  close(): void {
    for (const place of [...this.#places.values()]) this.#release(place);
  }

  #sessionsWith(key: string, server: ServerOptions): ServerSessions {
    const existing = this.#servers.get(key);
    if (existing !== undefined) return existing;
    const common = new CommonAccount();
    const options = { ...this.#options, server, keep: (one: AgentConfiguration) => common.in(one) };
    const sessions = new ServerSessions(key, options, () => {
      if (this.#servers.get(key) === sessions) this.#servers.delete(key);
    });
    this.#servers.set(key, sessions);
    return sessions;
  }

  #placeOf(owner: string): Place {
    const existing = this.#places.get(owner);
    if (existing !== undefined) {
      this.#stopLinger(existing);
      return existing;
    }
    const place = new Place(owner, this.#onAbandoned);
    this.#places.set(owner, place);
    return place;
  }

  #abandoned(place: Place): void {
    if (this.#lingerMs <= 0 || place.status.total === 0) {
      this.#release(place);
      return;
    }
    const timer = this.#clock.start(this.#lingerMs, () => {
      this.#release(place);
    });
    timer.unref();
    this.#lingering.set(place, timer);
  }

  #release(place: Place): void {
    this.#stopLinger(place);
    this.#places.delete(place.owner);
    place.clear();
  }

  #stopLinger(place: Place): void {
    this.#lingering.get(place)?.stop();
    this.#lingering.delete(place);
  }
}
