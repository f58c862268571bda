import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { WebhookEndpoint } from '@accolades-flow/core';
import { processPendingReplies, systemClock } from '@accolades-flow/core/node';
import { expect } from 'chai';
import type { DeployedNode } from '../src/nodes/accolades-webhook/webhook-route.ts';
import { isAdminPath } from '../src/nodes/accolades-webhook/admin-path.ts';
import {
  WebhookRoutes,
  type HttpApp,
  type RoutesOptions,
} from '../src/nodes/accolades-webhook/webhook-routes.ts';
import { HANGUP, SECRET } from './webhook-rig.ts';

type Handler = Parameters<HttpApp['use']>[0];

const NODE_RED = path.resolve(import.meta.dirname, '../../../node_modules/@node-red');

describe('the routes of the webhook nodes', () => {
  let delivered: number;

  beforeEach(() => {
    delivered = 0;
  });

  const deployed = (secret = ''): DeployedNode => ({
    endpoint: new WebhookEndpoint({ secret }, { clock: systemClock, replies: processPendingReplies() }),
    hasSecret: secret !== '',
    deliver: () => {
      delivered++;
    },
    onRefused: () => undefined,
    onWarning: () => undefined,
    onFallback: () => undefined,
    onDropped: () => undefined,
  });

  function routesOf(options: RoutesOptions = {}): {
    readonly routes: WebhookRoutes;
    readonly handle: Handler;
  } {
    const handlers: Handler[] = [];
    const routes = WebhookRoutes.of({ use: (handler) => handlers.push(handler) }, options);
    return { routes, handle: (...request) => handlers[0]?.(...request) };
  }

  it('leave the bodies of all other requests to the handlers of Node-RED', () => {
    const server = new EventEmitter();
    const { routes } = routesOf({ server, root: '/api/' });
    routes.claim('/accolades', 'a', deployed(SECRET), true);
    routes.claim('/open', 'b', deployed(), true);
    const isMarked = (url: string): boolean => {
      const request = { url };
      server.emit('request', request);
      return '_body' in request;
    };
    const urls = ['', '/', '?a=1', `/${SECRET}`].map((end) => `/api/accolades${end}`);
    for (const url of [...urls, '/api/open']) expect(isMarked(url), url).to.equal(true);
    for (const url of [
      '/accolades',
      '/api/accolades/test',
      '/api/open/test',
      `/api/accolades/a/${SECRET}`,
      '/flows',
    ]) {
      expect(isMarked(url), url).to.equal(false);
    }
  });

  it('answer 503, not 200, and report it when the node is removed while the body arrives', async () => {
    const reported: string[] = [];
    const { routes, handle } = routesOf({ onUnavailable: (path) => reported.push(path) });
    const node = deployed();
    const route = routes.claim('/accolades', 'a', node, true);
    if (route === null) throw new Error('The path is free.');
    route.resume();
    let onRequest: () => void = () => undefined;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      handle(request, response, () => response.writeHead(404).end());
      route.detach();
      routes.giveUp(route, node);
      onRequest();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const body = new URLSearchParams(HANGUP).toString();
      const status = await new Promise<number>((resolve, reject) => {
        const sent = httpRequest({
          port: portOf(server.address()),
          path: '/accolades',
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
        });
        sent.on('response', (response) => {
          resolve(response.statusCode ?? 0);
          response.resume();
        });
        sent.on('error', reject);
        onRequest = () => sent.end(body.slice(10));
        sent.write(body.slice(0, 10));
      });
      expect([status, delivered]).to.deep.equal([503, 0]);
      expect(reported).to.deep.equal(['/accolades']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("the paths of Node-RED's admin API", () => {
  it('are all known', () => {
    const files = ['editor-api/lib', 'nodes/core'].flatMap((folder) =>
      readdirSync(path.join(NODE_RED, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => readFileSync(path.join(NODE_RED, folder, file), 'utf8')),
    );
    const routes = files.flatMap((text) =>
      [
        ...text.matchAll(
          /(?:adminApp|editorApp|httpAdmin)\.(?:get|post|put|delete|use)\((?:["']|\/\^\\)\/([\w-]+)/g,
        ),
      ].map(([, first]) => `/${first ?? ''}`),
    );
    expect(routes).to.include.members(['/flows', '/auth', '/nodes', '/library', '/inject', '/settings']);
    expect(routes.filter((route) => !isAdminPath(`${route}/x`, undefined, undefined))).to.deep.equal([]);
  });

  for (const [what, given, nodeRoot, adminRoot, expected] of [
    ['with one root', '/Flows', '/', '/', true],
    ['below one', '/auth/token', '/', '/', true],
    ['with the admin API below the root of the nodes', '/admin/flows', '/', '/admin/', true],
    ['beside it', '/flows', '/', '/admin/', false],
    ['with the nodes below the root of the admin API', '/flows', '/api/', '/', false],
    ['without an admin API', '/flows', '/', false, false],
    ['of another name', '/flows-of-calls', '/', '/', false],
    ['of ours', '/accolades', '/', '/', false],
  ] as const) {
    it(`${what}: ${given} is ${expected ? 'refused' : 'free'}`, () => {
      expect(isAdminPath(given, nodeRoot, adminRoot)).to.equal(expected);
    });
  }
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address.port;
}
