import { AccoladesError } from '../errors.ts';
import type { Transport, TransportHandlers } from '../net/transport.ts';
import { encodeAuthRequest } from '../protocol/encode.ts';
import { startDeadline, type Timer } from '../time/clock.ts';
import type { SessionListener, SessionOptions, SessionTimings } from './contract.ts';
import { readFrame, type SessionMessage } from './read-frame.ts';

/** Callbacks of a connection attempt. Nothing is called after `onConnected` or `onFailed`. */
export interface ConnectPeer {
  /** The connection is open, and the authentication request was sent. */
  onAuthenticating(): void;
  /** Any message but the success, such as a call or a refusal. */
  onMessage(message: SessionMessage): void;
  /** The server has authenticated the agent. The peer now owns the transport. */
  onConnected(transport: Transport, version: string | null): void;
  onFailed(error: AccoladesError): void;
}

/**
 * One attempt to connect an agent: dials and authenticates, each with a deadline.
 *
 * The server may send calls before it confirms the authentication.
 */
export class ConnectAttempt implements TransportHandlers {
  /** Private, so that logging the attempt does not show it. */
  readonly #idCrm: string;
  readonly #options: SessionOptions;
  readonly #timings: SessionTimings;
  readonly #listener: Pick<SessionListener, 'onReport' | 'onFrame'>;
  readonly #peer: ConnectPeer;
  #transport: Transport | null = null;
  #deadline: Timer | null = null;

  constructor(
    idCrm: string,
    options: SessionOptions,
    timings: SessionTimings,
    listener: Pick<SessionListener, 'onReport' | 'onFrame'>,
    peer: ConnectPeer,
  ) {
    this.#idCrm = idCrm;
    this.#options = options;
    this.#timings = timings;
    this.#listener = listener;
    this.#peer = peer;
  }

  /** Dials. Call it once. */
  start(): void {
    this.#startDeadline(this.#timings.connectMs, () => {
      const what = this.#transport?.stalledAt?.() ?? undefined;
      return new AccoladesError('CONNECT_TIMEOUT', what === undefined ? {} : { what });
    });
    this.#transport = this.#options.connect(this.#options.server, this);
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
    this.#startDeadline(this.#timings.authenticateMs, () => new AccoladesError('AUTH_TIMEOUT'));
    this.#transport?.sendText(encodeAuthRequest(this.#idCrm));
    this.#peer.onAuthenticating();
  }

  onFrame(frame: string | Uint8Array): void {
    const message = readFrame(frame, this.#idCrm, this.#listener);
    if (message?.type !== 'authSuccess') {
      if (message !== null) this.#peer.onMessage(message);
      return;
    }
    const transport = this.take();
    if (transport !== null) this.#peer.onConnected(transport, message.version);
  }

  onPong(): void {
    // The deadline decides, whatever the server sends.
  }

  onClosed(error: AccoladesError): void {
    this.#fail(error);
  }

  #fail(error: AccoladesError): void {
    this.stop();
    this.#peer.onFailed(error);
  }

  #startDeadline(ms: number, errorOf: () => AccoladesError): void {
    this.#deadline?.stop();
    this.#deadline = startDeadline(this.#options.clock, ms, () => {
      this.#fail(errorOf());
    });
  }
}
