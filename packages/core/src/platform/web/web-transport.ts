import { AccoladesError } from '../../errors.ts';
import type { Transport, TransportFactory, TransportHandlers } from '../../net/transport.ts';
import { encodeRequest } from '../../protocol/encode.ts';

const VERSION_FRAME = /"type"\s*:\s*"version"/;

/** Connects with the browser's WebSocket. */
export const connectInBrowser: TransportFactory = (server, handlers) =>
  new WebTransport(server.url ?? '', handlers);

/**
 * Sends `version` requests instead of WebSocket pings, which a page cannot send. Every answer is a
 * frame, and every frame is a sign of life.
 *
 * The vendor documents that the server answers each request [seed], but this is not confirmed. So
 * silence ends a connection only if the server answered a version request on it before, or has sent
 * nothing at all.
 */
class WebTransport implements Transport {
  readonly #socket: WebSocket | null;
  #handlers: TransportHandlers | null;
  #opened = false;
  #pinged = false;
  #answersRequests = false;
  #answersVersion = false;

  constructor(url: string, handlers: TransportHandlers) {
    this.#handlers = handlers;
    this.#socket = this.#open(url);
  }

  #open(url: string): WebSocket | null {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url);
    } catch {
      // For example, ws: on a page loaded by https:.
      queueMicrotask(() => {
        this.#end(new AccoladesError('NETWORK', { what: 'The browser refused to connect.' }));
      });
      return null;
    }
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      this.#opened = true;
      this.#handlers?.onOpen();
    });
    socket.addEventListener('message', (event) => {
      const data: unknown = event.data;
      const frame =
        typeof data === 'string' ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : null;
      if (frame === null) return;
      if (this.#pinged) this.#answersRequests = true;
      if (typeof frame === 'string' && VERSION_FRAME.test(frame)) this.#answersVersion = true;
      this.#handlers?.onFrame(frame);
    });
    socket.addEventListener('close', ({ code }) => {
      // The browser does not say why a connection could not be opened.
      this.#end(
        this.#opened
          ? new AccoladesError('CONNECTION_LOST', { what: `The connection ended (code ${code}).` })
          : new AccoladesError('NETWORK', { what: 'The connection could not be opened.' }),
      );
    });
    return socket;
  }

  setHandlers(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }

  sendText(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  sendPing(): void {
    this.sendText(encodeRequest('version'));
    if (this.#answersRequests && !this.#answersVersion) this.#handlers?.onPong();
    this.#pinged = true;
  }

  beginClose(): void {
    this.#socket?.close();
  }

  discard(): void {
    this.#handlers = null;
    this.#socket?.close();
  }

  #end(error: AccoladesError): void {
    const handlers = this.#handlers;
    this.discard();
    handlers?.onClosed(error);
  }
}
