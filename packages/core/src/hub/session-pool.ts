import type { AgentConfiguration, CallMessage, ConfigurationEntity } from '../protocol/messages.ts';
import type { SessionOptions } from '../session/contract.ts';
import { serverKey, type ServerOptions } from '../net/server-url.ts';
import type { CallSighting } from '../outcome/contract.ts';
import type { Clock } from '../time/clock.ts';
import { callSafely } from '../call-safely.ts';
import { SharedSession, type SessionHome } from './shared-session.ts';

/**
 * All sessions of a hub: one for each agent and server settings.
 *
 * The server allows one session per agent. When the settings of an agent's server change (another
 * address or TLS option), the old session drains first and the new one connects after it.
 */
export class SessionPool implements SessionHome {
  readonly clock: Clock;
  readonly #options: Omit<SessionOptions, 'server'>;
  /** By `serverKey`. */
  readonly #servers = new Map<string, ServerSessions>();
  /** Sessions without users that still read their last calls, by idCrm. */
  readonly #draining = new SessionsByAgent();
  /** Sessions that wait until another session of the same agent has ended, by idCrm. */
  readonly #waiting = new SessionsByAgent();
  readonly #onCall: ((call: CallSighting) => unknown) | undefined;

  /** @param onCall gets every call event of every session, before its users do */
  constructor(options: Omit<SessionOptions, 'server'>, onCall?: (call: CallSighting) => unknown) {
    this.clock = options.clock;
    this.#options = options;
    this.#onCall = onCall;
  }

  /** Sessions with users, whatever their state. */
  get size(): number {
    return [...this.#servers.values()].reduce((sum, { sessions }) => sum + sessions.size, 0);
  }

  /**
   * The agent's session; made, but not started, when there is none.
   * @throws AccoladesError `INVALID_URL` or `INVALID_CREDENTIAL` for settings that cannot be used
   */
  sessionOf(server: ServerOptions, idCrm: string): SharedSession {
    const key = serverKey(server);
    const { options, sessions } = this.#servers.get(key) ?? this.#addServer(key, server);
    const existing = sessions.get(idCrm);
    if (existing !== undefined) return existing;
    const shared = new SharedSession(idCrm, options, this);
    sessions.set(idCrm, shared);
    for (const other of this.#othersOf(shared)) shared.session.learnFrom(other.session);
    return shared;
  }

  /** The agent's session; undefined without one. */
  find(server: ServerOptions, idCrm: string): SharedSession | undefined {
    return this.#servers.get(serverKey(server))?.sessions.get(idCrm);
  }

  /** Ends the wait of an agent's session for its next attempt, where it waits for one. */
  retryNow(server: ServerOptions, idCrm: string): void {
    this.find(server, idCrm)?.session.retryNow();
  }

  /** Connects a session, or makes it wait until the other sessions of its agent have ended. */
  start(shared: SharedSession): void {
    if (shared.session.status.state !== 'idle') return;
    if (!this.#isBlocked(shared)) shared.session.start();
    else if (!this.isWaiting(shared)) this.#waiting.add(shared);
  }

  // For the sessions, see `SessionHome`:

  called({ session }: SharedSession, { type, uniqueId, phoneNumber, callCenter }: CallMessage): void {
    const direction = type === 'incomingCall' ? 'incoming' : 'outgoing';
    const phoneId = session.configuration?.phone?.id ?? null;
    callSafely(() => this.#onCall?.({ direction, uniqueId, phoneNumber, callCenter, phoneId }));
  }

  usersChanged(shared: SharedSession): void {
    this.#startWaiting(shared.session.idCrm);
  }

  successorsOf(shared: SharedSession): readonly SharedSession[] {
    return this.#othersOf(shared).filter(
      ({ session, isHeard }) => isHeard && session.status.state !== 'ready',
    );
  }

  isWaiting(shared: SharedSession): boolean {
    return this.#waiting.of(shared.session.idCrm).includes(shared);
  }

  draining(shared: SharedSession): void {
    this.#remove(shared);
    this.#draining.add(shared);
  }

  ended(shared: SharedSession): void {
    this.#remove(shared);
    this.#draining.delete(shared);
    this.#waiting.delete(shared);
    // Draining sessions of the agent may have no users left.
    for (const other of this.#draining.of(shared.session.idCrm)) other.endIfUnused();
    this.#startWaiting(shared.session.idCrm);
  }

  #addServer(key: string, server: ServerOptions): ServerSessions {
    const options: SessionOptions = {
      ...this.#options,
      server,
      keep: withSharedAccount(),
      isHeldHere: (idCrm) =>
        [...this.#servers].some(
          ([other, { sessions }]) => other !== key && sessions.get(idCrm)?.session.mayReceiveCalls === true,
        ),
    };
    const added = { options, sessions: new Map<string, SharedSession>() };
    this.#servers.set(key, added);
    return added;
  }

  /** A new session may have taken the place of one that drained. */
  #remove(shared: SharedSession): void {
    const { idCrm } = shared.session;
    for (const [key, { sessions }] of this.#servers) {
      if (sessions.get(idCrm) !== shared) continue;
      sessions.delete(idCrm);
      if (sessions.size === 0) this.#servers.delete(key);
    }
  }

  #startWaiting(idCrm: string): void {
    for (const shared of this.#waiting.of(idCrm)) {
      if (this.#isBlocked(shared)) continue;
      this.#waiting.delete(shared);
      if (shared.hasUsers) shared.session.start();
      else shared.endIfUnused();
    }
  }

  /**
   * A session without live users ends soon or loses its users to this one: wait. With live users it
   * stays: connect, and let the server decide.
   */
  #isBlocked(shared: SharedSession): boolean {
    return this.#othersOf(shared).some(({ session, isLive }) => session.status.state !== 'idle' && !isLive);
  }

  /** The other sessions of the same agent. */
  #othersOf(shared: SharedSession): readonly SharedSession[] {
    // The usual case, asked at every call.
    if (this.#servers.size <= 1 && this.#draining.isEmpty) return NONE;
    const { idCrm } = shared.session;
    const used = [...this.#servers.values()].flatMap(({ sessions }) => sessions.get(idCrm) ?? []);
    return [...used, ...this.#draining.of(idCrm)].filter((other) => other !== shared);
  }
}

const NONE: readonly SharedSession[] = [];

/** The sessions with one server, over one set of TLS and proxy options. */
interface ServerSessions {
  readonly options: SessionOptions;
  /** By idCrm. */
  readonly sessions: Map<string, SharedSession>;
}

/**
 * Keeps equal accounts only once: thousands of configurations may have the same, whose text may be
 * long.
 */
function withSharedAccount(): (configuration: AgentConfiguration) => AgentConfiguration {
  let known: ConfigurationEntity | null = null;
  return (configuration) => {
    const { account } = configuration;
    if (account !== null && account.id === known?.id && account.data === known.data) {
      return { ...configuration, account: known };
    }
    known = account;
    return configuration;
  };
}

/** A few sessions of a few agents. */
class SessionsByAgent {
  readonly #byAgent = new Map<string, readonly SharedSession[]>();

  get isEmpty(): boolean {
    return this.#byAgent.size === 0;
  }

  of(idCrm: string): readonly SharedSession[] {
    return this.#byAgent.get(idCrm) ?? [];
  }

  add(shared: SharedSession): void {
    const { idCrm } = shared.session;
    this.#byAgent.set(idCrm, [...this.of(idCrm), shared]);
  }

  delete(shared: SharedSession): void {
    const { idCrm } = shared.session;
    const left = this.of(idCrm).filter((other) => other !== shared);
    if (left.length > 0) this.#byAgent.set(idCrm, left);
    else this.#byAgent.delete(idCrm);
  }
}
