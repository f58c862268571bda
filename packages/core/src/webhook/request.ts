import { AccoladesError } from '../errors.ts';

/** The part of a request that is known before its body. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as received. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The address of the socket. */
  readonly remoteAddress?: string | undefined;
  /** The decoded part of the path that holds the secret, if any. */
  readonly pathSecret?: string | undefined;
}

/** A request with its body. */
export interface EndpointRequest extends RequestHead {
  /**
   * Bytes or text as received, or an object parsed by the host; undefined or null: no body. An
   * `AccoladesError` when the body could not be read.
   */
  readonly body?: unknown;
}

/** The format of a body. */
export interface BodyFormat {
  /** `text`: plain text; its first character decides between form and JSON. */
  readonly kind: 'form' | 'json' | 'text';
  readonly charset: string;
}

/**
 * Returns the format of a body. A missing content type means a form, as documented for call
 * notifications. Other types are accepted if possible: Accolades would hang up a call answered with
 * 415. [help]
 *
 * @returns null when the body cannot be read
 */
export function bodyFormatOf(headers: RequestHead['headers']): BodyFormat | null {
  const encoding = headerOf(headers, 'content-encoding').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') return null;
  const [type = '', ...parameters] = headerOf(headers, 'content-type').split(';');
  const charset =
    parameters
      .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
      .find((found) => found !== undefined) ?? 'utf-8';
  const name = type.trim().toLowerCase();
  if (name === '' || name === 'application/x-www-form-urlencoded') return { kind: 'form', charset };
  if (name === 'text/plain') return { kind: 'text', charset };
  const isJson = name === 'application/json' || name === 'text/json' || /^application\/.+\+json$/.test(name);
  return isJson ? { kind: 'json', charset } : null;
}

/** Returns the first value of a header; empty when missing. */
export function headerOf(headers: RequestHead['headers'], name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

/** Returns the query of a URL without its `?`. */
export function queryOf(url: string): string {
  const from = url.indexOf('?');
  return from < 0 ? '' : (url.slice(from + 1).split('#', 1)[0] ?? '');
}

export function tooLarge(maxBytes: number): AccoladesError {
  return new AccoladesError('BODY_TOO_LARGE', { what: `The request is larger than ${maxBytes} bytes.` });
}

export function unsupported(): AccoladesError {
  return new AccoladesError('UNSUPPORTED_MEDIA_TYPE', {
    what: 'The content type of the request is neither form-encoded nor JSON.',
  });
}
