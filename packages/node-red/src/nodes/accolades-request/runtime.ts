import {
  AgentRequests,
  chooseAgent,
  isKnownVersion,
  KNOWN_MAJOR_VERSION,
  parseConfiguration,
  TEXT_FORMATS,
  type AgentCredential,
  type AgentState,
  type OutcomeStatus,
} from '@accolades-flow/core';
import { processHub, processOutcomes, systemClock } from '@accolades-flow/core/node';
import type { Node, NodeAPI, NodeDef, NodeMessage } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { answerMessages, type Answering } from '../../runtime/answer-messages.ts';
import { configNode } from '../../runtime/config-node.ts';
import { failureOf } from '../../runtime/failure.ts';
import { invalidParameter } from '../../runtime/invalid-parameter.ts';
import { errorStatus, type NodeStatus } from '../../runtime/node-status.ts';
import { runtimeEnd } from '../../runtime/runtime-end.ts';
import { createTexts, errorCodeOf, type Texts } from '../../runtime/texts.ts';
import { typedSetting } from '../../runtime/typed-value.ts';
import { isAgentNode, type AgentConnection, type AgentNode } from '../accolades-agent/agent-connection.ts';
import { requestMigrations } from './migrations.ts';
import english from './locales/en-US.json' with { type: 'json' };

/**
 * How long a connection that was opened for a request stays open for the next one, in milliseconds.
 */
const KEEP_MS = 5_000;

/**
 * The node `accolades-request`: requests an agent's configuration or the server's version over the
 * agent's live connection, or reports the state of agents and webhook nodes.
 */
export default function registerRequest(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Request(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, requestMigrations);
    const agent = configNode(RED.nodes, settings['agent'], isAgentNode);
    answerMessages(this, new RequestWork(this, texts, RED, settings, agent));
  }

  RED.nodes.registerType('accolades-request', Request);
}

const REQUESTS = ['configuration', 'version', 'status'] as const;

/** The answer to the request `status`. */
interface StatusAnswer {
  readonly connected: number;
  readonly total: number;
  /** In the order of the list of agents. */
  readonly agents: readonly AgentState[];
  /** The webhook nodes that tell what became of calls. */
  readonly endpoints: readonly ({ readonly path: string; readonly name: string } & OutcomeStatus)[];
}

function isWebhookNode(node: unknown): node is { readonly path: string; readonly name?: string } {
  return typeof node === 'object' && node !== null && 'path' in node && typeof node.path === 'string';
}

/** The work of a request node while it is deployed. */
class RequestWork implements Answering {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #red: Pick<NodeAPI, 'nodes' | 'util'>;
  readonly #settings: Settings;
  readonly #agent: AgentNode | null;
  readonly #requests: AgentRequests;
  #forgetEnd: () => void = () => undefined;
  #ended = false;

  constructor(
    node: Node,
    texts: Texts,
    red: Pick<NodeAPI, 'nodes' | 'util'>,
    settings: Settings,
    agent: AgentNode | null,
  ) {
    this.#node = node;
    this.#texts = texts;
    this.#red = red;
    this.#settings = settings;
    this.#agent = agent;
    this.#requests = new AgentRequests({
      hub: processHub(),
      clock: systemClock,
      owner: node.id,
      keepMs: KEEP_MS,
    });
  }

  /** Shows invalid settings in the status. */
  begin(): void {
    // At the end of the process, call nodes wait until no other node uses their agents.
    const onSurvived = (): void => undefined;
    this.#forgetEnd = runtimeEnd().onBegin(() => {
      this.#requests.close();
    }, onSurvived);
    try {
      this.#agentNode().connection();
      this.#requestType();
      this.#format();
      this.#show({});
    } catch (error) {
      this.#show(errorStatus(error, this.#texts));
    }
  }

  /** @throws AccoladesError */
  async handle(message: NodeMessage): Promise<NodeMessage> {
    const node = this.#agentNode();
    const connection = node.connection();
    const request = this.#requestType();
    const format = this.#format();
    if (request === 'status') {
      return Object.assign(message, { topic: request, payload: this.#status(connection) });
    }
    const label = await typedSetting(this.#red.util, this.#settings, 'agentLabel', this.#node, message);
    const agent = this.#choose(connection.agents, label);
    node.warnOnce(connection.security);
    this.#show({ fill: 'yellow', shape: 'ring', text: this.#texts('accolades-request.status.asking') });
    if (request === 'version') {
      const version = await this.#requests.send(agent, connection, (session) => session.requestVersion());
      const known = isKnownVersion(version);
      if (!known) {
        this.#node.warn(
          this.#texts('accolades-request.log.unknownVersion', { version, known: KNOWN_MAJOR_VERSION }),
        );
      }
      this.#show(
        known
          ? { fill: 'green', shape: 'dot', text: this.#texts('accolades-request.status.answered') }
          : { fill: 'yellow', shape: 'dot', text: this.#texts('accolades-request.status.unknownVersion') },
      );
      return Object.assign(message, { topic: request, payload: { version, known } });
    }
    const configuration = await this.#requests.send(agent, connection, (session) =>
      session.requestConfiguration(),
    );
    this.#show({ fill: 'green', shape: 'dot', text: this.#texts('accolades-request.status.answered') });
    return Object.assign(message, {
      topic: request,
      payload: format === null ? configuration : parseConfiguration(configuration, format),
    });
  }

  /** Opens no connection, so that it also tells of agents that another program holds. */
  #status({ agents, server }: AgentConnection): StatusAnswer {
    const states = processHub().agentStates(server, agents);
    const connected = states.filter(({ state }) => state === 'connected').length;
    const total = states.length;
    this.#show({
      ...(connected === total
        ? { fill: 'green', shape: 'dot' }
        : { fill: connected === 0 ? 'red' : 'yellow', shape: 'ring' }),
      text: this.#texts('accolades.status.severalConnected.protected', { connected, total }),
    });
    const endpoints = processOutcomes()
      .statuses()
      .flatMap(({ key, status }) => {
        const node: unknown = this.#red.nodes.getNode(key);
        return isWebhookNode(node) ? [{ path: node.path, name: node.name ?? '', ...status }] : [];
      });
    return { connected, total, agents: states, endpoints };
  }

  /** Shows why there is no answer, and returns the error for Catch nodes. */
  failed(error: unknown): Error {
    this.#show(errorStatus(error, this.#texts));
    const wayOut =
      errorCodeOf(error) === 'CONNECTION_EXISTS' ? this.#texts('accolades-request.log.wayOut') : '';
    return failureOf(error, this.#texts, wayOut);
  }

  /** Idempotent, never throws. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#forgetEnd();
    this.#requests.close();
    this.#node.status({});
  }

  #agentNode(): AgentNode {
    if (this.#agent !== null) return this.#agent;
    throw invalidParameter(this.#texts('accolades.log.noAgent'));
  }

  #requestType(): (typeof REQUESTS)[number] {
    const request = REQUESTS.find((known) => known === this.#settings['request']);
    if (request !== undefined) return request;
    throw invalidParameter(this.#texts('accolades-request.error.request'));
  }

  /** Null: the texts stay unchanged. */
  #format(): (typeof TEXT_FORMATS)[number] | null {
    const { parse } = this.#settings;
    if (parse === 'none' || parse === '') return null;
    const format = TEXT_FORMATS.find((known) => known === parse);
    if (format !== undefined) return format;
    throw invalidParameter(this.#texts('accolades-request.error.parse'));
  }

  #choose(agents: readonly AgentCredential[], label: unknown): AgentCredential {
    const { agent, wanted } = chooseAgent(agents, label);
    if (agent !== null) return agent;
    const known = agents.map((each) => each.label).join(', ');
    throw invalidParameter(
      wanted === null
        ? this.#texts('accolades-request.error.whichAgent', { known })
        : this.#texts('accolades-request.error.unknownAgent', { label: wanted, known }),
    );
  }

  #show(status: NodeStatus): void {
    if (!this.#ended) this.#node.status(status);
  }
}
