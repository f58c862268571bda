import type { AccoladesError } from '../errors.ts';
import type { ServerOptions } from './server-url.ts';

/**
 * What a transport tells its session. After `onClosed` it calls nothing more. They are methods of one object: who wraps it calls each of
 * them on it, since a copy by spreading has none of them.
 */
export interface TransportHandlers {
  onOpen(): void;
  onFrame(frame: string | Uint8Array): void;
  /** The peer has answered a ping, or has sent one: it lives. */
  onPong(): void;
  /** Called once, however the connection ends, also when it never opened. */
  onClosed(error: AccoladesError): void;
}

/** One connection: the seam between a session and the network. */
export interface Transport {
  sendText(text: string): void;
  sendPing(): void;
  /**
   * Begins the closing handshake of an open connection and goes on reading: what the server sent before it saw the close still comes as
   * `onFrame`, and `onClosed` when the connection has ended. Idempotent, never throws; how long the server may take is the caller's to limit.
   */
  beginClose(): void;
  /** Ends the connection at once, without waiting for the peer. Idempotent, never throws; calls no handler afterwards. */
  discard(): void;
  /** Which peer holds up the connection that is being opened, in a sentence, when that is known. */
  stalledAt?(): string | null;
  /** Whether the open connection keeps the process alive. */
  keepProcessAlive(keep: boolean): void;
}

/** Starts to connect and returns at once; a failure arrives at `onClosed`, also one that is known immediately. */
export type TransportFactory = (server: ServerOptions, handlers: TransportHandlers) => Transport;
