import type { CallMessage } from '../protocol/messages.ts';
import type { SessionListener, SessionOptions, SessionReport, SessionStatus } from '../session/contract.ts';
import { Session } from '../session/session.ts';
import type { Clock } from '../time/clock.ts';

/** A user of a shared session, and its notifications. */
export interface SessionUser {
  /** False while the owner is away and may come back. */
  readonly live: boolean;
  onSessionStatus(status: SessionStatus): void;
  onCall(call: CallMessage, receivedAt: number): void;
  onConnection(change: ConnectionChange): void;
  onReport(report: SessionReport): void;
}

/** The session became ready, or was lost and waits for its next attempt. */
export type ConnectionChange =
  | (Extract<SessionStatus, { state: 'ready' }> & {
      /** Whole seconds since the session was lost; null when it was not up before. */
      readonly awaySeconds: number | null;
    })
  | Extract<SessionStatus, { state: 'waiting' }>;

/** The pool that a shared session belongs to. */
export interface SessionHome {
  readonly clock: Clock;
  /** The set of users has changed, or one of them is live now or is not any more. */
  usersChanged(shared: SharedSession): void;
  /**
   * Sessions of the same agent with other server settings that are not ready yet: until they are,
   * their users get the calls of this one.
   */
  successorsOf(shared: SharedSession): readonly SharedSession[];
  /** Whether the session waits for another one of the same agent to end, before it connects. */
  isWaiting(shared: SharedSession): boolean;
  /** The session got a call event, which its users get next. */
  called(shared: SharedSession, call: CallMessage): void;
  /** The session has no users any more and reads its last calls. */
  draining(shared: SharedSession): void;
  /** The session has ended. Idempotent. */
  ended(shared: SharedSession): void;
}

/** A user that has left, but still gets the calls that the server sends until the session ends. */
interface Leaving {
  readonly user: SessionUser;
  readonly onDrained: () => void;
}

/** A session and its users. It ends with the last of them. */
export class SharedSession implements SessionListener {
  readonly session: Session;
  /** The last connection change; null until the first attempt has ended. */
  lastChange: ConnectionChange | null = null;
  /** When the last call event came, in milliseconds since 1970; null before the first. */
  lastCallAt: number | null = null;
  /** When a session that was ready was lost, by the monotonic clock; null: it never was. */
  #lostAt: number | null = null;
  readonly #home: SessionHome;
  /** Replaced, never changed: users may join and leave during a notification. */
  #users: readonly SessionUser[] = NO_USERS;
  #leaving: readonly Leaving[] = NONE_LEAVING;

  constructor(idCrm: string, options: SessionOptions, home: SessionHome) {
    this.#home = home;
    this.session = new Session(idCrm, options, this);
  }

  /** Whether anybody gets its calls. */
  get isHeard(): boolean {
    return this.#users.length > 0 || this.#leaving.length > 0;
  }

  get hasUsers(): boolean {
    return this.#users.length > 0;
  }

  /** Whether an owner of it is subscribed now, rather than only expected back. */
  get isLive(): boolean {
    return this.#users.some((user) => user.live);
  }

  onStatus(status: SessionStatus): void {
    const change = this.#changeBy(status);
    if (change !== null) this.lastChange = change;
    for (const user of this.#users) {
      user.onSessionStatus(status);
      if (change !== null) user.onConnection(change);
    }
  }

  onCall(call: CallMessage): void {
    const receivedAt = this.#home.clock.now();
    this.lastCallAt = receivedAt;
    this.#home.called(this, call);
    const successors = this.#home.successorsOf(this);
    // All lists first: a handler may move a user from one to another.
    const listeners = [this, ...successors].map((shared) => [shared.#users, shared.#leaving] as const);
    for (const [users, leaving] of listeners) {
      for (const user of users) user.onCall(call, receivedAt);
      for (const { user } of leaving) user.onCall(call, receivedAt);
    }
  }

  onReport(report: SessionReport): void {
    for (const user of this.#users) user.onReport(report);
  }

  /** Adds a user, also one that is leaving; followed by `usersChanged`. Idempotent. */
  join(user: SessionUser): void {
    this.#forgetLeaving(user);
    if (!this.#users.includes(user)) this.#users = [...this.#users, user];
  }

  /** Removes a user, which gets nothing any more. Idempotent. */
  leave(user: SessionUser): void {
    this.#forgetLeaving(user);
    this.#users = withoutUser(this.#users, user);
    this.usersChanged();
    this.endIfUnused();
  }

  /**
   * Removes a user, which still gets the calls that the server sends until the session ends.
   * @param onDrained called once, when the session has ended; not at all when the user leaves or
   *   joins again before
   */
  leaveDrained(user: SessionUser, onDrained: () => void): void {
    this.#leaving = [...this.#leaving, { user, onDrained }];
    this.#users = withoutUser(this.#users, user);
    this.usersChanged();
    this.endIfUnused();
  }

  /** To be called when a user has joined, has become live, or is not live any more. */
  usersChanged(): void {
    this.#home.usersChanged(this);
  }

  /** Ends the session if it has no users: at once when no user would get its last calls. */
  endIfUnused(): void {
    const hasEnded = this.session.status.state === 'closed' && !this.session.isDraining;
    if (this.#users.length > 0 || hasEnded) return;
    if (this.#leaving.length === 0 && !this.#hasCallsForSuccessors) {
      this.#home.ended(this);
      this.session.close();
      return;
    }
    if (this.session.isDraining || this.#home.isWaiting(this)) return;
    this.#home.draining(this);
    this.session.drain(() => {
      const leaving = this.#leaving;
      this.#leaving = NONE_LEAVING;
      this.#home.ended(this);
      for (const { onDrained } of leaving) onDrained();
    });
  }

  get #hasCallsForSuccessors(): boolean {
    return (
      (this.session.mayReceiveCalls || this.session.isDraining) && this.#home.successorsOf(this).length > 0
    );
  }

  #forgetLeaving(user: SessionUser): void {
    if (this.#leaving.some((one) => one.user === user)) {
      this.#leaving = this.#leaving.filter((one) => one.user !== user);
    }
  }

  /** An outage is one change, however many attempts fail during it. */
  #changeBy(status: SessionStatus): ConnectionChange | null {
    const { clock } = this.#home;
    if (status.state === 'ready') {
      const awayMs = this.#lostAt === null ? null : clock.monotonic() - this.#lostAt;
      return { ...status, awaySeconds: awayMs === null ? null : Math.round(awayMs / 1_000) };
    }
    if (status.state !== 'waiting' || this.lastChange?.state === 'waiting') return null;
    if (this.lastChange !== null) this.#lostAt = clock.monotonic();
    return status;
  }
}

/** Shared by all sessions, of which there may be thousands. */
const NO_USERS: readonly SessionUser[] = [];
const NONE_LEAVING: readonly Leaving[] = [];

function withoutUser(users: readonly SessionUser[], user: SessionUser): readonly SessionUser[] {
  if (!users.includes(user)) return users;
  return users.length === 1 ? NO_USERS : users.filter((other) => other !== user);
}
