import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AccoladesError, type RequestHead } from '@accolades-flow/core';
import { isAdminPath } from './admin-path.ts';
import type { Delivery } from './delivery-buffer.ts';
import { pathKey } from './path.ts';
import { UnreadBodies } from './unread-bodies.ts';
import { WebhookRoute, type DeployedNode } from './webhook-route.ts';

type Next = (error?: unknown) => void;
type Handler = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown;

/** The part of `RED.httpNode` that is used. */
export interface HttpApp {
  use(handler: (request: IncomingMessage, response: ServerResponse, next: Next) => void): unknown;
}

export interface RoutesOptions {
  /** The setting `httpNodeMiddleware`: runs first, as for Node-RED's own HTTP nodes. */
  readonly middleware?: unknown;
  /** Whether the runtime itself answers CORS preflight requests (`httpNodeCors`). */
  readonly hasCors?: boolean;
  /** The runtime's HTTP server; needed to keep request bodies unread. */
  readonly server?: EventEmitter | null;
  /** The setting `httpNodeRoot`: the prefix of all paths in a URL. Default: none. */
  readonly root?: unknown;
  /** The setting `httpAdminRoot`: the same for the admin API; false: there is none. */
  readonly adminRoot?: unknown;
  /** Called when messages are dropped because their node did not come back. */
  readonly onForgotten?: (path: string, count: number) => void;
  /** Called for a request that was refused because its node was removed while it arrived. */
  readonly onUnavailable?: (path: string) => void;
}

/**
 * The routes of all webhook nodes of a runtime, behind one handler that is added before any flow
 * starts. Express cannot remove a route, and the workaround of Node-RED's own HTTP nodes removes
 * every route of the same path.
 */
export class WebhookRoutes {
  static readonly #routes = new WeakMap<HttpApp, WebhookRoutes>();

  /** The routes of an HTTP server. Only the first call uses the options. */
  static of(app: HttpApp, options: RoutesOptions = {}): WebhookRoutes {
    const existing = WebhookRoutes.#routes.get(app);
    if (existing !== undefined) return existing;
    const routes = new WebhookRoutes(options);
    WebhookRoutes.#routes.set(app, routes);
    app.use((request, response, next) => {
      routes.#handle(request, response, next);
    });
    return routes;
  }

  readonly #options: RoutesOptions;
  readonly #middleware: readonly Handler[];
  readonly #byPath = new Map<string, WebhookRoute>();
  readonly #unread: UnreadBodies | null;

  private constructor(options: RoutesOptions) {
    this.#options = options;
    const root = typeof options.root === 'string' ? options.root.replace(/\/+$/, '') : '';
    const isOurs = ({ url = '' }: IncomingMessage): boolean =>
      url.startsWith(root) && this.#isExact(url.slice(root.length));
    this.#unread = options.server ? new UnreadBodies(options.server, isOurs) : null;
    this.#middleware = handlersOf(options.middleware);
  }

  /** Whether the path belongs to Node-RED's admin API. */
  isReserved(path: string): boolean {
    return isAdminPath(path, this.#options.root, this.#options.adminRoot);
  }

  /**
   * Claims a path for a node, and moves the node's held messages to it.
   * @param force also takes a path whose previous node is away
   * @returns null: another node may come back to the path, so try again after the flows have
   * started
   * @throws AccoladesError `INVALID_PARAMETER` when a deployed node has the path
   */
  claim(path: string, owner: string, node: DeployedNode, force: boolean): WebhookRoute | null {
    const key = pathKey(path);
    let route = this.#byPath.get(key);
    if (route !== undefined && route.owner !== owner) {
      if (route.live) {
        throw new AccoladesError('INVALID_PARAMETER', {
          what: `Another node (${route.owner}) already has the path ${path}.`,
        });
      }
      if (!force) return null;
      this.#release(route);
      route = undefined;
    }
    const held: Delivery[] = [];
    for (const other of [...this.#byPath.values()]) {
      if (other.owner !== owner || other === route) continue;
      held.push(...other.takeHeld());
      this.#release(other);
    }
    if (route === undefined) {
      route = new WebhookRoute(path, owner, node, () => this.#options.onUnavailable?.(path));
      this.#byPath.set(key, route);
    }
    this.#unread?.begin();
    route.attach(node, held);
    return route;
  }

  /** The node will not come back; no effect when it has. Idempotent, never throws. */
  giveUp(route: WebhookRoute, node: DeployedNode): void {
    if (this.#byPath.get(pathKey(route.path)) === route && route.isKeptFor(node)) this.#release(route);
  }

  #release(route: WebhookRoute): void {
    this.#byPath.delete(pathKey(route.path));
    if (this.#byPath.size === 0) this.#unread?.end();
    const count = route.dropHeld();
    if (count > 0) this.#options.onForgotten?.(route.path, count);
    route.close();
  }

  #handle(request: IncomingMessage, response: ServerResponse, next: Next): void {
    const found = this.#byPath.size === 0 ? null : this.#find(request.url ?? '');
    if (found === null || (request.method === 'OPTIONS' && this.#options.hasCors === true)) {
      next();
      return;
    }
    const { route, pathSecret } = found;
    const head = headOf(request, pathSecret);
    if (request.method === 'OPTIONS') {
      route.preflight(head, response);
      return;
    }
    const serve = (): void => {
      route.serve(head, request, response, this.#bodyReadBefore(request)).catch(next);
    };
    runAll(this.#middleware, request, response, next, serve);
  }

  /** A user's middleware may have read the body, and stored it as Express does. */
  #bodyReadBefore(request: IncomingMessage): unknown {
    const isParsed = '_body' in request && this.#unread?.has(request) !== true;
    if (!request.readableEnded && !isParsed) return undefined;
    return 'body' in request ? (request.body ?? null) : null;
  }

  /** Whether a URL is a route, not only below one, where other handlers may have theirs. */
  #isExact(url: string): boolean {
    const found = this.#find(url);
    return found !== null && (found.pathSecret === null || found.route.isSecret(found.pathSecret));
  }

  #find(url: string): { readonly route: WebhookRoute; readonly pathSecret: string | null } | null {
    const path = (url.split(/[?#]/, 1)[0] ?? '').replace(/\/{2,}/g, '/').replace(/\/$/, '');
    const route = this.#byPath.get(pathKey(path));
    if (route !== undefined) return { route, pathSecret: null };
    const slash = path.lastIndexOf('/');
    const parent = this.#byPath.get(pathKey(path.slice(0, slash)));
    return parent?.hasSecret === true ? { route: parent, pathSecret: decoded(path.slice(slash + 1)) } : null;
  }
}

function headOf(request: IncomingMessage, pathSecret: string | null): RequestHead {
  const { method = '', url = '', headers } = request;
  const { remoteAddress } = request.socket;
  return { method, url, headers, remoteAddress, ...(pathSecret === null ? {} : { pathSecret }) };
}

function handlersOf(middleware: unknown): Handler[] {
  const list: readonly unknown[] = Array.isArray(middleware) ? middleware.flat(Infinity) : [middleware];
  return list.flatMap((entry) =>
    typeof entry === 'function'
      ? [(request, response, next) => Reflect.apply(entry, undefined, [request, response, next]) as unknown]
      : [],
  );
}

/** Like Express: each handler calls the next one or answers. */
function runAll(
  handlers: readonly Handler[],
  request: IncomingMessage,
  response: ServerResponse,
  fail: Next,
  end: () => void,
): void {
  const [first, ...others] = handlers;
  if (first === undefined) {
    end();
    return;
  }
  try {
    first(request, response, (error) => {
      if (error !== undefined && error !== null) fail(error);
      else runAll(others, request, response, fail, end);
    });
  } catch (error) {
    fail(error);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
