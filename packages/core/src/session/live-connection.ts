import { AccoladesError } from '../errors.ts';
import type { Transport, TransportHandlers } from '../net/transport.ts';
import { encodeRequest } from '../protocol/encode.ts';
import type { RequestType, ServerMessage } from '../protocol/messages.ts';
import { STABLE_AFTER_MS } from '../time/backoff.ts';
import type { Timer } from '../time/clock.ts';
import type { SessionContext } from './contract.ts';
import { Heartbeat, type HeartbeatPeer } from './heartbeat.ts';
import { PendingRequests, type Unanswered, type UnansweredRequest } from './pending-requests.ts';
import { readFrame, type SessionMessage } from './read-frame.ts';

/** Callbacks of a connection. Nothing is called after `onFailed`. */
export interface ConnectionPeer {
  onMessage(message: SessionMessage): void;
  onFailed(error: AccoladesError): void;
}

/**
 * An agent's authenticated connection: reads, checks that the server is alive, and sends requests.
 *
 * It is itself the handler of its transport, heartbeat and requests: with thousands of sessions,
 * closures cost too much memory.
 */
export class LiveConnection implements TransportHandlers, HeartbeatPeer, Unanswered {
  readonly #context: SessionContext;
  readonly #transport: Transport;
  readonly #peer: ConnectionPeer;
  readonly #heartbeat: Heartbeat;
  /** Monotonic time. */
  readonly #openedAt: number;
  #requests: PendingRequests | null = null;
  /** Set while the connection drains. */
  #draining: { timer: Timer; readonly onDrained: () => void } | null = null;

  constructor(context: SessionContext, transport: Transport, peer: ConnectionPeer) {
    const { clock } = context.options;
    this.#context = context;
    this.#transport = transport;
    this.#peer = peer;
    this.#heartbeat = new Heartbeat(clock, context.timings.heartbeatMs, this);
    this.#openedAt = clock.monotonic();
    transport.setHandlers(this);
  }

  /** Whether the connection lived for long enough to reset the backoff. */
  get isStable(): boolean {
    return this.#context.options.clock.monotonic() - this.#openedAt >= STABLE_AFTER_MS;
  }

  /** Starts the heartbeat and requests the configuration. */
  start(): void {
    this.#heartbeat.start();
    this.#send('configuration', true);
  }

  /** Simultaneous requests of one type share one answer. */
  async request(type: RequestType): Promise<ServerMessage> {
    if (this.#requests?.find(type) === undefined) this.#send(type, false);
    return this.#requests?.find(type) ?? Promise.reject(new AccoladesError('NOT_CONNECTED'));
  }

  /** Ends the connection at once. Calls nothing. */
  end(reason: AccoladesError): void {
    this.#draining?.timer.stop();
    this.#draining = null;
    this.#stop(reason);
    this.#transport.discard();
  }

  /**
   * Starts the closing handshake; calls already in flight still reach the listener.
   * @param onDrained called once, after the connection has ended and `releaseMs` has passed, or
   *   after `closingMs` at the latest
   */
  drain(reason: AccoladesError, onDrained: () => void): void {
    this.#stop(reason);
    this.#draining = { timer: this.#finishAfter(this.#context.timings.closingMs), onDrained };
    this.#transport.beginClose();
  }

  /** Ends the drain early. No effect when the connection does not drain. */
  finish(): void {
    const draining = this.#draining;
    if (draining === null) return;
    this.end(new AccoladesError('SESSION_CLOSED'));
    draining.onDrained();
  }

  // Callbacks of the transport:

  onOpen(): void {
    // It was open before this object existed.
  }

  onFrame(frame: string | Uint8Array): void {
    this.onPong();
    const message = readFrame(frame, this.#context);
    if (message === null || this.#draining !== null) return;
    this.#peer.onMessage(message);
    if (message.type !== 'configuration' && message.type !== 'version') return;
    this.#requests?.answer(message.type, message);
    this.#forgetAnswered();
  }

  onPong(): void {
    this.#heartbeat.signOfLife();
    this.#requests?.signOfLife();
  }

  onClosed(error: AccoladesError): void {
    if (this.#draining === null) {
      this.#peer.onFailed(error);
      return;
    }
    this.#draining.timer.stop();
    this.#draining.timer = this.#finishAfter(this.#context.timings.releaseMs);
  }

  // Callbacks of the heartbeat:

  ping(): void {
    this.#transport.sendPing();
  }

  dead(): void {
    this.#peer.onFailed(new AccoladesError('HEARTBEAT_TIMEOUT'));
  }

  // Callbacks of the pending requests:

  onRequestDoubt(): void {
    this.#transport.sendPing();
  }

  onRequestTimeout({ isOwn, isSilent }: UnansweredRequest, error: AccoladesError): void {
    this.#forgetAnswered();
    // Keep the connection if only this request was not answered; end it if the server sent nothing.
    if (isSilent) this.#peer.onFailed(error);
    if (!isOwn) return;
    const text = 'The server did not answer the configuration request; agent ids stay unknown.';
    this.#context.listener.onReport({ kind: 'unknown', text });
  }

  /** @param isOwn true when the session itself needs the answer */
  #send(type: RequestType, isOwn: boolean): void {
    const { options, timings } = this.#context;
    this.#requests ??= new PendingRequests(options.clock, this, timings);
    this.#requests.add(type, isOwn);
    this.#transport.sendText(encodeRequest(type));
  }

  /** Frees memory of an idle session. */
  #forgetAnswered(): void {
    if (this.#requests?.isEmpty === true) this.#requests = null;
  }

  #stop(reason: AccoladesError): void {
    this.#heartbeat.stop();
    const requests = this.#requests;
    this.#requests = null;
    requests?.end(reason);
  }

  #finishAfter(ms: number): Timer {
    return this.#context.options.clock.start(ms, () => {
      this.finish();
    });
  }
}
