import type { HttpAnswer } from './reply.ts';

/** The required members of the response of Node's HTTP server. */
export interface WritableResponse {
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  end(body: string): unknown;
}

/** Sends an answer. No effect after another answer or when the sender has disconnected. */
export function sendAnswer(response: WritableResponse, answer: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = answer.status;
  // Remove the host's header: only the endpoint decides which pages may read its answers.
  response.removeHeader('access-control-allow-origin');
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.end(answer.body);
}
