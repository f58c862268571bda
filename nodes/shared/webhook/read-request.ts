import { AccoladesError, DEFAULT_MAX_BODY_BYTES, type EndpointRequest } from '@accolades-flow/core';
import { readBody } from '@accolades-flow/core/node';
import type { IWebhookFunctions } from 'n8n-workflow';
import type { EndpointParameters } from './endpoint-parameters.ts';

/** A request with its body as bytes, so that core applies the same rules to all bodies. */
export async function readRequest(
  context: IWebhookFunctions,
  { secretPlace, settings }: EndpointParameters,
): Promise<EndpointRequest> {
  const request = context.getRequestObject();
  const parameters: unknown = context.getParamsData();
  const secret: unknown =
    secretPlace === 'path' && typeof parameters === 'object' && parameters !== null && 'secret' in parameters
      ? parameters.secret
      : undefined;
  return {
    method: request.method,
    url: request.originalUrl,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress,
    pathSecret: typeof secret === 'string' ? secret : undefined,
    body: await bodyOf(request, settings.maxBodyBytes),
  };
}

/** n8n usually reads the body before it calls the node; some versions leave it unread. */
async function bodyOf(
  request: ReturnType<IWebhookFunctions['getRequestObject']>,
  maxBytes: unknown,
): Promise<unknown> {
  if (request.method === 'GET') return null;
  const bytes: unknown = request.rawBody;
  if (bytes instanceof Uint8Array) return bytes;
  if (request.readableEnded || request.destroyed) return null;
  const limit = typeof maxBytes === 'number' ? maxBytes : DEFAULT_MAX_BODY_BYTES;
  return readBody(request, limit).catch((error: unknown) =>
    error instanceof AccoladesError ? error : new AccoladesError('BODY_MALFORMED'),
  );
}
