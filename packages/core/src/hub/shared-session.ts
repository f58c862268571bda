import type { AccoladesErrorCode } from '../errors.ts';
import type { CallMessage } from '../protocol/messages.ts';
import type { Clock } from '../session/clock.ts';
import {
  Session,
  type SessionListener,
  type SessionOptions,
  type SessionReport,
  type SessionStatus,
} from '../session/session.ts';

/** What those who share a session hear of it. */
export interface SessionUser {
  /** False for one that is only kept for an owner who may come back. */
  readonly live: boolean;
  onSessionStatus(session: SharedSession, status: SessionStatus): void;
  onCall(session: SharedSession, call: CallMessage, receivedAt: number): void;
  onConnection(session: SharedSession, change: ConnectionChange): void;
  onReport(session: SharedSession, report: SessionReport): void;
}

/** The session came up (`reason` null) or went away. */
export interface ConnectionChange {
  readonly reason: AccoladesErrorCode | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A session with those who use it; ends with the last of them. */
export class SharedSession implements SessionListener {
  readonly key: string;
  readonly session: Session;
  /** Whether it is up, since when, and if not, why; null until the first attempt has ended. */
  lastChange: ConnectionChange | null = null;
  readonly #clock: Clock;
  /** Replaced, never changed: one may leave, join or come back while all are told, and must not hear the same thing twice. */
  #users: readonly SessionUser[] = [];
  readonly #onUnused: (session: SharedSession) => void;

  constructor(key: string, options: SessionOptions, onUnused: (session: SharedSession) => void) {
    this.key = key;
    this.#onUnused = onUnused;
    this.#clock = options.clock;
    this.session = new Session(options, this);
  }

  onStatus(status: SessionStatus): void {
    const change = this.#changeBy(status);
    if (change !== null) this.lastChange = change;
    for (const user of this.#users) {
      user.onSessionStatus(this, status);
      if (change !== null) user.onConnection(this, change);
    }
  }

  onCall(call: CallMessage): void {
    const receivedAt = this.#clock.now();
    for (const user of this.#users) user.onCall(this, call, receivedAt);
  }

  onReport(report: SessionReport): void {
    for (const user of this.#users) user.onReport(this, report);
  }

  /** Idempotent. */
  join(user: SessionUser): void {
    if (!this.#users.includes(user)) this.#users = [...this.#users, user];
  }

  /** Idempotent. */
  leave(user: SessionUser): void {
    if (!this.#users.includes(user)) return;
    this.#users = this.#users.filter((other) => other !== user);
    if (this.#users.length > 0) {
      this.updateKeepAlive();
      return;
    }
    this.#onUnused(this);
    this.session.close();
  }

  /** To be called when a user that stays has begun or ceased to be live. */
  updateKeepAlive(): void {
    this.session.keepProcessAlive(this.#users.some((user) => user.live));
  }

  #changeBy(status: SessionStatus): ConnectionChange | null {
    if (status.state === 'ready') return { reason: null, at: status.since };
    if (status.state !== 'waiting') return null;
    // The later failures of an outage are no news: only its beginning is.
    if (this.lastChange !== null && this.lastChange.reason !== null) return null;
    return { reason: status.reason.code, at: status.since };
  }
}
