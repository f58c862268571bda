import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

/**
 * Keeps requests of our paths from being read by others. With its default settings, Node-RED's
 * admin API sees every request first, and its body parser has a limit of its own (5 MB), no time
 * limit, and refuses charsets that we can read.
 *
 * Express's parsers skip a request that is marked as parsed, so a listener in front of all others
 * marks ours.
 */
export class UnreadBodies {
  readonly #server: EventEmitter;
  readonly #isOurs: (request: IncomingMessage) => boolean;
  readonly #marked = new WeakSet<IncomingMessage>();
  #isListening = false;

  /** @param server the HTTP server of the runtime */
  constructor(server: EventEmitter, isOurs: (request: IncomingMessage) => boolean) {
    this.#server = server;
    this.#isOurs = isOurs;
  }

  /** Idempotent. */
  begin(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#server.prependListener('request', this.#mark);
  }

  /** Idempotent. */
  end(): void {
    this.#isListening = false;
    this.#server.off('request', this.#mark);
  }

  /** Whether only our mark says that the body was parsed. */
  has(request: IncomingMessage): boolean {
    return this.#marked.has(request);
  }

  readonly #mark = (request: IncomingMessage): void => {
    if (!this.#isOurs(request)) return;
    this.#marked.add(request);
    Reflect.set(request, '_body', true);
  };
}
