import type { AgentConfiguration, CallMessage, ConfigurationEntity } from '../protocol/messages.ts';
import type { SessionOptions } from '../session/contract.ts';
import { serverKey, type ServerOptions } from '../net/server-url.ts';
import type { CallSighting } from '../outcome/contract.ts';
import { callSafely } from './call-safely.ts';
import { SharedSession, type SessionHome } from './shared-session.ts';

/**
 * All sessions of a hub: one for each agent and server settings.
 *
 * The server allows one session per agent. When the settings of an agent's server change (another
 * address or TLS option), the old session drains first and the new one connects after it.
 */
export class SessionPool {
  readonly #options: Omit<SessionOptions, 'server'>;
  readonly #servers = new Map<string, ServerSessions>();
  /** Sessions without users that still read their last calls, by idCrm. */
  readonly #draining = new SessionsByAgent();
  /** Sessions that wait until another session of the same agent has ended, by idCrm. */
  readonly #waiting = new SessionsByAgent();

  readonly #onCall: ((call: CallSighting) => unknown) | undefined;

  /** @param onCall gets every call event of every session, before its users do */
  constructor(options: Omit<SessionOptions, 'server'>, onCall?: (call: CallSighting) => unknown) {
    this.#options = options;
    this.#onCall = onCall;
  }

  /** Sessions with users, whatever their state. */
  get size(): number {
    return [...this.#servers.values()].reduce((sum, { sessions }) => sum + sessions.size, 0);
  }

  /**
   * The sessions with one server.
   * @throws AccoladesError `INVALID_URL` or `INVALID_CREDENTIAL` for settings that cannot be used
   */
  server(server: ServerOptions): ServerSessions {
    const key = serverKey(server);
    return this.#servers.get(key) ?? new ServerSessions(key, { ...this.#options, server }, this);
  }

  /** The agent's session; undefined without one. */
  find(server: ServerOptions, idCrm: string): SharedSession | undefined {
    return this.#servers.get(serverKey(server))?.sessions.get(idCrm);
  }

  /** For sessions: one got a call event. */
  called({ session }: SharedSession, { type, uniqueId, phoneNumber, callCenter }: CallMessage): void {
    const direction = type === 'incomingCall' ? 'incoming' : 'outgoing';
    const phoneId = session.configuration?.phone?.id ?? null;
    callSafely(() => this.#onCall?.({ direction, uniqueId, phoneNumber, callCenter, phoneId }));
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

  /** For sessions: whether this process is connected for the agent with other server settings. */
  isHeldByOther(key: string, idCrm: string): boolean {
    return [...this.#servers.values()].some(
      (other) => other.key !== key && other.sessions.get(idCrm)?.session.mayReceiveCalls === true,
    );
  }

  /** For sessions: one was made. */
  added(shared: SharedSession, home: ServerSessions): void {
    this.#servers.set(home.key, home);
    for (const other of this.#othersOf(shared)) shared.session.learnFrom(other.session);
  }

  /** For sessions. */
  usersChanged(shared: SharedSession): void {
    this.#startWaiting(shared.session.idCrm);
  }

  /** For sessions: see `SessionHome`. */
  successorsOf(shared: SharedSession): readonly SharedSession[] {
    return this.#othersOf(shared).filter(
      ({ session, isHeard }) => isHeard && session.status.state !== 'ready',
    );
  }

  /** For sessions: see `SessionHome`. */
  isWaiting(shared: SharedSession): boolean {
    return this.#waiting.of(shared.session.idCrm).includes(shared);
  }

  /** For sessions. */
  draining(shared: SharedSession): void {
    this.#draining.add(shared);
  }

  /** Called by a session that has ended. */
  removed(shared: SharedSession, home: ServerSessions): void {
    this.#draining.delete(shared);
    this.#waiting.delete(shared);
    if (home.sessions.size === 0 && this.#servers.get(home.key) === home) this.#servers.delete(home.key);
    // Draining sessions of the agent may have no users left.
    for (const other of this.#draining.of(shared.session.idCrm)) other.endIfUnused();
    this.#startWaiting(shared.session.idCrm);
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
   * A session whose owners are away will end soon, or they come back and move to this one. One with
   * live users will not end: then the server says what follows from that.
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

/** The sessions with one server, over one set of TLS and proxy options. */
export class ServerSessions implements SessionHome {
  /** See `serverKey`. */
  readonly key: string;
  readonly options: SessionOptions;
  /** By idCrm. */
  readonly sessions = new Map<string, SharedSession>();
  readonly #pool: SessionPool;
  /**
   * The last received account, shared by thousands of configurations because its text may be long.
   */
  #account: ConfigurationEntity | null = null;

  constructor(key: string, options: SessionOptions, pool: SessionPool) {
    this.key = key;
    this.options = {
      ...options,
      keep: (configuration) => this.#withSharedAccount(configuration),
      isHeldHere: (idCrm) => pool.isHeldByOther(key, idCrm),
    };
    this.#pool = pool;
  }

  /** The agent's session; made, but not started, when there is none. */
  sessionOf(idCrm: string): SharedSession {
    const existing = this.sessions.get(idCrm);
    if (existing !== undefined) return existing;
    const shared = new SharedSession(idCrm, this);
    this.sessions.set(idCrm, shared);
    this.#pool.added(shared, this);
    return shared;
  }

  usersChanged(shared: SharedSession): void {
    this.#pool.usersChanged(shared);
  }

  successorsOf(shared: SharedSession): readonly SharedSession[] {
    return this.#pool.successorsOf(shared);
  }

  isWaiting(shared: SharedSession): boolean {
    return this.#pool.isWaiting(shared);
  }

  called(shared: SharedSession, call: CallMessage): void {
    this.#pool.called(shared, call);
  }

  draining(shared: SharedSession): void {
    this.sessions.delete(shared.session.idCrm);
    this.#pool.draining(shared);
  }

  ended(shared: SharedSession): void {
    const { idCrm } = shared.session;
    // A new session may have taken the place of one that drained.
    if (this.sessions.get(idCrm) === shared) this.sessions.delete(idCrm);
    this.#pool.removed(shared, this);
  }

  #withSharedAccount(configuration: AgentConfiguration): AgentConfiguration {
    const { account } = configuration;
    const known = this.#account;
    if (account !== null && account.id === known?.id && account.data === known.data) {
      return { ...configuration, account: known };
    }
    this.#account = account;
    return configuration;
  }
}
