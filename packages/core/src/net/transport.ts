import type { AccoladesError } from '../errors.ts';
import type { ServerOptions } from './server-url.ts';

/**
 * Events of a transport. Nothing is called after `onClosed`. These are methods of one object: a
 * wrapper must call each on that object, because a spread copy has no methods.
 */
export interface TransportHandlers {
  onOpen(): void;
  onFrame(frame: string | Uint8Array): void;
  /** The peer answered a ping or sent one: a sign of life. */
  onPong(): void;
  /** Called once when the connection ends for any reason, even if it never opened. */
  onClosed(error: AccoladesError): void;
}

/** One connection, between a session and the network. It does not keep the process alive. */
export interface Transport {
  /** Sends all later events to other handlers. */
  setHandlers(handlers: TransportHandlers): void;
  sendText(text: string): void;
  sendPing(): void;
  /**
   * Starts the closing handshake of an open connection and keeps reading: frames that the server
   * sent before it saw the close still reach `onFrame`, then `onClosed` is called. The caller
   * limits the time. Idempotent, never throws.
   */
  beginClose(): void;
  /**
   * Ends the connection at once, without a closing handshake. Idempotent, never throws. Calls no
   * handler afterwards.
   */
  discard(): void;
  /** The peer that delays the connection being opened, in one sentence. Null when unknown. */
  stalledAt?(): string | null;
}

/**
 * Starts to connect and returns at once. Every failure is reported to `onClosed`, even one that is
 * known immediately.
 */
export type TransportFactory = (server: ServerOptions, handlers: TransportHandlers) => Transport;
