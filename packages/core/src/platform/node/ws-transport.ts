import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import { AccoladesError, messageOf } from '../../errors.ts';
import { describeNetworkError, networkErrorCode, systemCodeOf } from '../../net/network-error.ts';
import { MAX_FRAME_BYTES } from '../../protocol/decode.ts';
import { ADDRESS_OPTIONS } from './addresses.ts';
import { proxyAgent, type ProxyTunnel } from './proxy.ts';
import { parseServerUrl, type ServerOptions } from '../../net/server-url.ts';
import type { Transport, TransportFactory, TransportHandlers } from '../../net/transport.ts';

/** Frames up to this size are rejected alone; a larger one ends the connection. */
const HARD_FRAME_LIMIT_BYTES = 8 * MAX_FRAME_BYTES;

/** Pings are not answered while this many bytes wait to be sent. */
const MAX_UNREAD_BYTES = 16_384;

/** RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;

/** Options of all connections. */
const COMMON_OPTIONS = {
  ...ADDRESS_OPTIONS,
  perMessageDeflate: false,
  // We answer pings ourselves: the library would keep a function in each of thousands of
  // connections.
  autoPong: false,
  followRedirects: false,
  maxPayload: HARD_FRAME_LIMIT_BYTES,
  /**
   * Longest time in the closing handshake, in milliseconds; the library's default is 30 s. Its
   * types do not declare the option yet.
   */
  closeTimeout: 1_000,
  // The decoder rejects bad UTF-8 itself, so that one bad frame does not end the connection.
  skipUTF8Validation: true,
} as const;

/** The library's arguments for a server. */
interface Destination {
  readonly url: URL;
  readonly options: ClientOptions;
}

/** Cached, because thousands of sessions have the same server. */
const destinations = new WeakMap<ServerOptions, Destination>();

/** @throws AccoladesError `INVALID_URL` */
function destinationOf(server: ServerOptions): Destination {
  const known = destinations.get(server);
  if (known !== undefined) return known;
  const { ca, ...tls } = server.tls ?? {};
  const destination = {
    url: new URL(parseServerUrl(server.url).href),
    options: {
      ...tls,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
      rejectUnauthorized: server.allowUnauthorizedCerts !== true,
      ...COMMON_OPTIONS,
    },
  };
  destinations.set(server, destination);
  return destination;
}

/**
 * Connects with the `ws` library, through the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY, if
 * any.
 */
export const connectWebSocket: TransportFactory = (server, handlers) => {
  try {
    return connectTo(server, handlers);
  } catch (thrown) {
    if (thrown instanceof AccoladesError) return new FailedTransport(thrown, handlers);
    // For example, invalid TLS options. Omit the cause: it holds the address with its password.
    const { code, what } = classify(thrown instanceof Error ? thrown : new Error(messageOf(thrown)), false);
    return new FailedTransport(new AccoladesError(code, { what: what ?? messageOf(thrown) }), handlers);
  }
};

class FailedTransport implements Transport {
  #handlers: TransportHandlers | null;

  constructor(error: AccoladesError, handlers: TransportHandlers) {
    this.#handlers = handlers;
    queueMicrotask(() => this.#handlers?.onClosed(error));
  }

  setHandlers(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }

  sendText(): void {
    // There is no connection.
  }

  sendPing(): void {
    // There is no connection.
  }

  beginClose(): void {
    // There is no connection.
  }

  discard(): void {
    this.#handlers = null;
  }
}

/** State that is needed only until the connection is open. */
interface Handshake {
  request: ClientRequest | null;
  /** Set when the connection uses a proxy. */
  proxyAbort: AbortController | null;
  tunnel: ProxyTunnel | null;
}

function connectTo(server: ServerOptions, handlers: TransportHandlers): WsTransport {
  const { url, options } = destinationOf(server);
  const handshake: Handshake = { request: null, proxyAbort: null, tunnel: null };
  const agent = proxyAgent(url.href, () => (handshake.proxyAbort = new AbortController()).signal);
  handshake.tunnel = agent;
  const own: ClientOptions = {
    ...options,
    finishRequest: (request) => {
      handshake.request = request;
      request.once('socket', (socket) => socket.unref());
      request.end();
    },
  };
  const ws = new WebSocket(url, agent === null ? own : { ...own, agent });
  return new WsTransport(ws, handshake, handlers);
}

class WsTransport implements Transport {
  readonly #ws: WebSocket;
  #handlers: TransportHandlers | null;
  /** Null after the connection is open, to save memory. */
  #handshake: Handshake | null;

  constructor(ws: WebSocket, handshake: Handshake, handlers: TransportHandlers) {
    this.#ws = ws;
    this.#handshake = handshake;
    this.#handlers = handlers;
    this.#listen();
  }

  // A failed write emits 'error' or 'close', which are handled below.

  setHandlers(handlers: TransportHandlers): void {
    this.#handlers = handlers;
  }

  sendText(text: string): void {
    if (this.#isOpen) this.#ws.send(text);
  }

  sendPing(): void {
    if (this.#isOpen) this.#ws.ping();
  }

  beginClose(): void {
    // The library emits messages until the server's close frame.
    if (this.#isOpen) this.#ws.close(NORMAL_CLOSURE);
  }

  discard(): void {
    this.#handlers = null;
    this.#ws.terminate();
    this.#handshake?.proxyAbort?.abort();
  }

  stalledAt(): string | null {
    return this.#handshake?.tunnel?.stalledAt ?? null;
  }

  /** The listeners stay until the socket is gone: `terminate` emits an error in the handshake. */
  #listen(): void {
    const onRefused = (request: ClientRequest, response: IncomingMessage): void => {
      request.destroy();
      this.#refused(response.statusCode ?? 0);
    };
    this.#ws
      .on('unexpected-response', onRefused)
      .once('open', () => {
        this.#ws.off('unexpected-response', onRefused);
        // Again: Node.js forgets it when it tries the next address of a host name.
        this.#handshake?.request?.socket?.unref();
        this.#handshake = null;
        this.#handlers?.onOpen();
      })
      .on('message', (data) => {
        // With the default binaryType, every message is one Buffer.
        if (Buffer.isBuffer(data)) this.#handlers?.onFrame(data);
      })
      .on('ping', (payload) => {
        this.#answer(payload);
        this.#handlers?.onPong();
      })
      .on('pong', () => this.#handlers?.onPong())
      .on('error', (error) => {
        this.#end(classify(error, this.#isProxied));
      })
      .on('close', (code) => {
        this.#end(new AccoladesError('CONNECTION_LOST', { what: `The connection ended (code ${code}).` }));
      });
  }

  get #isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  /** Whether the handshake uses a proxy. */
  get #isProxied(): boolean {
    return this.#handshake?.proxyAbort != null;
  }

  /**
   * Answers a ping, unless the server does not read: it may get only the newest answer (RFC 6455,
   * section 5.5.3).
   */
  #answer(payload: Buffer): void {
    if (this.#isOpen && this.#ws.bufferedAmount < MAX_UNREAD_BYTES) this.#ws.pong(payload);
  }

  #refused(status: number): void {
    const byProxy = this.#isProxied && PROXY_STATUS.has(status);
    this.#end(
      new AccoladesError(byProxy ? 'PROXY_FAILED' : 'NOT_A_WEBSOCKET', {
        what: `The ${byProxy ? 'proxy' : 'server'} answered with HTTP status ${status}.`,
      }),
    );
  }

  #end(error: AccoladesError): void {
    const handlers = this.#handlers;
    this.discard();
    handlers?.onClosed(error);
  }
}

/** Statuses of a proxy that refuses or fails to connect. */
const PROXY_STATUS: ReadonlySet<number> = new Set([403, 407, 502, 503, 504]);

/** Classifies an error of the connection: network errors and those of the WebSocket handshake. */
function classify(error: Error, proxied: boolean): AccoladesError {
  if (error instanceof AccoladesError) return error;
  // The library's own codes: the server violated the protocol on an open connection.
  if (systemCodeOf(error).startsWith('WS_ERR_')) {
    return new AccoladesError('CONNECTION_LOST', { what: describeNetworkError(error), cause: error });
  }
  const code = networkErrorCode(error, proxied);
  const refusedHandshake =
    systemCodeOf(error).startsWith('HPE_') ||
    /invalid (websocket|status|upgrade|sec-websocket)/i.test(error.message);
  return new AccoladesError(code === 'NETWORK' && refusedHandshake ? 'NOT_A_WEBSOCKET' : code, {
    what: describeNetworkError(error),
    cause: error,
  });
}
