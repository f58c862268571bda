import type { TlsOptions } from './server-url.ts';

export interface HttpPostRequest {
  readonly url: string;
  /** Form-encoded. */
  readonly body: string;
  /** The answer is cut off with an error beyond this, in bytes. */
  readonly maxBytes: number;
  /** Aborted at the deadline; the request then ends at once. */
  readonly signal: AbortSignal;
  readonly allowUnauthorizedCerts: boolean;
  readonly tls: TlsOptions;
}

export interface HttpPostAnswer {
  readonly status: number;
  readonly body: string;
  /** It came through a proxy, which may itself be the one that answered. */
  readonly proxied: boolean;
}

/**
 * Sends one form. Injected, so that tests need no network.
 * @throws HttpPostError for everything that prevents a whole answer
 */
export type HttpPost = (request: HttpPostRequest) => Promise<HttpPostAnswer>;

export class HttpPostError extends Error {
  override readonly name = 'HttpPostError';
  /** The server may have got the request, so that it may have been carried out. */
  readonly mayHaveArrived: boolean;
  /** It went through a proxy. */
  readonly proxied: boolean;
  /** The answer was larger than allowed. */
  readonly tooLarge: boolean;

  /** Which peer had not answered, in a sentence; null when that is not known. */
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
