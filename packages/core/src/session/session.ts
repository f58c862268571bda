import { AccoladesError } from '../errors.ts';
import { encodeAuthRequest, encodeRequest } from '../protocol/encode.ts';
import type { AgentConfiguration, RequestType, ServerMessage } from '../protocol/messages.ts';
import { backoffDelay, STABLE_AFTER_MS } from '../time/backoff.ts';
import { startDeadline, type Timer } from '../time/clock.ts';
import {
  DEFAULT_TIMINGS,
  type SessionListener,
  type SessionOptions,
  type SessionStatus,
  type SessionTimings,
} from './contract.ts';
import { Heartbeat, type HeartbeatPeer } from './heartbeat.ts';
import { PendingRequests, type Unanswered, type UnansweredRequest } from './pending-requests.ts';
import { readFrame, type SessionMessage } from './read-frame.ts';
import { refusal } from './refusal.ts';
import type { Transport, TransportHandlers } from '../net/transport.ts';

/**
 * One agent's session: connects, authenticates, checks that the server is alive, and reconnects
 * until it is closed.
 *
 * The session is itself the handler of its transport, heartbeat and requests: with thousands of
 * sessions, closures cost too much memory. There is at most one transport at a time. Only
 * `#attempt` creates it; only `#drop` ends it.
 */
export class Session implements TransportHandlers, HeartbeatPeer, Unanswered {
  /** Private, so that logging the session does not show it. */
  readonly #idCrm: string;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #timings: SessionTimings;
  readonly #heartbeat: Heartbeat;
  #status: SessionStatus;
  #failures = 0;
  #transport: Transport | null = null;
  /**
   * The timer of the current state: a wait for permission to connect, a deadline, or the backoff.
   */
  #timer: Timer | null = null;
  /** Monotonic time of the last attempt; null before the first. */
  #attemptedAt: number | null = null;
  /** Monotonic time at which the session became ready; null while it is not ready. */
  #readyAt: number | null = null;
  /** Monotonic time of the next attempt; null before the first wait. */
  #dueAt: number | null = null;
  #keepAlive = true;
  #configuration: AgentConfiguration | null = null;
  #version: string | null = null;
  #requests: PendingRequests | null = null;
  /** Set while the closed session still reads. */
  #onDrained: (() => void) | null = null;

  constructor(idCrm: string, options: SessionOptions, listener: SessionListener) {
    this.#idCrm = idCrm;
    this.#options = options;
    this.#listener = listener;
    this.#timings =
      options.timings === undefined ? DEFAULT_TIMINGS : { ...DEFAULT_TIMINGS, ...options.timings };
    this.#status = { state: 'idle', since: options.clock.now() };
    this.#heartbeat = new Heartbeat(options.clock, this.#timings.heartbeatMs, this);
  }

  /** The agent's idCrm, a secret. */
  get idCrm(): string {
    return this.#idCrm;
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
    return this.#onDrained !== null;
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
    if (this.#status.state === 'idle') this.#attempt();
  }

  /**
   * Ends the backoff early, for example after a change of the settings. Dials at most once per
   * `shortestRetryMs`. No effect in other states.
   */
  retryNow(): void {
    if (this.#status.state !== 'waiting') return;
    const { clock } = this.#options;
    const now = clock.monotonic();
    const wait =
      this.#attemptedAt === null ? 0 : Math.max(0, this.#attemptedAt + this.#timings.shortestRetryMs - now);
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
    const message = await this.#ask(type);
    if (message.type === 'configuration') return message.configuration;
    if (message.type === 'version') return message.version;
    throw new AccoladesError('FRAME_MALFORMED');
  }

  /** Sets whether this session keeps the process alive. Default true. */
  keepProcessAlive(keep: boolean): void {
    if (this.#keepAlive === keep) return;
    this.#keepAlive = keep;
    this.#transport?.keepProcessAlive(keep);
    if (keep) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Ends the session permanently. Idempotent, immediate, never throws. */
  close(reason = new AccoladesError('SESSION_CLOSED')): void {
    if (this.#status.state === 'closed') {
      this.#drained();
      return;
    }
    this.#drop(reason);
    this.#setStatus({ state: 'closed', since: this.#options.clock.now(), reason });
  }

  /**
   * Ends the session permanently with a closing handshake: the listener still gets calls already in
   * flight. Never throws. `close` ends it early.
   * @param onDrained called once, after the connection has ended and `releaseMs` has passed, or
   *   after `closingMs` at the latest; at once when no call can arrive
   */
  drain(onDrained: () => void): void {
    const { clock } = this.#options;
    const transport = this.#transport;
    if (!this.mayReceiveCalls || transport === null) {
      this.close();
      onDrained();
      return;
    }
    const reason = new AccoladesError('SESSION_CLOSED');
    this.#transport = null;
    this.#drop(reason);
    this.#transport = transport;
    this.#onDrained = onDrained;
    this.#setTimer(
      clock.start(this.#timings.closingMs, () => {
        this.#drained();
      }),
    );
    transport.beginClose();
    this.#setStatus({ state: 'closed', since: clock.now(), reason });
  }

  #drained(): void {
    const onDrained = this.#onDrained;
    if (onDrained === null) return;
    this.#onDrained = null;
    this.#drop(new AccoladesError('SESSION_CLOSED'));
    onDrained();
  }

  #attempt(): void {
    const { clock, connect, server, admit } = this.#options;
    const attempt = this.#failures + 1;
    this.#setStatus({ state: 'connecting', since: clock.now(), attempt });
    // The status listener may have closed the session.
    if (this.#isClosed()) return;
    const turn = admit(() => {
      this.#attemptedAt = clock.monotonic();
      this.#setTimer(
        startDeadline(clock, this.#timings.connectMs, () => {
          const what = this.#transport?.stalledAt?.() ?? undefined;
          this.#fail(new AccoladesError('CONNECT_TIMEOUT', what === undefined ? {} : { what }));
        }),
      );
      const transport = connect(server, this);
      transport.keepProcessAlive(this.#keepAlive);
      this.#transport = transport;
    }, this.#failures > 0);
    if (this.#transport === null) this.#setTimer(turn);
  }

  #authenticate(): void {
    const { clock } = this.#options;
    this.#setTimer(
      startDeadline(clock, this.#timings.authenticateMs, () => {
        this.#fail(new AccoladesError('AUTH_TIMEOUT'));
      }),
    );
    this.#transport?.sendText(encodeAuthRequest(this.idCrm));
    this.#setStatus({ state: 'authenticating', since: clock.now(), attempt: this.#failures + 1 });
  }

  // Callbacks of the transport:

  onOpen(): void {
    if (this.#status.state === 'connecting') this.#authenticate();
  }

  onFrame(frame: string | Uint8Array): void {
    this.onPong();
    const message = readFrame(frame, this.#idCrm, this.#listener);
    if (message !== null) this.#handle(message);
  }

  onPong(): void {
    this.#heartbeat.signOfLife();
    this.#requests?.signOfLife();
  }

  onClosed(error: AccoladesError): void {
    if (this.#onDrained === null) {
      this.#fail(error);
      return;
    }
    this.#setTimer(
      this.#options.clock.start(this.#timings.releaseMs, () => {
        this.#drained();
      }),
    );
  }

  // Callbacks of the heartbeat:

  ping(): void {
    this.#transport?.sendPing();
  }

  dead(): void {
    this.#fail(new AccoladesError('HEARTBEAT_TIMEOUT'));
  }

  // Callbacks of the pending requests:

  onRequestDoubt(): void {
    this.#transport?.sendPing();
  }

  onRequestTimeout({ isOwn, isSilent }: UnansweredRequest, error: AccoladesError): void {
    this.#forgetAnswered();
    // Keep the connection if only this request was not answered; end it if the server sent nothing.
    if (isSilent) this.#fail(error);
    if (!isOwn) return;
    const text = 'The server did not answer the configuration request; agent ids stay unknown.';
    this.#listener.onReport({ kind: 'unknown', text });
  }

  #authenticated(version: string | null): void {
    const { clock } = this.#options;
    if (this.#status.state !== 'authenticating') return;
    const { attempt } = this.#status;
    if (version !== null) this.#version = version;
    this.#setTimer(null);
    this.#readyAt = clock.monotonic();
    this.#heartbeat.start();
    // Send before notifying listeners, so that their requests share this one.
    this.#send('configuration', true);
    this.#setStatus({ state: 'ready', since: clock.now(), attempt });
  }

  #handle(message: SessionMessage): void {
    // A closed session that still reads accepts only calls.
    if (this.#isClosed() && message.type !== 'incomingCall' && message.type !== 'outgoingCall') return;
    switch (message.type) {
      case 'incomingCall':
      case 'outgoingCall':
        this.#listener.onCall(message);
        return;
      case 'authSuccess':
        this.#authenticated(message.version);
        return;
      case 'authFailed':
        this.#fail(refusal(message.reason, this.#options.isHeldHere?.(this.#idCrm) === true));
        return;
      case 'connectionClosed':
        this.#fail(new AccoladesError('CONNECTION_CLOSED'));
        return;
      case 'configuration':
        this.#configuration = this.#options.keep?.(message.configuration) ?? message.configuration;
        this.#answer('configuration', message);
        return;
      case 'version':
        this.#version = message.version;
        this.#answer('version', message);
    }
  }

  #ask(type: RequestType): Promise<ServerMessage> {
    if (this.#requests?.find(type) === undefined) this.#send(type, false);
    return this.#requests?.find(type) ?? Promise.reject(new AccoladesError('NOT_CONNECTED'));
  }

  /** @param isOwn true when the session itself needs the answer */
  #send(type: RequestType, isOwn: boolean): void {
    const transport = this.#transport;
    if (transport === null) return;
    this.#requests ??= new PendingRequests(this.#options.clock, this, this.#timings);
    this.#requests.add(type, isOwn);
    transport.sendText(encodeRequest(type));
  }

  #answer(type: RequestType, message: ServerMessage): void {
    this.#requests?.answer(type, message);
    this.#forgetAnswered();
  }

  /** Frees memory of an idle session. */
  #forgetAnswered(): void {
    if (this.#requests?.isEmpty === true) this.#requests = null;
  }

  #fail(reason: AccoladesError): void {
    if (this.#status.state === 'closed' || this.#status.state === 'waiting') return;
    if (this.#isStable()) this.#failures = 0;
    this.#failures++;
    this.#drop(reason);
    this.#wait(reason, backoffDelay(this.#failures, reason.code, this.#options.random));
  }

  #wait(reason: AccoladesError, delay: number): void {
    const { clock } = this.#options;
    this.#setTimer(
      clock.start(delay, () => {
        this.#timer = null;
        this.#attempt();
      }),
    );
    this.#dueAt = clock.monotonic() + delay;
    const now = clock.now();
    this.#setStatus({
      state: 'waiting',
      since: now,
      attempt: this.#failures,
      nextAttemptAt: now + delay,
      reason,
    });
  }

  /** Ends the current attempt or connection and everything that belongs to it. */
  #drop(reason: AccoladesError): void {
    this.#setTimer(null);
    this.#readyAt = null;
    this.#heartbeat.stop();
    this.#transport?.discard();
    this.#transport = null;
    const requests = this.#requests;
    this.#requests = null;
    requests?.end(reason);
  }

  /** Whether the session was ready for long enough to reset the backoff. */
  #isStable(): boolean {
    return this.#readyAt !== null && this.#options.clock.monotonic() - this.#readyAt >= STABLE_AFTER_MS;
  }

  #isClosed(): boolean {
    return this.#status.state === 'closed';
  }

  #setTimer(timer: Timer | null): void {
    this.#timer?.stop();
    this.#timer = timer;
    if (!this.#keepAlive) timer?.unref();
  }

  #setStatus(status: SessionStatus): void {
    this.#status = status;
    this.#listener.onStatus(status);
  }
}
