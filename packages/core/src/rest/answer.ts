import { AccoladesError, type AccoladesErrorCode } from '../errors.ts';
import { maskDeep } from '../json/mask.ts';
import { plainCopy } from '../json/plain-json.ts';
import { isObject, type JsonObject } from '../json/json-object.ts';
import type { HttpPostAnswer } from '../net/post.ts';

/** The documented errors by HTTP status. [help] */
export const DOCUMENTED_ERRORS: Readonly<Record<number, AccoladesErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'COMMAND_NOT_FOUND',
  413: 'COMMAND_TOO_LARGE',
  500: 'SERVER_FAILURE',
};

/** The `code` of the answer (status 403) to a temporarily blocked IP address. [help] */
const IP_REJECTED_CODE = /^403\.6(?!\d)/;

/** Statuses of a proxy that refuses or fails to forward the request. */
const PROXY_STATUS: ReadonlySet<number> = new Set([403, 407, 502, 503, 504]);

/** Longest part of the server's message in an error, in characters. */
const MAX_SHOWN_CHARS = 200;

/**
 * Interprets the answer to a command. Success is status 200 with a JSON object of any `type` but
 * `Error`. [help]
 *
 * @param password masked in the result, because the server may repeat it
 * @returns the object, or the error to throw
 */
export function readAnswer(answer: HttpPostAnswer, password: string): JsonObject | AccoladesError {
  const { status, proxied } = answer;
  const object = parseObject(answer.body);
  const errorCode = object === null ? '' : textOf(object['code']);
  const saysError = object !== null && textOf(object['type']).toLowerCase() === 'error';
  if (status === 200 && object !== null && !saysError) return maskDeep(object, password);

  const said = object === null ? '' : shown(textOf(object['message']), password);
  const what = `The server answered with HTTP status ${status}${said === '' ? '' : `: “${said}”`}.`;
  const fail = (code: AccoladesErrorCode, retryable?: boolean): AccoladesError =>
    new AccoladesError(code, {
      what,
      httpStatus: status,
      ...(retryable === undefined ? {} : { retryable }),
    });

  if (object === null && proxied && PROXY_STATUS.has(status)) return fail('PROXY_FAILED');
  // With status 200, the code of the body identifies the error.
  const meant = status === 200 ? Math.trunc(Number.parseFloat(errorCode)) : status;
  if (meant === 403 && IP_REJECTED_CODE.test(errorCode)) return fail('IP_REJECTED');
  const documented = Object.hasOwn(DOCUMENTED_ERRORS, meant) ? DOCUMENTED_ERRORS[meant] : undefined;
  if (documented !== undefined) return fail(documented);
  if (status === 200 && object === null) {
    return new AccoladesError('UNEXPECTED_ANSWER', {
      what: 'The server answered with HTTP status 200, but not with a JSON object.',
      httpStatus: status,
    });
  }
  return fail('UNEXPECTED_ANSWER', status >= 500 || status === 429);
}

function parseObject(body: string): JsonObject | null {
  let data: unknown;
  try {
    data = JSON.parse(body.replace(/^\ufeff/, ''));
  } catch {
    return null;
  }
  if (!isObject(data)) return null;
  const copied = plainCopy(data)?.value;
  return isObject(copied) ? copied : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** Cleans the server's message. Omits it if it holds the password, plain or encoded. */
function shown(message: string, password: string): string {
  const line = message.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  // encodeURIComponent would throw on half a surrogate pair.
  const encoded = new URLSearchParams({ p: password }).toString().slice(2);
  const forms = [password, encoded, encoded.replaceAll('+', '%20')].map((form) => form.toLowerCase());
  const texts = [message, line].map((text) => text.toLowerCase());
  if (forms.some((form) => texts.some((text) => text.includes(form)))) return '';
  return line.length > MAX_SHOWN_CHARS ? `${line.slice(0, MAX_SHOWN_CHARS)}…` : line;
}
