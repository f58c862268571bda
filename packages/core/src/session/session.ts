import { AccoladesError } from '../errors.ts';
import { decode, MAX_FRAME_BYTES, type Decoded } from '../protocol/decode.ts';
import { encodeAuthRequest, encodeRequest } from '../protocol/encode.ts';
import { maskDecoded } from '../protocol/mask-decoded.ts';
import type { AgentConfiguration, RequestType, ServerMessage } from '../protocol/messages.ts';
import { utf8Text } from '../protocol/utf8.ts';
import { shownText } from '../text/shown-text.ts';
import { backoffDelay, STABLE_AFTER_MS } from '../time/backoff.ts';
import { startDeadline, type Timer } from '../time/clock.ts';
import {
  DEFAULT_TIMINGS,
  type SessionListener,
  type SessionOptions,
  type SessionReport,
  type SessionStatus,
  type SessionTimings,
} from './contract.ts';
import { Heartbeat, type HeartbeatPeer } from './heartbeat.ts';
import { PendingRequests, type Unanswered, type UnansweredRequest } from './pending-requests.ts';
import { refusal } from './refusal.ts';
import type { Transport, TransportHandlers } from '../net/transport.ts';

export type { SessionListener, SessionOptions, SessionReport, SessionStatus } from './contract.ts';

/**
 * One agent's authenticated session: connects, authenticates, watches, and reconnects for ever until it is closed.
 *
 * It is itself what its transport, its heartbeat and its requests call, since thousands of sessions are held and every closure counts.
 * There is at most one transport at a time; `#attempt` is the only place that makes one and `#drop` the only one that ends it.
 */
export class Session implements TransportHandlers, HeartbeatPeer, Unanswered {
  /** Private, so that no log of this object shows it. */
  readonly #idCrm: string;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #timings: SessionTimings;
  readonly #heartbeat: Heartbeat;
  #status: SessionStatus;
  #failures = 0;
  #transport: Transport | null = null;
  /** The one timer of the present state: the wait for the turn to connect, a deadline, or the wait for the next attempt. */
  #timer: Timer | null = null;
  /** By the monotonic clock; null before the first attempt. */
  #attemptedAt: number | null = null;
  /** By the monotonic clock; null when it is not ready. */
  #readyAt: number | null = null;
  /** When the next attempt is due, by the monotonic clock; null before the first wait. */
  #dueAt: number | null = null;
  #keepAlive = true;
  #configuration: AgentConfiguration | null = null;
  #version: string | null = null;
  #requests: PendingRequests | null = null;
  /** Present while a closed session still reads. */
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

  /** The secret that names the agent. */
  get idCrm(): string {
    return this.#idCrm;
  }

  get status(): SessionStatus {
    return this.#status;
  }

  /** Whether calls can be under way: the server has a session, as far as is known, or may have one already. */
  get canHear(): boolean {
    return this.#status.state === 'ready' || this.#status.state === 'authenticating';
  }

  /** Whether it is closed, but still reads what the server sent before it saw that. */
  get isDraining(): boolean {
    return this.#onDrained !== null;
  }

  /** The last known texts and ids; kept over a reconnect, since they belong to the agent. Null until first known. */
  get configuration(): AgentConfiguration | null {
    return this.#configuration;
  }

  /** The server's API version, null until known. */
  get version(): string | null {
    return this.#version;
  }

  /** Takes over what another session of the same agent knows of it. */
  learnFrom(other: Session): void {
    this.#configuration ??= other.#configuration;
    this.#version ??= other.#version;
  }

  /** Begins to connect. Without effect once begun or closed. */
  start(): void {
    if (this.#status.state === 'idle') this.#attempt();
  }

  /** Ends a wait early, since something changed on this side. Dials at most once a second. Without effect in other states. */
  retryNow(): void {
    if (this.#status.state !== 'waiting') return;
    const { clock } = this.#options;
    const now = clock.monotonic();
    const wait =
      this.#attemptedAt === null ? 0 : Math.max(0, this.#attemptedAt + this.#timings.shortestRetryMs - now);
    if (this.#dueAt === null || now + wait < this.#dueAt) this.#wait(this.#status.reason, wait);
  }

  /**
   * Asks over the live session. Callers that ask for the same at the same time share one answer.
   * @throws AccoladesError the reason for which the agent is not connected, `CONNECTION_LOST` and its like when the connection
   *   ends meanwhile, `REQUEST_TIMEOUT` after 10 s
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

  /** Whether this session, while nothing else does, keeps the process alive. Default true. */
  keepProcessAlive(keep: boolean): void {
    if (this.#keepAlive === keep) return;
    this.#keepAlive = keep;
    this.#transport?.keepProcessAlive(keep);
    if (keep) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Ends the session for good. Idempotent, immediate, never throws. */
  close(reason = new AccoladesError('SESSION_CLOSED')): void {
    if (this.#status.state === 'closed') {
      this.#drained();
      return;
    }
    this.#drop(reason);
    this.#setStatus({ state: 'closed', since: this.#options.clock.now(), reason });
  }

  /**
   * Ends the session for good, as `close` does, but with a closing handshake: the listener still gets the calls that the server sent before
   * it saw the close. Never throws; a `close` ends it early.
   * @param onDrained called once, when the connection has ended and the server has had a moment to notice, after 1 s at the latest; at once when no call can be under way
   */
  drain(onDrained: () => void): void {
    const { clock } = this.#options;
    const transport = this.#transport;
    if (!this.canHear || transport === null) {
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
    // The listener may have closed the session.
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

  /** For the transport. */
  onOpen(): void {
    if (this.#status.state === 'connecting') this.#authenticate();
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

  /** For the transport. */
  onFrame(frame: string | Uint8Array): void {
    this.onPong();
    this.#receive(frame);
  }

  /** For the transport. */
  onPong(): void {
    this.#heartbeat.signOfLife();
    this.#requests?.signOfLife();
  }

  /** For the transport. */
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

  /** For the heartbeat. */
  ping(): void {
    this.#transport?.sendPing();
  }

  /** For the heartbeat. */
  dead(): void {
    this.#fail(new AccoladesError('HEARTBEAT_TIMEOUT'));
  }

  /** For the requests. */
  onRequestDoubt(): void {
    this.#transport?.sendPing();
  }

  /** For the requests. */
  onRequestTimeout({ isOwn, isSilent }: UnansweredRequest, error: AccoladesError): void {
    this.#forgetAnswered();
    // A server that lives but does not know the request must not cost the calls; one that says nothing at all is gone.
    if (isSilent) this.#fail(error);
    if (!isOwn) return;
    this.#report('unknown', 'The server did not answer the configuration request; agent ids stay unknown.');
  }

  #authenticated(version: string | null): void {
    const { clock } = this.#options;
    if (this.#status.state !== 'authenticating') return;
    const { attempt } = this.#status;
    if (version !== null) this.#version = version;
    this.#setTimer(null);
    this.#readyAt = clock.monotonic();
    this.#heartbeat.start();
    // Before the listeners hear of it, so that no answer can overtake the question.
    this.#send('configuration', true);
    this.#setStatus({ state: 'ready', since: clock.now(), attempt });
  }

  #receive(frame: string | Uint8Array): void {
    const decoded = this.#decoded(frame);
    switch (decoded.kind) {
      case 'malformed':
        this.#report('malformed', decoded.error.message);
        return;
      case 'unknown':
        this.#report(
          'unknown',
          `The server sent a message of the unknown type “${shownText(decoded.type, 50)}”.`,
        );
        return;
      case 'message':
        if (decoded.repaired) {
          this.#report(
            'repaired',
            `A message of type ${decoded.message.type} was not valid JSON; it was repaired.`,
          );
        }
        this.#handle(decoded.message);
    }
  }

  /** A server that echoes the idCrm must not bring it into a flow. */
  #decoded(frame: string | Uint8Array): Decoded {
    const { idCrm } = this;
    // What the decoder will refuse stays as it is.
    const text =
      typeof frame === 'string' || frame.byteLength > MAX_FRAME_BYTES ? frame : (utf8Text(frame) ?? frame);
    const decoded = decode(text);
    // An escaped one is seen only after it was read.
    const mayHoldIt = typeof text !== 'string' || text.includes(idCrm) || text.includes('\\');
    return mayHoldIt ? maskDecoded(decoded, idCrm) : decoded;
  }

  #handle(message: ServerMessage): void {
    // A closed session that still reads does so for the calls alone.
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
        return;
      case 'error':
        this.#report(
          'serverError',
          `The server reported an error: ${shownText(JSON.stringify(message.raw), 300)}`,
        );
    }
  }

  #ask(type: RequestType): Promise<ServerMessage> {
    if (this.#requests?.find(type) === undefined) this.#send(type, false);
    return this.#requests?.find(type) ?? Promise.reject(new AccoladesError('NOT_CONNECTED'));
  }

  /** @param isOwn nobody else has asked for it */
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

  /** An idle session holds no more than it needs. */
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

  /** Ends everything that belongs to the present attempt or connection. */
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

  /** Whether it has been ready for so long that its next failure begins a new ladder of waits. */
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

  #report(kind: SessionReport['kind'], text: string): void {
    this.#listener.onReport({ kind, text });
  }
}
