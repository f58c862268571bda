import { AccoladesError, type AccoladesErrorCode } from '../../src/errors.ts';
import type { Transport, TransportFactory, TransportHandlers } from '../../src/net/transport.ts';
import type { ServerOptions } from '../../src/net/server-url.ts';

/** A connection whose server is the test. Like any `Transport`, silent once discarded or closed. */
export class FakeTransport implements Transport {
  readonly server: ServerOptions;
  /** What the session sent, in order. */
  readonly sent: string[] = [];
  pings = 0;
  state: 'opening' | 'open' | 'closing' | 'closed' | 'discarded' = 'opening';
  #handlers: TransportHandlers;

  constructor(server: ServerOptions, handlers: TransportHandlers) {
    this.server = server;
    this.#handlers = handlers;
  }

  get ended(): boolean {
    return this.state === 'closed' || this.state === 'discarded';
  }

  sendText(text: string): void {
    if (this.state === 'open') this.sent.push(text);
  }

  sendPing(): void {
    if (this.state === 'open') this.pings++;
  }

  beginClose(): void {
    if (this.state === 'open') this.state = 'closing';
  }

  discard(): void {
    if (!this.ended) this.state = 'discarded';
  }

  setHandlers(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }

  /** Opens the socket, unless it was discarded. */
  open(): void {
    if (this.state !== 'opening') return;
    this.state = 'open';
    this.#handlers.onOpen();
  }

  /**
   * Receives a frame, also during the closing handshake. Values other than text and bytes are sent
   * as JSON.
   */
  frame(frame: unknown): void {
    if (this.state !== 'open' && this.state !== 'closing') return;
    const raw = typeof frame === 'string' || frame instanceof Uint8Array;
    this.#handlers.onFrame(raw ? frame : JSON.stringify(frame));
  }

  pong(): void {
    if (this.state === 'open') this.#handlers.onPong();
  }

  /** The server ends the connection. */
  fail(code: AccoladesErrorCode = 'CONNECTION_LOST'): void {
    if (this.ended) return;
    this.state = 'closed';
    this.#handlers.onClosed(new AccoladesError(code));
  }

  /** The types of the messages that the session sent. */
  get sentTypes(): unknown[] {
    return this.sent.map((text) => {
      const message: unknown = JSON.parse(text);
      return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
    });
  }
}

/** Every connection that was ever begun. */
export class FakeNetwork {
  readonly transports: FakeTransport[] = [];
  readonly connect: TransportFactory = (server, handlers) => {
    const transport = new FakeTransport(server, handlers);
    this.transports.push(transport);
    return transport;
  };

  get last(): FakeTransport {
    const last = this.transports.at(-1);
    if (last === undefined) throw new Error('No connection was begun.');
    return last;
  }

  /** Connections that have not ended. */
  get live(): FakeTransport[] {
    return this.transports.filter((transport) => !transport.ended);
  }
}
