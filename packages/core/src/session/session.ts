import { AccoladesError } from '../errors.ts';
import { encodeRequest } from '../protocol/encode.ts';
import type { AgentConfiguration, RequestType, ServerMessage } from '../protocol/messages.ts';
import { backoffDelay, STABLE_AFTER_MS } from '../time/backoff.ts';
import type { Timer } from '../time/clock.ts';
import { ConnectAttempt, type ConnectPeer } from './connect-agent.ts';
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
 * sessions, closures cost too much memory. Until the agent is authenticated, the transport belongs
 * to the attempt.
 */
export class Session implements TransportHandlers, ConnectPeer, HeartbeatPeer, Unanswered {
  /** Private, so that logging the session does not show it. */
  readonly #idCrm: string;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #timings: SessionTimings;
  readonly #heartbeat: Heartbeat;
  #status: SessionStatus;
  #failures = 0;
  /** Set while the session connects and authenticates. */
  #attempt: ConnectAttempt | null = null;
  /** The authenticated connection. */
  #transport: Transport | null = null;
  /** The timer of the current state: a wait for permission to connect, the backoff, or the drain. */
  #timer: Timer | null = null;
  /** Monotonic time of the last attempt; null before the first. */
  #attemptedAt: number | null = null;
  /** Monotonic time at which the session became ready; null while it is not ready. */
  #readyAt: number | null = null;
  /** Monotonic time of the next attempt; null before the first wait. */
  #dueAt: number | null = null;
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
    if (this.#status.state === 'idle') this.#connect();
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
    const transport = this.mayReceiveCalls ? (this.#transport ?? this.#attempt?.take() ?? null) : null;
    if (transport === null) {
      this.close();
      onDrained();
      return;
    }
    const reason = new AccoladesError('SESSION_CLOSED');
    this.#transport = null;
    this.#drop(reason);
    this.#transport = transport;
    transport.setHandlers(this);
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

  #connect(): void {
    const { clock, admit } = this.#options;
    this.#setStatus({ state: 'connecting', since: clock.now(), attempt: this.#failures + 1 });
    // The status listener may have closed the session.
    if (this.#isClosed()) return;
    const turn = admit(() => {
      this.#attemptedAt = clock.monotonic();
      this.#setTimer(null);
      this.#attempt = new ConnectAttempt(this.#idCrm, this.#options, this.#timings, this.#listener, this);
      this.#attempt.start();
    }, this.#failures > 0);
    if (this.#attempt === null) this.#setTimer(turn);
  }

  // Callbacks of the attempt:

  onAuthenticating(): void {
    const since = this.#options.clock.now();
    this.#setStatus({ state: 'authenticating', since, attempt: this.#failures + 1 });
  }

  onConnected(transport: Transport, version: string | null): void {
    const { clock } = this.#options;
    transport.setHandlers(this);
    this.#attempt = null;
    this.#transport = transport;
    if (version !== null) this.#version = version;
    this.#readyAt = clock.monotonic();
    this.#heartbeat.start();
    // Send before notifying listeners, so that their requests share this one.
    this.#send('configuration', true);
    this.#setStatus({ state: 'ready', since: clock.now(), attempt: this.#failures + 1 });
  }

  onFailed(error: AccoladesError): void {
    this.#fail(error);
  }

  onMessage(message: SessionMessage): void {
    // A closed session that still reads accepts only calls.
    if (this.#isClosed() && message.type !== 'incomingCall' && message.type !== 'outgoingCall') return;
    switch (message.type) {
      case 'incomingCall':
      case 'outgoingCall':
        this.#listener.onCall(message);
        return;
      case 'authSuccess':
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

  // Callbacks of the transport:

  onOpen(): void {
    // It was open before the session got it.
  }

  onFrame(frame: string | Uint8Array): void {
    this.onPong();
    const message = readFrame(frame, this.#idCrm, this.#listener);
    if (message !== null) this.onMessage(message);
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
        this.#connect();
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
    this.#attempt?.stop();
    this.#attempt = null;
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
  }

  #setStatus(status: SessionStatus): void {
    this.#status = status;
    this.#listener.onStatus(status);
  }
}
