import { createHash, timingSafeEqual } from 'node:crypto';
import type { BlockList } from 'node:net';
import { AccoladesError, type AccoladesErrorCode } from '../errors.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { tooLarge } from './body-limit.ts';
import { copyFields, fieldText, parseForm, parseJsonFields } from './fields.ts';
import type { HttpAnswer } from './reply.ts';
import { READABLE_BY_ANY_PAGE } from './screen-pop.ts';
import {
  isListed,
  maskAddress,
  parseAddressList,
  parseTrustedProxies,
  sourceAddress,
  type TrustedProxies,
} from './source-address.ts';

export const DEFAULT_MAX_BODY_BYTES = 64 * 1024;
export const DEFAULT_SECRET_PARAMETER = 'secret';

/** What a person set for an endpoint; anything left out has its default. */
export interface GuardSettings {
  /**
   * Who does not send it is refused: in the path (its last part), or as the parameter {@link secretParameter} in the query or
   * the form. Default: none.
   */
  readonly secret?: unknown;
  /** Default {@link DEFAULT_SECRET_PARAMETER}. */
  readonly secretParameter?: unknown;
  /** IP addresses and networks, separated by commas or new lines. Default: any. */
  readonly allowedAddresses?: unknown;
  /** The reverse proxies before this host: their number, or their addresses. Default 0. */
  readonly trustedProxies?: unknown;
  /** In bytes, from 1 KiB to 1 MiB. Default {@link DEFAULT_MAX_BODY_BYTES}. */
  readonly maxBodyBytes?: unknown;
}

/** A request as the hosts have it. */
export interface EndpointRequest {
  readonly method: string;
  /** As received: path and query. */
  readonly url: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the socket. */
  readonly remoteAddress?: string | undefined;
  /** The part of the path in which this endpoint expects the secret, decoded; when there is one. */
  readonly pathSecret?: string | undefined;
  /** Bytes or text as received, or the object that the host has parsed from it; undefined or null: none. */
  readonly body?: unknown;
}

export type Admission =
  | {
      readonly kind: 'admitted';
      /** Every field of body and query but the secret. The body's win over the query's. */
      readonly fields: JsonObject;
      /** Null when it cannot be told. */
      readonly sourceAddress: string | null;
    }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly answer: HttpAnswer;
  readonly error: AccoladesError;
  /** For the log: says what was wrong and where it came from, masked; nothing else of the request. */
  readonly logLine: string;
}

const STATUS: Partial<Record<AccoladesErrorCode, number>> = {
  BODY_MALFORMED: 400,
  NOT_A_NOTIFICATION: 400,
  SECRET_WRONG: 401,
  ADDRESS_NOT_ALLOWED: 403,
  METHOD_NOT_ALLOWED: 405,
  BODY_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** Decides which requests an endpoint takes. */
export class EndpointGuard {
  /** For hosts that read the body themselves, in bytes. */
  readonly maxBodyBytes: number;
  readonly #secret: Buffer | null;
  readonly #secretParameter: string;
  readonly #allowed: BlockList | null;
  readonly #proxies: TrustedProxies;

  /** @throws AccoladesError `INVALID_PARAMETER`, naming the setting */
  constructor(settings: GuardSettings = {}) {
    const secret = readText(settings.secret, 'The secret');
    this.#secret = secret === '' ? null : digest(secret);
    this.#secretParameter =
      readText(settings.secretParameter, 'The name of the secret parameter') || DEFAULT_SECRET_PARAMETER;
    this.#allowed = parseAddressList(settings.allowedAddresses);
    this.#proxies = parseTrustedProxies(settings.trustedProxies);
    this.maxBodyBytes = readMaxBodyBytes(settings.maxBodyBytes);
  }

  /** Looks at what is known before the body is read; null when the body may be read. */
  refuseHead(request: Omit<EndpointRequest, 'body'>): Refusal | null {
    const error = this.#headError(request);
    return error === null ? null : this.refusal(request, error);
  }

  /** Decides, and reads the fields. Never throws. */
  admit(request: EndpointRequest): Admission {
    try {
      const error = this.#headError(request);
      if (error !== null) throw error;
      const query = parseForm(queryOf(request.url));
      const body = this.#readBody(request);
      this.#checkSecret(request.pathSecret, query, body);
      const fields = Object.fromEntries(
        Object.entries({ ...query, ...body }).filter(
          ([name]) => this.#secret === null || name !== this.#secretParameter,
        ),
      );
      return { kind: 'admitted', fields, sourceAddress: this.#sourceOf(request) };
    } catch (thrown) {
      const error =
        thrown instanceof AccoladesError
          ? thrown
          : new AccoladesError('BODY_MALFORMED', { what: 'The request cannot be read.' });
      return this.refusal(request, error);
    }
  }

  /** The refusal for an error that the host met, such as one of `readBody`. */
  refusal(request: Omit<EndpointRequest, 'body'>, error: AccoladesError): Refusal {
    const status = STATUS[error.code] ?? 500;
    return {
      kind: 'refused',
      answer: {
        status,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          // So that the browser connector can say what is wrong.
          ...READABLE_BY_ANY_PAGE,
          ...(status === 405 ? { allow: 'GET, POST' } : {}),
          // What still comes of a request that was not read is not waited for.
          ...(status === 408 || status === 413 ? { connection: 'close' } : {}),
        },
        body: JSON.stringify({ error: error.code, message: error.what ?? error.advice }),
      },
      error,
      logLine: `Refused a request from ${maskAddress(this.#sourceOf(request))} with HTTP status ${status}: ${error.message}`,
    };
  }

  #headError({ method, headers, remoteAddress }: Omit<EndpointRequest, 'body'>): AccoladesError | null {
    if (method !== 'POST' && method !== 'GET') {
      return new AccoladesError('METHOD_NOT_ALLOWED', { what: 'The endpoint takes GET and POST only.' });
    }
    const source = sourceAddress(remoteAddress, headers['x-forwarded-for'], this.#proxies);
    if (this.#allowed !== null && (source === null || !isListed(this.#allowed, source))) {
      return new AccoladesError('ADDRESS_NOT_ALLOWED', {
        what:
          source === null
            ? 'The address of the sender cannot be told: check the setting of the proxies.'
            : 'The address of the sender is not among the allowed ones.',
      });
    }
    const length = Number(headerOf(headers, 'content-length') || '0');
    if (length > this.maxBodyBytes) return tooLarge(this.maxBodyBytes);
    if (method === 'POST') {
      const type = contentTypeOf(headers);
      if (type === null) {
        return new AccoladesError('UNSUPPORTED_MEDIA_TYPE', {
          what: 'The content type of the request is neither form-encoded nor JSON.',
        });
      }
    }
    return null;
  }

  #readBody({ method, headers, body }: EndpointRequest): JsonObject {
    if (method === 'GET' || body === undefined || body === null) return {};
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) return copyFields(body);
    const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
    if (size > this.maxBodyBytes) throw tooLarge(this.maxBodyBytes);
    if (size === 0) return {};
    const type = contentTypeOf(headers);
    if (type?.kind === 'json') {
      return parseJsonFields(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
    }
    return parseForm(body, type?.charset);
  }

  /** Every place is compared, whichever fits, so that the time tells nothing. */
  #checkSecret(pathSecret: string | undefined, query: JsonObject, body: JsonObject): void {
    if (this.#secret === null) return;
    const given = [
      pathSecret ?? '',
      fieldText(query, this.#secretParameter) ?? '',
      fieldText(body, this.#secretParameter) ?? '',
    ];
    let right = false;
    for (const candidate of given) {
      if (timingSafeEqual(digest(candidate), this.#secret)) right = true;
    }
    if (right) return;
    const missing = given.every((candidate) => candidate === '');
    throw new AccoladesError('SECRET_WRONG', {
      what: missing ? 'The request has no secret.' : 'The secret of the request is wrong.',
    });
  }

  #sourceOf({ headers, remoteAddress }: Omit<EndpointRequest, 'body'>): string | null {
    return sourceAddress(remoteAddress, headers['x-forwarded-for'], this.#proxies);
  }
}

interface ContentType {
  readonly kind: 'form' | 'json';
  readonly charset: string;
}

/** No content type is read as a form, as the call notifications are documented; null: one that is not taken. */
function contentTypeOf(headers: EndpointRequest['headers']): ContentType | null {
  const encoding = headerOf(headers, 'content-encoding').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') return null;
  const [type = '', ...parameters] = headerOf(headers, 'content-type').split(';');
  const charset =
    parameters
      .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
      .find((found) => found !== undefined) ?? 'utf-8';
  switch (type.trim().toLowerCase()) {
    case '':
    case 'application/x-www-form-urlencoded':
      return { kind: 'form', charset };
    case 'application/json':
    case 'text/json':
      return { kind: 'json', charset };
    default:
      return null;
  }
}

function headerOf(headers: EndpointRequest['headers'], name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

function queryOf(url: string): string {
  const from = url.indexOf('?');
  return from < 0 ? '' : (url.slice(from + 1).split('#', 1)[0] ?? '');
}

/** Of equal length whatever the text, as the comparison in constant time needs it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function readText(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value.trim();
}

function readMaxBodyBytes(value: unknown): number {
  if (value === undefined || value === null || value === '') return DEFAULT_MAX_BODY_BYTES;
  const bytes = typeof value === 'string' ? Number(value) : value;
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 1_024 || bytes > 1_048_576) {
    throw invalid('The size limit must be whole bytes from 1024 to 1048576.');
  }
  return bytes;
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
