import { errorCodeOf, describeError, type Texts } from './texts.ts';

/** What a Catch node gets of a failed command beyond the message, as `msg.error.cause`. */
export interface FailureFacts {
  readonly code: string;
  /** The same may succeed later without a person changing anything. */
  readonly retryable: boolean;
  /** ISO 8601: until when the same is refused without being tried; null: no such time. */
  readonly until: string | null;
  /** What the server answered with; null: it did not. */
  readonly httpStatus: number | null;
}

/**
 * An error as a node ends with it: Node-RED gives Catch nodes its text as `msg.error.message`, its `code` as `msg.error.code` and its
 * `cause` as `msg.error.cause`. The text is in the runtime's language and holds no secret.
 */
export function failureOf(thrown: unknown, texts: Texts, more = ''): Error {
  const text = describeError(thrown, texts);
  const error = new Error(more === '' ? text : `${text} ${more}`);
  // The runtime would put the name before the text, and the stack under it in the log.
  error.name = '';
  delete error.stack;
  const code = errorCodeOf(thrown);
  return code === null ? error : Object.assign(error, { code, cause: factsOf(thrown, code) });
}

function factsOf(thrown: unknown, code: string): FailureFacts {
  const fact = (name: string): unknown =>
    typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
  const until = fact('until');
  const httpStatus = fact('httpStatus');
  return {
    code,
    retryable: fact('retryable') === true,
    until: typeof until === 'string' ? until : null,
    httpStatus: typeof httpStatus === 'number' ? httpStatus : null,
  };
}
