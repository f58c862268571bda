import type { SessionOptions } from '../session/session.ts';
import { SharedSession, type SharedSessions } from './shared-session.ts';

/** The sessions with one server over one way: one for each agent. */
export class ServerSessions implements SharedSessions {
  readonly server: string;
  readonly options: SessionOptions;
  readonly #sessions = new Map<string, SharedSession>();
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

  /** The one of an agent; made when there is none. */
  sessionOf(idCrm: string): SharedSession {
    const existing = this.#sessions.get(idCrm);
    if (existing !== undefined) return existing;
    const session = new SharedSession(idCrm, this);
    this.#sessions.set(idCrm, session);
    return session;
  }

  forget(unused: SharedSession): void {
    const { idCrm } = unused.session;
    // Another one may have come in the place of one that still drains.
    if (this.#sessions.get(idCrm) !== unused) return;
    this.#sessions.delete(idCrm);
    if (this.#sessions.size === 0) this.#onUnused();
  }
}
