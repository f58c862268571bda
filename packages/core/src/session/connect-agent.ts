import { AccoladesError } from '../errors.ts';
import type { Transport, TransportHandlers } from '../net/transport.ts';
import { encodeAuthRequest } from '../protocol/encode.ts';
import { startDeadline, type Timer } from '../time/clock.ts';
import type { SessionContext } from './contract.ts';
import type { ConnectionPeer } from './live-connection.ts';
import { readFrame } from './read-frame.ts';

/** Callbacks of an attempt. Nothing is called after `onConnected` or `onFailed`. */
export interface ConnectPeer extends ConnectionPeer {
  /** The connection is open, and the authentication request was sent. */
  onAuthenticating(): void;
  /** The server has authenticated the agent. The peer now owns the transport. */
  onConnected(transport: Transport, version: string | null): void;
}

/**
 * One attempt to connect an agent: dials and authenticates, each with a deadline.
 *
 * The server may send calls before it confirms the authentication.
 */
export class ConnectAttempt implements TransportHandlers {
  readonly #context: SessionContext;
  readonly #peer: ConnectPeer;
  #transport: Transport | null = null;
  #deadline: Timer | null = null;

  constructor(context: SessionContext, peer: ConnectPeer) {
    this.#context = context;
    this.#peer = peer;
  }

  /** Dials. Call it once. */
  start(): void {
    const { options, timings } = this.#context;
    this.#startDeadline(timings.connectMs, () => {
      const what = this.#transport?.stalledAt?.() ?? undefined;
      return new AccoladesError('CONNECT_TIMEOUT', what === undefined ? {} : { what });
    });
    this.#transport = options.connect(options.server, this);
  }

  /** Ends the attempt and its connection. Calls nothing. */
  stop(): void {
    this.take()?.discard();
  }

  /** Ends the attempt and returns its connection, which the caller now owns. */
  take(): Transport | null {
    const transport = this.#transport;
    this.#transport = null;
    this.#deadline?.stop();
    return transport;
  }

  onOpen(): void {
    const { idCrm, timings } = this.#context;
    this.#startDeadline(timings.authenticateMs, () => new AccoladesError('AUTH_TIMEOUT'));
    this.#transport?.sendText(encodeAuthRequest(idCrm));
    this.#peer.onAuthenticating();
  }

  onFrame(frame: string | Uint8Array): void {
    const message = readFrame(frame, this.#context);
    if (message === null) return;
    if (message.type !== 'authSuccess') {
      this.#peer.onMessage(message);
      return;
    }
    const transport = this.take();
    if (transport !== null) this.#peer.onConnected(transport, message.version);
  }

  onPong(): void {
    // Only the deadlines count.
  }

  onClosed(error: AccoladesError): void {
    this.#peer.onFailed(error);
  }

  #startDeadline(ms: number, errorOf: () => AccoladesError): void {
    this.#deadline?.stop();
    this.#deadline = startDeadline(this.#context.options.clock, ms, () => {
      this.#peer.onFailed(errorOf());
    });
  }
}
