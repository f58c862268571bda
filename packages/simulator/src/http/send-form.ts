import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

interface FormRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Form-encoded, in the query of a GET or the body of a POST. */
  readonly fields: Iterable<readonly [string, string]>;
  readonly timeoutMs: number;
  readonly allowUnauthorizedCerts?: boolean | undefined;
  /** Aborted when the simulator closes. */
  readonly signal: AbortSignal;
}

/** The result of a request; sending never throws. */
export type FormOutcome =
  | { readonly status: number; readonly body: string; readonly durationMs: number }
  /** `problem`: a sentence, without the address. */
  | { readonly status: null; readonly problem: string; readonly durationMs: number };

/** Sends a form. Injected, so that tests need no network. */
export type SendForm = (request: FormRequest) => Promise<FormOutcome>;

const MAX_ANSWER_BYTES = 1024 * 1024;

/** Sends a form over its own connection, without redirects or a proxy. */
export const sendForm: SendForm = async (form) => {
  const before = performance.now();
  const timeout = AbortSignal.timeout(form.timeoutMs);
  try {
    const { status, body } = await exchange(form, AbortSignal.any([timeout, form.signal]));
    return { status, body, durationMs: performance.now() - before };
  } catch (error) {
    const problem = timeout.aborted
      ? `No answer within ${form.timeoutMs} ms.`
      : form.signal.aborted
        ? 'The simulator was closed.'
        : `No answer (${causeOf(error)}).`;
    return { status: null, problem, durationMs: performance.now() - before };
  }
};

async function exchange(form: FormRequest, signal: AbortSignal): Promise<{ status: number; body: string }> {
  const encoded = new URLSearchParams(
    Array.from(form.fields, ([name, value]): [string, string] => [name, value]),
  ).toString();
  const url = new URL(form.url);
  const isPost = form.method === 'POST';
  if (!isPost && encoded !== '') url.search += (url.search === '' ? '?' : '&') + encoded;
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: form.method,
    agent: false,
    signal,
    rejectUnauthorized: form.allowUnauthorizedCerts !== true,
    headers: isPost
      ? {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(encoded),
        }
      : {},
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request
        .on('response', resolve)
        .on('error', reject)
        .end(isPost ? encoded : undefined);
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response) {
      if (!(chunk instanceof Uint8Array)) continue;
      size += chunk.byteLength;
      if (size > MAX_ANSWER_BYTES) throw new Error('the answer is larger than 1 MiB');
      chunks.push(chunk);
    }
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
  } finally {
    request.destroy();
  }
}

/** An error code such as `ECONNREFUSED` if available, because messages may contain addresses. */
function causeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.message : String(error);
}
