import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAnswer } from '@accolades-flow/core';

/**
 * Sends an answer at once; nothing when the other side is gone. Any page may read it: the endpoint knows no cookies, and the browser
 * connector runs on a page of the vendor.
 */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
    'access-control-allow-origin': '*',
    'cache-control': 'no-store',
  });
  response.end(answer.body);
}

/** Answers a browser that asks whether it may send an event from another page. */
export function sendPreflight(request: IncomingMessage, response: ServerResponse): void {
  const toPrivate = request.headers['access-control-request-private-network'] === 'true';
  response.writeHead(204, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '600',
    ...(toPrivate ? { 'access-control-allow-private-network': 'true' } : {}),
  });
  response.end();
}
