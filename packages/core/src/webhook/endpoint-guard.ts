import { AccoladesError, type AccoladesErrorCode } from '../errors.ts';
import type { JsonObject } from '../json/json-object.ts';
import { CONNECTOR_API_NAME } from './connector-event.ts';
import { decoderOf } from './form.ts';
import { bodyFields, formFields, type PostedFields } from './posted-fields.ts';
import type { HttpAnswer } from './reply.ts';
import {
  bodyFormatOf,
  headerOf,
  queryOf,
  tooLarge,
  unsupported,
  type BodyFormat,
  type EndpointRequest,
  type RequestHead,
} from './request.ts';
import { READABLE_BY_ANY_PAGE } from './screen-pop.ts';
import { withoutPastedEnds } from '../text/pasted-text.ts';
import { Secret } from './secret.ts';
import {
  isListed,
  maskAddress,
  parseAddressList,
  parseTrustedProxies,
  sourceAddress,
  type AddressList,
  type TrustedProxies,
} from './source-address.ts';

export const DEFAULT_MAX_BODY_BYTES = 64 * 1024;
export const DEFAULT_SECRET_PARAMETER = 'secret';

/** The HTTP methods that an endpoint accepts. */
export type Methods = 'both' | 'post' | 'get';

/** The settings of an endpoint that decide which requests it accepts. */
export interface GuardSettings {
  /** @default both */
  readonly methods?: Methods;
  /**
   * Requests without this secret are rejected. It is accepted as the last part of the path, or as
   * the parameter {@link secretParameter} of the query or the body.
   *
   * @default none: every request is accepted
   */
  readonly secret?: unknown;
  /** @default {@link DEFAULT_SECRET_PARAMETER} */
  readonly secretParameter?: unknown;
  /** IP addresses and networks, separated by commas or new lines. @default any */
  readonly allowedAddresses?: unknown;
  /** The reverse proxies in front of this host: their number or addresses. @default 0 */
  readonly trustedProxies?: unknown;
  /** In bytes, from 1 KiB to 1 MiB. @default {@link DEFAULT_MAX_BODY_BYTES} */
  readonly maxBodyBytes?: unknown;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly answer: HttpAnswer;
  readonly error: AccoladesError;
  /** For the log: the reason and the masked address, no other data of the request. */
  readonly logLine: string;
}

/** A request that passed all checks that need no body. */
export interface CheckedHead {
  readonly kind: 'checked';
  readonly head: RequestHead;
  readonly format: BodyFormat;
}

export type Admission =
  | {
      readonly kind: 'admitted';
      /** All fields of body and query but the secret. The body takes precedence. */
      readonly fields: JsonObject;
    }
  | Refusal;

const METHODS: Readonly<Record<Methods, readonly string[]>> = {
  both: ['GET', 'POST'],
  post: ['POST'],
  get: ['GET'],
};

const STATUS: Partial<Record<AccoladesErrorCode, number>> = {
  BODY_MALFORMED: 400,
  NOT_A_NOTIFICATION: 400,
  SECRET_WRONG: 401,
  WRONG_PURPOSE: 404,
  ADDRESS_NOT_ALLOWED: 403,
  METHOD_NOT_ALLOWED: 405,
  BODY_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** Decides which requests an endpoint accepts. */
export class EndpointGuard {
  /** For hosts that read the body themselves, in bytes. */
  readonly maxBodyBytes: number;
  readonly #takesConnector: boolean;
  readonly #methods: readonly string[];
  readonly #secret: Secret | null;
  readonly #secretParameter: string;
  readonly #allowed: AddressList | null;
  readonly #proxies: TrustedProxies;

  /**
   * @param takesConnector whether the flow receives events of the browser connector; if not, no
   *   page may read an answer
   * @throws AccoladesError `INVALID_PARAMETER`, with the setting
   */
  constructor(settings: GuardSettings = {}, takesConnector = true) {
    this.#takesConnector = takesConnector;
    this.#methods = METHODS[settings.methods ?? 'both'];
    this.#secret = readSecret(settings.secret);
    this.#secretParameter =
      readText(settings.secretParameter, 'The name of the secret parameter') || DEFAULT_SECRET_PARAMETER;
    this.#allowed = parseAddressList(settings.allowedAddresses);
    this.#proxies = parseTrustedProxies(settings.trustedProxies);
    this.maxBodyBytes = readMaxBodyBytes(settings.maxBodyBytes);
  }

  /** Runs the checks that need no body. Never throws. */
  checkHead(head: RequestHead): CheckedHead | Refusal {
    try {
      // Which of them the endpoint takes is checked when the request is known: see `wrongMethod`.
      if (!METHODS.both.includes(head.method)) throw this.#methodNotAllowed();
      this.#checkAddress(head);
      return { kind: 'checked', head, format: this.#formatOf(head) };
    } catch (thrown) {
      return this.refusal(head, typed(thrown));
    }
  }

  /**
   * The error for a method that is switched off; null when the endpoint takes it. Not for a call
   * notification, which is always acknowledged.
   */
  wrongMethod({ method }: RequestHead): AccoladesError | null {
    return this.#methods.includes(method) ? null : this.#methodNotAllowed();
  }

  /** Whether a text is the secret, compared in constant time. False without a secret. */
  isSecret(text: string): boolean {
    return this.#secret?.isAmong([text]) === true;
  }

  /** Checks the secret, then reads the fields. Never throws. */
  admitBody({ head, format }: CheckedHead, body: unknown): Admission {
    const query = formFields(queryOf(head.url));
    let posted: PostedFields | null = null;
    try {
      if (body instanceof AccoladesError) throw body;
      posted = bodyFields(head.method === 'GET' ? undefined : body, format, this.maxBodyBytes);
      this.#checkSecret(head.pathSecret, query, posted);
      const fields = { ...query.all(), ...posted.all() };
      if (this.#secret !== null) Reflect.deleteProperty(fields, this.#secretParameter);
      return { kind: 'admitted', fields };
    } catch (thrown) {
      const isConnector = posted === null || posted.text('apiName') === CONNECTOR_API_NAME;
      return this.refusal(head, typed(thrown), isConnector);
    }
  }

  /** Runs all checks of a request with its body. Never throws. */
  admit(request: EndpointRequest): Admission {
    const checked = this.checkHead(request);
    return checked.kind === 'refused' ? checked : this.admitBody(checked, request.body);
  }

  /**
   * Answers a browser's preflight request for an event of the browser connector. The secret is
   * checked when the event arrives. Never throws.
   */
  preflight(head: RequestHead): HttpAnswer | Refusal {
    try {
      this.#checkAddress(head);
      if (!this.#takesConnector) throw this.#methodNotAllowed();
    } catch (thrown) {
      return this.refusal(head, typed(thrown));
    }
    const toPrivate = headerOf(head.headers, 'access-control-request-private-network') === 'true';
    return {
      status: 204,
      headers: {
        ...READABLE_BY_ANY_PAGE,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '600',
        ...(toPrivate ? { 'access-control-allow-private-network': 'true' } : {}),
      },
      body: '',
    };
  }

  /**
   * Returns the empty answer to a probe of the browser connector, readable by the pages that may
   * post.
   */
  probeAnswer(): HttpAnswer {
    return { status: 204, headers: this.#takesConnector ? READABLE_BY_ANY_PAGE : {}, body: '' };
  }

  /**
   * Returns the refusal for an error, also one of the host, such as from `readBody`.
   * @param isConnector false when the body shows that the browser connector has not sent it
   * @param safe the answer to send in place of the error, when the sender must not get one
   */
  refusal(
    head: RequestHead,
    error: AccoladesError,
    isConnector = true,
    safe: HttpAnswer | null = null,
  ): Refusal {
    const address = maskAddress(this.#sourceOf(head));
    if (safe !== null) {
      const logLine = `A request from ${address} was answered, but did not reach the flow: ${error.message}`;
      return { kind: 'refused', answer: safe, error, logLine };
    }
    const status = STATUS[error.code] ?? 500;
    const isReadable =
      isConnector && this.#takesConnector && headerOf(head.headers, 'origin') !== '' && !isUnchecked(error);
    return {
      kind: 'refused',
      answer: {
        status,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          // Lets the browser connector show the reason.
          ...(isReadable ? READABLE_BY_ANY_PAGE : {}),
          ...(status === 405 ? { allow: this.#methods.join(', ') } : {}),
          // Do not wait for the rest of the request.
          ...(status === 408 || status === 413 ? { connection: 'close' } : {}),
        },
        body: JSON.stringify({ error: error.code, message: error.what ?? error.advice }),
      },
      error,
      logLine: `Refused a request from ${address} with HTTP status ${status}: ${error.message}`,
    };
  }

  #methodNotAllowed(): AccoladesError {
    return new AccoladesError('METHOD_NOT_ALLOWED', {
      what: `The endpoint takes ${this.#methods.join(' and ')} only.`,
    });
  }

  #checkAddress(head: RequestHead): void {
    if (this.#allowed === null) return;
    const source = this.#sourceOf(head);
    if (source !== null && isListed(this.#allowed, source)) return;
    throw new AccoladesError('ADDRESS_NOT_ALLOWED', {
      what:
        source === null
          ? 'The address of the sender cannot be told: check the setting of the proxies.'
          : 'The address of the sender is not among the allowed ones.',
    });
  }

  #formatOf({ method, headers }: RequestHead): BodyFormat {
    const length = Number(headerOf(headers, 'content-length') || '0');
    if (length > this.maxBodyBytes) throw tooLarge(this.maxBodyBytes);
    if (method === 'GET') return { kind: 'form', charset: 'utf-8' };
    const format = bodyFormatOf(headers);
    if (format === null) throw unsupported();
    decoderOf(format.charset);
    return format;
  }

  #checkSecret(pathSecret: string | undefined, query: PostedFields, body: PostedFields): void {
    if (this.#secret === null) return;
    const name = this.#secretParameter;
    const given = [pathSecret ?? '', query.text(name) ?? '', body.text(name) ?? ''];
    if (this.#secret.isAmong(given)) return;
    const missing = given.every((candidate) => candidate === '');
    throw new AccoladesError('SECRET_WRONG', {
      what: missing ? 'The request has no secret.' : 'The secret of the request is wrong.',
    });
  }

  #sourceOf({ headers, remoteAddress }: RequestHead): string | null {
    return sourceAddress(remoteAddress, headers['x-forwarded-for'], this.#proxies);
  }
}

/** Whether the sender's address was not accepted yet. */
function isUnchecked({ code }: AccoladesError): boolean {
  return code === 'METHOD_NOT_ALLOWED' || code === 'ADDRESS_NOT_ALLOWED';
}

function typed(thrown: unknown): AccoladesError {
  return thrown instanceof AccoladesError
    ? thrown
    : new AccoladesError('BODY_MALFORMED', { what: 'The request cannot be read.' });
}

function readText(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value.trim();
}

/** Null when none is set. A blank one is refused: taken for none, it would open the endpoint. */
function readSecret(value: unknown): Secret | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw invalid('The secret must be text.');
  if (withoutPastedEnds(value) === '') {
    throw invalid('Write a secret that is not blank, or clear the field to accept every request.');
  }
  return new Secret(value);
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
