import {
  isKnownVersion,
  KNOWN_MAJOR_VERSION,
  parseConfiguration,
  TEXT_FORMATS,
  type AgentCredential,
} from '@accolades-flow/core';
import { NODE_RED_END, processEnd } from '@accolades-flow/core/node';
import type { Node, NodeAPI, NodeDef, NodeMessage } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { answerMessages, type Answering } from '../../runtime/answer-messages.ts';
import { configNode } from '../../runtime/config-node.ts';
import { failureOf } from '../../runtime/failure.ts';
import { invalidParameter } from '../../runtime/invalid-parameter.ts';
import { errorStatus, type NodeStatus } from '../../runtime/node-status.ts';
import { createTexts, errorCodeOf, type Texts } from '../../runtime/texts.ts';
import { typedSetting } from '../../runtime/typed-value.ts';
import { isAgentNode, type AgentNode } from '../accolades-agent/agent-connection.ts';
import { AgentLeases } from './agent-leases.ts';
import { requestMigrations } from './migrations.ts';
import english from './locales/en-US.json' with { type: 'json' };

/**
 * The node `accolades-request`: requests an agent's configuration or the server's version over the
 * agent's live connection.
 */
export default function registerRequest(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Request(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, requestMigrations);
    const agent = configNode(RED.nodes, settings['agent'], isAgentNode);
    answerMessages(this, new RequestWork(this, texts, RED.util, settings, agent));
  }

  RED.nodes.registerType('accolades-request', Request);
}

/** The work of a request node while it is deployed. */
class RequestWork implements Answering {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #util: NodeAPI['util'];
  readonly #settings: Settings;
  readonly #agent: AgentNode | null;
  readonly #leases: AgentLeases;
  #forgetEnd: () => void = () => undefined;
  #ended = false;

  constructor(node: Node, texts: Texts, util: NodeAPI['util'], settings: Settings, agent: AgentNode | null) {
    this.#node = node;
    this.#texts = texts;
    this.#util = util;
    this.#settings = settings;
    this.#agent = agent;
    this.#leases = new AgentLeases(node.id);
  }

  /** Shows invalid settings in the status. */
  begin(): void {
    // At the end of the process, call nodes wait until no other node uses their agents.
    this.#forgetEnd = processEnd(NODE_RED_END).onBegin(() => {
      this.#leases.close();
    });
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
    const label = await typedSetting(this.#util, this.#settings, 'agentLabel', this.#node, message);
    const agent = this.#choose(connection.agents, label);
    node.warnOnce(connection.security);
    this.#show({ fill: 'yellow', shape: 'ring', text: this.#texts('accolades-request.status.asking') });
    if (request === 'version') {
      const version = await this.#leases.use(agent, connection, (session) => session.requestVersion());
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
    const configuration = await this.#leases.use(agent, connection, (session) =>
      session.requestConfiguration(),
    );
    this.#show({ fill: 'green', shape: 'dot', text: this.#texts('accolades-request.status.answered') });
    return Object.assign(message, {
      topic: request,
      payload: format === null ? configuration : parseConfiguration(configuration, format),
    });
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
    this.#leases.close();
    this.#node.status({});
  }

  #agentNode(): AgentNode {
    if (this.#agent !== null) return this.#agent;
    throw invalidParameter(this.#texts('accolades.log.noAgent'));
  }

  #requestType(): 'configuration' | 'version' {
    const { request } = this.#settings;
    if (request === 'configuration' || request === 'version') return request;
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
    const wanted = typeof label === 'string' || typeof label === 'number' ? String(label).trim() : label;
    const [only] = agents;
    const none = wanted === undefined || wanted === null || wanted === '';
    if (none && only !== undefined && agents.length === 1) return only;
    const known = agents.map((agent) => agent.label).join(', ');
    if (none) throw invalidParameter(this.#texts('accolades-request.error.whichAgent', { known }));
    const found = agents.find((agent) => agent.label === wanted);
    if (found !== undefined) return found;
    throw invalidParameter(
      this.#texts('accolades-request.error.unknownAgent', {
        label: typeof wanted === 'string' ? wanted.slice(0, 100) : typeof wanted,
        known,
      }),
    );
  }

  #show(status: NodeStatus): void {
    if (!this.#ended) this.#node.status(status);
  }
}
