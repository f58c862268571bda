import type { HttpAnswer } from './reply.ts';

/** What is used of the response of Node's HTTP server. */
export interface WritableResponse {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  end(body: string): unknown;
}

/** Sends an answer. No effect when one was sent before or the sender has gone. */
export function sendAnswer(response: WritableResponse, answer: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = answer.status;
  // Hosts allow pages of any origin to read what an endpoint answers; that is for us to decide.
  response.removeHeader('access-control-allow-origin');
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.end(answer.body);
}
