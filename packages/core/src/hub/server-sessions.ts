import type { SessionOptions } from '../session/session.ts';
import { SharedSession, type SharedSessions } from './shared-session.ts';

/** The sessions with one server over one way: one for each agent. */
export class ServerSessions implements SharedSessions {
  readonly server: string;
  readonly options: SessionOptions;
  readonly #sessions = new Map<string, SharedSession>();
  /** Those that have ended, but still read: who comes for the same agent waits for them. */
  readonly #draining = new Map<string, SharedSession>();
  readonly #onUnused: () => void;

  /**
   * @param server see `serverKey`
   * @param onUnused called when there is no session any more; another may come later
   */
  constructor(server: string, options: SessionOptions, onUnused: () => void) {
    this.server = server;
    this.options = options;
    this.#onUnused = onUnused;
  }

  /** How many sessions there are, whatever their state. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The one of an agent, when there is one. */
  find(idCrm: string): SharedSession | undefined {
    return this.#sessions.get(idCrm);
  }

  /** The one of an agent; made when there is none. */
  sessionOf(idCrm: string): SharedSession {
    const existing = this.#sessions.get(idCrm);
    if (existing !== undefined) return existing;
    const session = new SharedSession(idCrm, this);
    this.#sessions.set(idCrm, session);
    const draining = this.#draining.get(idCrm);
    if (draining !== undefined) session.succeed(draining);
    return session;
  }

  drains(unused: SharedSession): void {
    const { idCrm } = unused.session;
    this.#draining.set(idCrm, unused);
    if (this.#sessions.get(idCrm) === unused) this.#sessions.delete(idCrm);
  }

  forget(unused: SharedSession): void {
    const { idCrm } = unused.session;
    // Another one may have come in the place of one that drained.
    for (const sessions of [this.#sessions, this.#draining]) {
      if (sessions.get(idCrm) === unused) sessions.delete(idCrm);
    }
    if (this.#sessions.size === 0 && this.#draining.size === 0) this.#onUnused();
  }
}
