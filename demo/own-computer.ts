/**
 * The demonstration's servers have no login and listen on the loopback address. A web page could
 * still reach them by DNS rebinding, that is, by pointing its own host name to 127.0.0.1. Such
 * requests carry that name in `Host`, so they can be recognised.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const OWN_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];
const REFUSAL = 'Open this page by the address that the terminal shows: it answers on this computer only.\n';

/** Whether a `Host` header names this computer. */
function namesOwnComputer(host: string | undefined): boolean {
  return OWN_NAMES.includes(host?.replace(/:\d+$/, '').toLowerCase() ?? '');
}

/** Answers 403 to requests for another host name. An Express middleware and a Node.js listener. */
export function ownComputerOnly(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (namesOwnComputer(request.headers.host)) {
    next();
    return;
  }
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(REFUSAL);
}
