/** The answer to a command. */
export interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

/**
 * The documented errors. The documentation lists the titles; using them as `message` is our choice.
 */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  413: 'Payload Too Large',
  500: 'Internal Server Error',
};

export const PONG: RestAnswer = { status: 200, body: { type: 'pong' } };
export const OK: RestAnswer = { status: 200, body: { type: 'ok' } };
/** The answer to an address on the blacklist. */
export const IP_REJECTED: RestAnswer = {
  status: 403,
  body: { type: 'Error', message: 'IP address rejected', code: '403.6' },
};

export function errorAnswer(status: number): RestAnswer {
  return {
    status,
    body: { type: 'Error', message: TITLES[status] ?? `Error ${status}`, code: String(status) },
  };
}
