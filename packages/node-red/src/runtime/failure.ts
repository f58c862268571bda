import { errorCodeOf, describeError, type Texts } from './texts.ts';

/** Details of a failed command for Catch nodes, as `msg.error.cause`. */
interface FailureFacts {
  readonly code: string;
  /** The same command may succeed later without a change by the user. */
  readonly retryable: boolean;
  /** ISO 8601: until then, the same command is refused without an attempt; null: no such time. */
  readonly until: string | null;
  /** The status of the server's answer; null: no answer. */
  readonly httpStatus: number | null;
}

/**
 * The error with which a node ends. Node-RED passes its text to Catch nodes as `msg.error.message`,
 * its `code` as `msg.error.code` and its `cause` as `msg.error.cause`. The text is in the runtime's
 * language and holds no secret.
 */
export function failureOf(thrown: unknown, texts: Texts, more = ''): Error {
  const text = describeError(thrown, texts);
  const error = new Error(more === '' ? text : `${text} ${more}`);
  // Node-RED would log the name before the text, and the stack below it.
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
