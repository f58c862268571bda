import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { namesThisMachine } from '../console/request-guard.ts';
import type { AgentInfo } from '../pbx/agent.ts';
import { reachableHost } from '../websocket-api/address.ts';
import { agentPage, connectorParameters, vendorConnectorHints } from './agent-page.ts';
import { readConnector, readUpload } from './connector-files.ts';
import type { ConnectorFiles } from './connector-files.ts';
import type { ServerSettings } from '../websocket-api/settings.ts';

export interface ConnectorOptions {
  /** A zip, an HTML file or a folder. Default: none; a connector can be uploaded later. */
  location?: string | undefined;
  /** 0 (default): a free one. */
  port?: number;
  /**
   * The address to listen on. Default 127.0.0.1, because the pages hold agents' keys and have no
   * login.
   */
  host?: string;
}

/** The data of the simulator that the pages show. */
export interface ConnectorHost {
  /** The address of the WebSocket API. */
  readonly url: string;
  readonly settings: Readonly<ServerSettings>;
  agents(): AgentInfo[];
}

/**
 * Serves agents' pages with a custom connector, like Accolades. The pages have their own origin, so
 * that a connector, which is third-party code, cannot control the console.
 */
export class ConnectorServer {
  readonly url: string;
  readonly #app: FastifyInstance;
  #files: ConnectorFiles | null = null;

  /** @throws Error for a connector that Accolades would refuse, or from the listening socket */
  static async start(host: ConnectorHost, options: ConnectorOptions): Promise<ConnectorServer> {
    const files = options.location === undefined ? null : await readConnector(options.location);
    const address = options.host ?? '127.0.0.1';
    const app: FastifyInstance = fastify({ forceCloseConnections: true });
    // Against DNS rebinding. The Origin is not checked: a sandboxed frame sends `null`.
    app.addHook('onRequest', async (request, reply) => {
      if (namesThisMachine(request.headers.host, address)) return undefined;
      return reply.code(403).send({ error: 'The pages of agents are for this machine only.' });
    });
    try {
      await app.register(async (routes) => {
        await Promise.resolve();
        addRoutes(routes, host, () => server.#files);
      });
      await app.listen({ host: address, port: options.port ?? 0 });
    } catch (error) {
      await app.close();
      throw error;
    }
    const bound = app.server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const server: ConnectorServer = new ConnectorServer(app, `http://${reachableHost(address)}:${port}`);
    server.#files = files;
    return server;
  }

  private constructor(app: FastifyInstance, url: string) {
    this.#app = app;
    this.url = url;
  }

  /** The names of the connector's files; `null` before an upload. */
  get fileNames(): string[] | null {
    return this.#files === null ? null : [...this.#files.keys()];
  }

  /** Replaces the connector. Open pages keep the previous one. @throws Error when it is unusable */
  upload(name: string, content: Buffer): void {
    this.#files = readUpload(name, content);
  }

  agentPageUrl(agent: AgentInfo): string {
    return `${this.url}/agents/${agent.key}`;
  }

  close(): Promise<void> {
    return this.#app.close();
  }
}

function addRoutes(app: FastifyInstance, host: ConnectorHost, files: () => ConnectorFiles | null): void {
  app.get<{ Params: { key: string }; Querystring: { hidden?: string } }>('/agents/:key', (request, reply) => {
    const agent = host.agents().find(({ key }) => key === Number(request.params.key));
    if (agent === undefined) return reply.code(404).type('text/plain').send('There is no such agent.');
    const connector =
      files() === null
        ? null
        : {
            parameters: connectorParameters(host.url, agent.idCrm),
            hints: vendorConnectorHints(host.url, host.settings.authSuccessType, [agent.idCrm]),
          };
    return reply
      .type('text/html; charset=utf-8')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send(agentPage(agent, connector, request.query.hidden !== undefined));
  });

  app.get<{ Params: { file: string } }>('/connector/:file', (request, reply) => {
    const file = files()?.get(request.params.file);
    if (file === undefined) return reply.code(404).type('text/plain').send('The connector has no such file.');
    return reply.type(file.contentType).header('cache-control', 'no-store').send(file.content);
  });
}
