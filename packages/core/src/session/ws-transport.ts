import { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { AccoladesError, messageOf } from '../errors.ts';
import { describeNetworkError, networkErrorCode, systemCodeOf } from '../network-error.ts';
import { MAX_FRAME_BYTES } from '../protocol/decode.ts';
import { proxyAgent } from '../settings/proxy.ts';
import { parseServerUrl, type ServerOptions } from '../settings/server.ts';
import type { Transport, TransportFactory, TransportHandlers } from './transport.ts';

/** A frame between the protocol's limit and this one is refused but costs nothing else; a larger one ends the connection. */
const HARD_FRAME_LIMIT_BYTES = 8 * MAX_FRAME_BYTES;

/** RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;

/** What all connections have in common. */
const COMMON_OPTIONS = {
  perMessageDeflate: false,
  followRedirects: false,
  maxPayload: HARD_FRAME_LIMIT_BYTES,
  /**
   * How long the connection may stay open after either side said good-bye, in milliseconds; the library's default is 30 s. Its types do
   * not know the option yet.
   */
  closeTimeout: 1_000,
  // The decoder refuses bad UTF-8 itself, so that one bad frame does not cost the connection.
  skipUTF8Validation: true,
} as const;

/** What the library needs to know of a server. */
interface Destination {
  readonly url: URL;
  readonly options: ClientOptions;
}

/** Thousands of sessions have the same. */
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

/** Connects with the `ws` library, through the proxy that HTTPS_PROXY / HTTP_PROXY / NO_PROXY name, if any. */
export const connectWebSocket: TransportFactory = (server, handlers) => {
  try {
    return new WsTransport(server, handlers);
  } catch (thrown) {
    if (thrown instanceof AccoladesError) return new FailedTransport(thrown, handlers);
    // Unreadable TLS material, for example. Without the cause, which holds the address with its password.
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

  send(): void {
    // There is no connection.
  }

  ping(): void {
    // There is no connection.
  }

  close(): void {
    // There is no connection.
  }

  discard(): void {
    this.#handlers = null;
  }

  keepProcessAlive(): void {
    // It holds nothing open.
  }
}

class WsTransport implements Transport {
  readonly #ws: WebSocket;
  #handlers: TransportHandlers | null;
  /** Until it is open. */
  #request: ClientRequest | null = null;
  #socket: Socket | null = null;
  #keep = true;
  /** Present when it goes through a proxy. */
  #wayThroughProxy: AbortController | null = null;

  constructor(server: ServerOptions, handlers: TransportHandlers) {
    this.#handlers = handlers;
    const { url, options } = destinationOf(server);
    const agent = proxyAgent(url.href, () => (this.#wayThroughProxy = new AbortController()).signal);
    this.#ws = new TransportSocket(this, url, {
      ...options,
      ...(agent === null ? {} : { agent }),
      finishRequest: (request) => {
        this.#request = request;
        request.end();
      },
    });
  }

  opened(): void {
    this.#socket = this.#request?.socket ?? null;
    // An idle connection holds no more than it must.
    this.#request = null;
    this.#handlers?.onOpen();
  }

  refused(status: number): void {
    const byProxy = this.#wayThroughProxy !== null && PROXY_STATUS.has(status);
    this.#end(
      new AccoladesError(byProxy ? 'PROXY_FAILED' : 'NOT_A_WEBSOCKET', {
        what: `The ${byProxy ? 'proxy' : 'server'} answered with HTTP status ${status}.`,
      }),
    );
  }

  received(frame: Buffer): void {
    this.#handlers?.onFrame(frame);
  }

  ponged(): void {
    this.#handlers?.onPong();
  }

  failed(error: Error): void {
    this.#end(classify(error, this.#wayThroughProxy !== null));
  }

  ended(code: number): void {
    this.#end(new AccoladesError('CONNECTION_LOST', { what: `The connection ended (code ${code}).` }));
  }

  // A write that fails is followed by 'error' or 'close', where it is handled.

  send(text: string): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(text);
  }

  ping(): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
  }

  close(): void {
    // The library goes on telling of messages until the server's close frame.
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.close(NORMAL_CLOSURE);
  }

  discard(): void {
    this.#handlers = null;
    this.#ws.terminate();
    this.#wayThroughProxy?.abort();
  }

  keepProcessAlive(keep: boolean): void {
    if (keep === this.#keep) return;
    this.#keep = keep;
    this.#referSocket();
  }

  #referSocket(): void {
    const socket = this.#socket ?? this.#request?.socket ?? null;
    if (socket === null) {
      this.#request?.once('socket', () => {
        this.#referSocket();
      });
    } else if (this.#keep) socket.ref();
    else socket.unref();
  }

  #end(error: AccoladesError): void {
    const handlers = this.#handlers;
    this.discard();
    handlers?.onClosed(error);
  }
}

/**
 * Tells its events to its transport directly, not by listeners: thousands are held, and each would have a larger table of them. What
 * `terminate` emits during the handshake goes there, too.
 */
class TransportSocket extends WebSocket {
  readonly transport: WsTransport;

  constructor(transport: WsTransport, address: URL, options: ClientOptions) {
    super(address, options);
    this.transport = transport;
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    switch (event) {
      case 'open':
        this.transport.opened();
        return true;
      case 'message':
        // With the default binaryType every message is one Buffer.
        if (Buffer.isBuffer(first)) this.transport.received(first);
        return true;
      case 'pong':
        this.transport.ponged();
        return true;
      case 'unexpected-response':
        if (first instanceof ClientRequest) first.destroy();
        this.transport.refused(second instanceof IncomingMessage ? (second.statusCode ?? 0) : 0);
        return true;
      case 'error':
        this.transport.failed(first instanceof Error ? first : new Error(messageOf(first)));
        return true;
      case 'close':
        this.transport.ended(typeof first === 'number' ? first : 0);
        return true;
      default:
        return super.emit(event, first, second);
    }
  }
}

/** What a proxy answers to CONNECT when it will not or cannot connect. */
const PROXY_STATUS: ReadonlySet<number> = new Set([403, 407, 502, 503, 504]);

/** What an error of the connection means: the network's part, and what only a WebSocket handshake can say. */
function classify(error: Error, proxied: boolean): AccoladesError {
  if (error instanceof AccoladesError) return error;
  // The library's own codes: the server broke the rules on a connection that was open.
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
