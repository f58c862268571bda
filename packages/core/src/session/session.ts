import { AccoladesError } from '../errors.ts';
import type { Transport } from '../net/transport.ts';
import type { AgentConfiguration, RequestType } from '../protocol/messages.ts';
import { backoffDelay } from '../time/backoff.ts';
import type { Timer } from '../time/clock.ts';
import { ConnectAttempt, type ConnectPeer } from './connect-agent.ts';
import {
  DEFAULT_TIMINGS,
  type SessionContext,
  type SessionListener,
  type SessionOptions,
  type SessionStatus,
} from './contract.ts';
import { LiveConnection } from './live-connection.ts';
import type { SessionMessage } from './read-frame.ts';
import { refusal } from './refusal.ts';

/**
 * One agent's session: connects, and reconnects until it is closed.
 *
 * At most one of these exists at a time: an attempt to connect, a live connection, or the timer for
 * the next attempt.
 */
export class Session implements ConnectPeer {
  /** Private, so that logging the session does not show the idCrm. */
  readonly #context: SessionContext;
  #status: SessionStatus;
  #failures = 0;
  #attempt: ConnectAttempt | null = null;
  #connection: LiveConnection | null = null;
  /** A wait for permission to connect, or the backoff. */
  #timer: Timer | null = null;
  /** Monotonic time of the last attempt; null before the first. */
  #attemptedAt: number | null = null;
  /** Monotonic time of the next attempt; null before the first wait. */
  #dueAt: number | null = null;
  #configuration: AgentConfiguration | null = null;
  #version: string | null = null;

  constructor(idCrm: string, options: SessionOptions, listener: SessionListener) {
    const timings =
      options.timings === undefined ? DEFAULT_TIMINGS : { ...DEFAULT_TIMINGS, ...options.timings };
    this.#context = { idCrm, options, timings, listener };
    this.#status = { state: 'idle', since: options.clock.now() };
  }

  /** The agent's idCrm, a secret. */
  get idCrm(): string {
    return this.#context.idCrm;
  }

  get status(): SessionStatus {
    return this.#status;
  }

  /** Whether calls may arrive: the server has a session for the agent, or may have one. */
  get mayReceiveCalls(): boolean {
    return this.#status.state === 'ready' || this.#status.state === 'authenticating';
  }

  /** Whether the closed session still delivers calls already in flight. */
  get isDraining(): boolean {
    return this.#isClosed() && this.#connection !== null;
  }

  /** The agent's last known texts and ids, kept over a reconnect. Null until first known. */
  get configuration(): AgentConfiguration | null {
    return this.#configuration;
  }

  /** The server's API version; null until known. */
  get version(): string | null {
    return this.#version;
  }

  /** Copies the configuration and version from another session of the same agent. */
  learnFrom(other: Session): void {
    this.#configuration ??= other.#configuration;
    this.#version ??= other.#version;
  }

  /** Starts to connect. No effect when started before or closed. */
  start(): void {
    if (this.#status.state === 'idle') this.#connect();
  }

  /**
   * Ends the backoff early, for example after a change of the settings. Dials at most once per
   * `shortestRetryMs`. No effect in other states.
   */
  retryNow(): void {
    if (this.#status.state !== 'waiting') return;
    const { options, timings } = this.#context;
    const now = options.clock.monotonic();
    const wait =
      this.#attemptedAt === null ? 0 : Math.max(0, this.#attemptedAt + timings.shortestRetryMs - now);
    if (this.#dueAt === null || now + wait < this.#dueAt) this.#wait(this.#status.reason, wait);
  }

  /**
   * Sends a request over the live session. Simultaneous requests of one type share one answer.
   * @throws AccoladesError the reason why the agent is not connected; an error such as
   *   `CONNECTION_LOST` when the connection ends first; `REQUEST_TIMEOUT` after `requestMs`
   */
  async request(type: 'configuration'): Promise<AgentConfiguration>;
  async request(type: 'version'): Promise<string>;
  async request(type: RequestType): Promise<AgentConfiguration | string> {
    const status = this.#status;
    if (status.state === 'waiting' || status.state === 'closed') throw status.reason;
    if (status.state !== 'ready') throw new AccoladesError('NOT_CONNECTED');
    const message = await this.#connection?.request(type);
    if (message?.type === 'configuration') return message.configuration;
    if (message?.type === 'version') return message.version;
    throw new AccoladesError('FRAME_MALFORMED');
  }

  /** Ends the session permanently. Idempotent, immediate, never throws. */
  close(reason = new AccoladesError('SESSION_CLOSED')): void {
    if (this.#isClosed()) {
      this.#connection?.finish();
      return;
    }
    this.#drop(reason);
    this.#setStatus({ state: 'closed', since: this.#now, reason });
  }

  /**
   * Ends the session permanently with a closing handshake: the listener still gets calls already in
   * flight. Never throws. `close` ends it early.
   * @param onDrained called once, after the connection has ended and `releaseMs` has passed, or
   *   after `closingMs` at the latest; at once when no call can arrive
   */
  drain(onDrained: () => void): void {
    const connection = this.#takeConnection();
    if (connection === null) {
      this.close();
      onDrained();
      return;
    }
    const reason = new AccoladesError('SESSION_CLOSED');
    this.#drop(reason);
    this.#connection = connection;
    connection.drain(reason, () => {
      this.#connection = null;
      onDrained();
    });
    this.#setStatus({ state: 'closed', since: this.#now, reason });
  }

  /** Returns the connection over which calls may arrive, which then belongs to the caller. */
  #takeConnection(): LiveConnection | null {
    if (!this.mayReceiveCalls) return null;
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) return connection;
    const transport = this.#attempt?.take() ?? null;
    return transport === null ? null : new LiveConnection(this.#context, transport, this);
  }

  #connect(): void {
    const { clock, admit } = this.#context.options;
    this.#setStatus({ state: 'connecting', since: this.#now, attempt: this.#failures + 1 });
    // The status listener may have closed the session.
    if (this.#isClosed()) return;
    const turn = admit(() => {
      this.#attemptedAt = clock.monotonic();
      this.#setTimer(null);
      this.#attempt = new ConnectAttempt(this.#context, this);
      this.#attempt.start();
    }, this.#failures > 0);
    if (this.#attempt === null) this.#setTimer(turn);
  }

  // Callbacks of the attempt:

  onAuthenticating(): void {
    this.#setStatus({ state: 'authenticating', since: this.#now, attempt: this.#failures + 1 });
  }

  onConnected(transport: Transport, version: string | null): void {
    this.#attempt = null;
    if (version !== null) this.#version = version;
    this.#connection = new LiveConnection(this.#context, transport, this);
    // Before the listener is notified, so that its requests share the one of the start.
    this.#connection.start();
    this.#setStatus({ state: 'ready', since: this.#now, attempt: this.#failures + 1 });
  }

  // Callbacks of the attempt and the connection:

  onMessage(message: SessionMessage): void {
    // The listener may have closed the session while the frame was read.
    if (this.#isClosed()) return;
    const { idCrm, options } = this.#context;
    switch (message.type) {
      case 'authSuccess':
        return;
      case 'authFailed':
        this.onFailed(refusal(message.reason, options.isHeldHere?.(idCrm) === true));
        return;
      case 'connectionClosed':
        this.onFailed(new AccoladesError('CONNECTION_CLOSED'));
        return;
      case 'configuration':
        this.#configuration = options.keep?.(message.configuration) ?? message.configuration;
        return;
      case 'version':
        this.#version = message.version;
    }
  }

  onFailed(reason: AccoladesError): void {
    if (this.#status.state === 'closed' || this.#status.state === 'waiting') return;
    if (this.#connection?.isStable === true) this.#failures = 0;
    this.#failures++;
    this.#drop(reason);
    this.#wait(reason, backoffDelay(this.#failures, reason.code, this.#context.options.random));
  }

  #wait(reason: AccoladesError, delay: number): void {
    const { clock } = this.#context.options;
    this.#setTimer(
      clock.start(delay, () => {
        this.#timer = null;
        this.#connect();
      }),
    );
    this.#dueAt = clock.monotonic() + delay;
    const now = this.#now;
    this.#setStatus({
      state: 'waiting',
      since: now,
      attempt: this.#failures,
      nextAttemptAt: now + delay,
      reason,
    });
  }

  /** Ends the wait, the attempt or the connection. */
  #drop(reason: AccoladesError): void {
    this.#setTimer(null);
    this.#attempt?.stop();
    this.#attempt = null;
    const connection = this.#connection;
    this.#connection = null;
    connection?.end(reason);
  }

  get #now(): number {
    return this.#context.options.clock.now();
  }

  #isClosed(): boolean {
    return this.#status.state === 'closed';
  }

  #setTimer(timer: Timer | null): void {
    this.#timer?.stop();
    this.#timer = timer;
  }

  #setStatus(status: SessionStatus): void {
    this.#status = status;
    this.#context.listener.onStatus(status);
  }
}
