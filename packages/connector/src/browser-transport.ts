import {
  AccoladesError,
  encodeRequest,
  type Transport,
  type TransportFactory,
  type TransportHandlers,
} from '@accolades-flow/core/web';

const VERSION_FRAME = /"type"\s*:\s*"version"/;

/** Connects with the browser's own WebSocket. */
export const connectInBrowser: TransportFactory = (server, handlers) =>
  new BrowserTransport(server.url ?? '', handlers);

/**
 * A page cannot send WebSocket pings, so that a `version` request takes their place: documented, small, without effect on the server.
 * Its answer is a frame, and every frame is a sign of life.
 *
 * That the server answers it each time is documented, but was never seen. So its silence counts as a dead connection only if it has
 * answered one on this connection, or nothing at all: a server that answers other requests, but never this one, is not given up.
 */
class BrowserTransport implements Transport {
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
      // For example, ws: on a page that came by https:.
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
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const frame =
        typeof data === 'string' ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : null;
      if (frame === null) return;
      if (this.#pinged) this.#answersRequests = true;
      if (typeof frame === 'string' && VERSION_FRAME.test(frame)) this.#answersVersion = true;
      this.#handlers?.onFrame(frame);
    });
    socket.addEventListener('close', ({ code }) => {
      // A page is not told why a connection could not be opened.
      this.#end(
        this.#opened
          ? new AccoladesError('CONNECTION_LOST', { what: `The connection ended (code ${code}).` })
          : new AccoladesError('NETWORK', { what: 'The connection could not be opened.' }),
      );
    });
    return socket;
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

  keepProcessAlive(): void {
    // A page lives as long as it is shown.
  }

  #end(error: AccoladesError): void {
    const handlers = this.#handlers;
    this.discard();
    handlers?.onClosed(error);
  }
}
