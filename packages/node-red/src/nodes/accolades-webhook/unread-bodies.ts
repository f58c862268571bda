import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

/**
 * Prevents other handlers from reading the bodies of our requests. With its default settings,
 * Node-RED's admin API receives every request first. Its body parser has a limit of its own (5 MB)
 * and no time limit, and rejects charsets that we support.
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

  /** Whether the request counts as parsed only because of our mark. */
  has(request: IncomingMessage): boolean {
    return this.#marked.has(request);
  }

  readonly #mark = (request: IncomingMessage): void => {
    if (!this.#isOurs(request)) return;
    this.#marked.add(request);
    Reflect.set(request, '_body', true);
  };
}
