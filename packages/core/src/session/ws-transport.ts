import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, type ClientOptions, type RawData } from 'ws';
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

/** Thousands of sessions have the same. */
const optionsByServer = new WeakMap<ServerOptions, ClientOptions>();

function optionsFor(server: ServerOptions): ClientOptions {
  const known = optionsByServer.get(server);
  if (known !== undefined) return known;
  const { ca, ...tls } = server.tls ?? {};
  const options = {
    ...tls,
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    rejectUnauthorized: server.allowUnauthorizedCerts !== true,
    ...COMMON_OPTIONS,
  };
  optionsByServer.set(server, options);
  return options;
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
  readonly #proxied: boolean;
  #keep = true;
  #wayThroughProxy: AbortController | null = null;

  constructor(server: ServerOptions, handlers: TransportHandlers) {
    this.#handlers = handlers;
    const { href } = parseServerUrl(server.url);
    const agent = proxyAgent(href, () => (this.#wayThroughProxy = new AbortController()).signal);
    this.#proxied = agent !== null;
    this.#ws = new OwnedWebSocket(this, href, {
      ...optionsFor(server),
      ...(agent === null ? {} : { agent }),
      finishRequest: (request) => {
        this.#request = request;
        request.end();
      },
    })
      .on('open', onOpen)
      .on('unexpected-response', onUnexpectedResponse)
      .on('error', onError)
      .on('close', onClose);
  }

  /** What only the handshake needs goes, and what only an open connection has comes: an idle one holds no more than it must. */
  opened(): void {
    this.#socket = this.#request?.socket ?? null;
    this.#request = null;
    this.#ws
      .off('open', onOpen)
      .off('unexpected-response', onUnexpectedResponse)
      .on('message', onMessage)
      .on('pong', onPong);
    this.#handlers?.onOpen();
  }

  refused(status: number): void {
    const byProxy = this.#proxied && PROXY_STATUS.has(status);
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
    this.#end(classify(error, this.#proxied));
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
    // The listeners stay: `terminate` during the handshake emits an error, which without them would be thrown.
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

/** Knows whose it is, so that all of them share their listeners: thousands are held, and every closure counts. */
class OwnedWebSocket extends WebSocket {
  readonly owner: WsTransport;

  constructor(owner: WsTransport, address: string, options: ClientOptions) {
    super(address, options);
    this.owner = owner;
  }
}

/** Of a socket of ours. */
function ownerOf(socket: WebSocket): WsTransport | null {
  return socket instanceof OwnedWebSocket ? socket.owner : null;
}

function onOpen(this: WebSocket): void {
  ownerOf(this)?.opened();
}

function onUnexpectedResponse(this: WebSocket, request: ClientRequest, response: IncomingMessage): void {
  request.destroy();
  ownerOf(this)?.refused(response.statusCode ?? 0);
}

function onError(this: WebSocket, error: Error): void {
  ownerOf(this)?.failed(error);
}

function onClose(this: WebSocket, code: number): void {
  ownerOf(this)?.ended(code);
}

function onMessage(this: WebSocket, data: RawData): void {
  // With the default binaryType every message is one Buffer.
  if (Buffer.isBuffer(data)) ownerOf(this)?.received(data);
}

function onPong(this: WebSocket): void {
  ownerOf(this)?.ponged();
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
