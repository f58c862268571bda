import type { CallMessage } from '../protocol/messages.ts';
import {
  Session,
  type SessionListener,
  type SessionOptions,
  type SessionReport,
  type SessionStatus,
} from '../session/session.ts';
import { allOf, sizeOf, withItem, withoutItems, type Few } from './few.ts';

/** What those who share a session hear of it. */
export interface SessionUser {
  /** False for one that is only kept for an owner who may come back. */
  readonly live: boolean;
  onSessionStatus(status: SessionStatus): void;
  onCall(call: CallMessage, receivedAt: number): void;
  onConnection(change: ConnectionChange): void;
  onReport(report: SessionReport): void;
}

/** The session came up, or went away and now waits. */
export type ConnectionChange = Extract<SessionStatus, { state: 'ready' | 'waiting' }>;

/** Where the sessions with one server belong. */
export interface SharedSessions {
  /** Which server, and which way to it. */
  readonly server: string;
  readonly options: SessionOptions;
  /** Nobody uses it any more, but it still reads. */
  drains(unused: SharedSession): void;
  /** Nobody uses it any more, and it has ended. Idempotent. */
  forget(unused: SharedSession): void;
}

/** One who has left, but hears of the calls that come until the session has ended. */
interface Leaving {
  readonly user: SessionUser;
  readonly onDrained: () => void;
}

/**
 * A session with those who use it; ends with the last of them.
 *
 * When they leave it for another session of the same agent, because their settings changed, that one succeeds it: the server allows one
 * at a time, so the old one stays up until the new one's connection is open, then drains, and only then the new one authenticates. The
 * agent is without a session for no longer than that, and what comes by the old one reaches the users of the new one, before anything else.
 */
export class SharedSession implements SessionListener {
  readonly session: Session;
  /** Whether it is up, since when, and if not, why; null until the first attempt has ended. */
  lastChange: ConnectionChange | null = null;
  readonly #home: SharedSessions;
  /** One may leave, join or come back while all are told, and must not hear the same thing twice. */
  #users: Few<SessionUser> = null;
  #leaving: Few<Leaving> = null;
  #predecessor: SharedSession | null = null;
  #successor: SharedSession | null = null;
  /** Present while the open connection waits for the predecessor's end. */
  #authenticate: (() => void) | null = null;

  constructor(idCrm: string, home: SharedSessions) {
    this.#home = home;
    this.session = new Session(idCrm, home.options, this);
  }

  isOfSameServer(other: SharedSession): boolean {
    return this.#home.server === other.#home.server;
  }

  onStatus(status: SessionStatus): void {
    const change = this.#changeBy(status);
    if (change !== null) this.lastChange = change;
    for (const user of allOf(this.#users)) {
      user.onSessionStatus(status);
      if (change !== null) user.onConnection(change);
    }
    if (status.state === 'waiting') {
      // Settings that do not work, and a predecessor that is gone by itself, end the succession.
      if (this.#isRetired) this.#end();
      const predecessor = this.#predecessor;
      if (predecessor !== null && predecessor.#isRetired) predecessor.#end();
    }
    // With a predecessor that others still use: another server's.
    if (status.state === 'ready') this.#unlink();
  }

  onOpened(authenticate: () => void): void {
    const predecessor = this.#predecessor;
    // One that is still used will not end; the server says what follows from that.
    if (predecessor === null || predecessor.#users !== null) {
      authenticate();
      return;
    }
    this.#authenticate = authenticate;
    if (predecessor.#isRetired) predecessor.#end();
  }

  onCall(call: CallMessage): void {
    const receivedAt = this.#home.options.clock.now();
    // Before the first of them hears of it, and may change them.
    const users = allOf(this.#users);
    const leaving = allOf(this.#leaving);
    const heirs = allOf(this.#successor === null ? null : this.#successor.#users);
    const leavingHeirs = allOf(this.#successor === null ? null : this.#successor.#leaving);
    for (const user of users) user.onCall(call, receivedAt);
    for (const { user } of leaving) user.onCall(call, receivedAt);
    for (const user of heirs) user.onCall(call, receivedAt);
    for (const { user } of leavingHeirs) user.onCall(call, receivedAt);
  }

  onReport(report: SessionReport): void {
    for (const user of allOf(this.#users)) user.onReport(report);
  }

  /** Idempotent. */
  join(user: SessionUser): void {
    this.#forgetLeaving(user);
    if (!allOf(this.#users).includes(user)) this.#users = withItem(this.#users, user);
  }

  /** Idempotent. */
  leave(user: SessionUser): void {
    if (this.#forgetLeaving(user)) {
      this.updateKeepAlive();
      // Nobody is left to hear what it, or its predecessor, still reads.
      if (this.#leaving === null && this.#users === null && this.#successor === null) this.#end();
    }
    this.#remove(user);
  }

  /**
   * As `leave`, but the user hears of the calls that come until the session has ended: with a closing handshake, once nobody uses it.
   * @param onDrained called once, when it has; not at all when the user leaves or joins again before
   */
  leaveDrained(user: SessionUser, onDrained: () => void): void {
    this.#leaving = withItem(this.#leaving, { user, onDrained });
    this.#remove(user);
  }

  /**
   * To be called before the users of another session of the same agent leave it for this one. Of one that
   * cannot have calls under way yet, the predecessor is taken over.
   */
  succeed(other: SharedSession): void {
    const predecessor = other.session.canHear || other.session.isDraining ? other : other.#predecessor;
    if (predecessor === null || predecessor === this || this.#predecessor !== null) return;
    const earlier = predecessor.#successor;
    if (earlier !== null) {
      if (earlier !== other || sizeOf(other.#users) > 1) return;
      earlier.#unlink();
    }
    this.#predecessor = predecessor;
    predecessor.#successor = this;
    this.session.learnFrom(predecessor.session);
  }

  /** To be called when a user that stays has begun or ceased to be live. */
  updateKeepAlive(): void {
    this.session.keepProcessAlive(this.#leaving !== null || allOf(this.#users).some((user) => user.live));
  }

  /** Whether it is only kept until its successor's connection is open. */
  get #isRetired(): boolean {
    return this.#users === null && this.#successor !== null && this.session.status.state !== 'closed';
  }

  get #isConnecting(): boolean {
    const { state } = this.session.status;
    return state === 'idle' || state === 'connecting';
  }

  #remove(user: SessionUser): void {
    const left = withoutItems(this.#users, (other) => other === user);
    if (left === this.#users) return;
    this.#users = left;
    this.updateKeepAlive();
    if (left !== null) return;
    const successor = this.#successor;
    if (successor === null || !successor.#isConnecting) this.#end();
  }

  /** @returns whether it was leaving */
  #forgetLeaving(user: SessionUser): boolean {
    const before = this.#leaving;
    this.#leaving = withoutItems(before, (other) => other.user === user);
    return this.#leaving !== before;
  }

  #end(): void {
    const predecessor = this.#predecessor;
    if (predecessor !== null) {
      if (this.#leaving !== null && predecessor.#users === null) {
        // They hear what still comes by it; this one ends after that.
        predecessor.#end();
        return;
      }
      this.#unlink();
      if (predecessor.#users === null) predecessor.#end();
    }
    if (this.#successor === null && this.#leaving === null) {
      this.#home.forget(this);
      this.session.close();
      return;
    }
    // It does already, and somebody still hears it.
    if (this.session.isDraining) return;
    this.#home.drains(this);
    this.session.drain(() => {
      this.#home.forget(this);
      const leaving = allOf(this.#leaving);
      this.#leaving = null;
      for (const { onDrained } of leaving) onDrained();
      const successor = this.#successor;
      if (successor === null) return;
      const authenticate = successor.#authenticate;
      successor.#unlink();
      if (successor.#users === null) successor.#end();
      else authenticate?.();
    });
  }

  /** Ends the succession to this session. */
  #unlink(): void {
    if (this.#predecessor !== null) this.#predecessor.#successor = null;
    this.#predecessor = null;
    this.#authenticate = null;
  }

  #changeBy(status: SessionStatus): ConnectionChange | null {
    if (status.state === 'ready') return status;
    // The later failures of an outage are no news: only its beginning is.
    return status.state === 'waiting' && this.lastChange?.state !== 'waiting' ? status : null;
  }
}
