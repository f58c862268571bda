import { ServerResponse, type IncomingMessage } from 'node:http';

/** A response that records its content. */
export class RecordedResponse extends ServerResponse {
  body = '';
  /** Resolves when the answer is complete. */
  readonly answered: Promise<void>;
  #answer: () => void = () => undefined;

  constructor(request: IncomingMessage) {
    super(request);
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  override end(body?: unknown): this {
    if (typeof body === 'string') this.body = body;
    this.flushHeaders();
    this.#answer();
    return this;
  }
}
