import type { TlsOptions } from './server-url.ts';

export interface HttpPostRequest {
  readonly url: string;
  /** Form-encoded. */
  readonly body: string;
  /** Largest answer, in bytes; a larger one is an error. */
  readonly maxBytes: number;
  /** Aborts the request at once, for example at the deadline. */
  readonly signal: AbortSignal;
  readonly allowUnauthorizedCerts: boolean;
  readonly tls: TlsOptions;
}

export interface HttpPostAnswer {
  readonly status: number;
  readonly body: string;
  /** The answer came through a proxy, and may be the proxy's own. */
  readonly proxied: boolean;
}

/**
 * Posts a form. Injected, so that tests need no network.
 * @throws HttpPostError for everything that prevents a complete answer
 */
export type HttpPost = (request: HttpPostRequest) => Promise<HttpPostAnswer>;

export class HttpPostError extends Error {
  override readonly name = 'HttpPostError';
  /** The server may have received the request, and may have carried it out. */
  readonly mayHaveArrived: boolean;
  /** The request went through a proxy. */
  readonly proxied: boolean;
  /** The answer exceeded `maxBytes`. */
  readonly tooLarge: boolean;

  /** The peer that did not answer, in one sentence. Null when unknown. */
  readonly stalledAt: string | null;

  constructor(
    cause: Error,
    facts: { mayHaveArrived: boolean; proxied: boolean; tooLarge?: boolean; stalledAt?: string | null },
  ) {
    super(cause.message, { cause });
    this.mayHaveArrived = facts.mayHaveArrived;
    this.proxied = facts.proxied;
    this.tooLarge = facts.tooLarge === true;
    this.stalledAt = facts.stalledAt ?? null;
  }
}
