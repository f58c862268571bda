/** Shared by all connectors of a browser. */
const LOCK_NAME = 'accolades-flow-connector';

/**
 * Keeps the browser from freezing this page while it is hidden, for which Chrome and Edge look
 * whether a page holds a Web Lock. A frozen page loses the connection, and with it calls.
 * Ends with the page. Where locks are not allowed (a sandbox, a page without TLS), nothing is done.
 */
export function stayAwake(): void {
  if (!('locks' in navigator)) return;
  navigator.locks
    .request(LOCK_NAME, { mode: 'shared' }, () => new Promise<never>(() => undefined))
    .catch(() => undefined);
}
