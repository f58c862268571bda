import { AccoladesError } from '../errors.ts';

/** What a host knows of a request before its body. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as received. */
  readonly url: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the socket. */
  readonly remoteAddress?: string | undefined;
  /** The decoded part of the path in which this endpoint expects the secret, if there is one. */
  readonly pathSecret?: string | undefined;
}

/** A request as the hosts have it. */
export interface EndpointRequest extends RequestHead {
  /**
   * Bytes or text as received, or the object that the host has parsed; undefined, null: none. An
   * `AccoladesError`: it could not be read.
   */
  readonly body?: unknown;
}

/** How a body is to be read. */
export interface BodyFormat {
  /** `text`: says neither, so its first character decides. */
  readonly kind: 'form' | 'json' | 'text';
  readonly charset: string;
}

/**
 * A missing content type means a form, as call notifications are documented. Others are read when
 * they can be: an answer of 415 would make Accolades hang up the call. [help]
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

/** The first value of a header; empty when there is none. */
export function headerOf(headers: RequestHead['headers'], name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

/** The query of a URL without its `?`. */
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
