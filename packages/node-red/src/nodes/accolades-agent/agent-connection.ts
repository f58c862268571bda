import {
  parseCountry,
  parseServerUrl,
  type AgentCredential,
  type AgentStatus,
  type ServerOptions,
  type Subscription,
} from '@accolades-flow/core';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { settingReader, settingText, withVariable, type Environment } from '../../runtime/environment.ts';
import type { Security } from '../../runtime/node-status.ts';
import { readTlsSettings } from '../../runtime/tls-settings.ts';
import { agentMigrations } from './migrations.ts';
import { typedAgents } from './typed-agents.ts';

/** The connection settings of an `accolades-agent` node, checked. */
export interface AgentConnection {
  readonly agents: readonly AgentCredential[];
  readonly server: ServerOptions;
  readonly country: string;
  readonly security: Security;
}

/**
 * The interface of an `accolades-agent` node for other nodes. The node has no connection of its
 * own; the nodes that use it subscribe at the hub.
 */
export interface AgentNode {
  readonly name?: string | undefined;
  /**
   * The settings, checked.
   * @throws AccoladesError `INVALID_CREDENTIAL`, `INVALID_URL` or `INVALID_PARAMETER`, saying what
   * is wrong; holds no secret
   */
  connection(): AgentConnection;
  /** The server address as deployed, variables replaced; null when a variable is missing. */
  readonly url: string | null;
  /**
   * Registers a subscription to all agents of the node, as the source of their states.
   * @returns removes it; idempotent
   */
  usedBy(subscription: Pick<Subscription, 'status'>): () => void;
  /** The states of the agents; null while no enabled node uses them. */
  statuses(): readonly AgentStatus[] | null;
  /** Logs once that the connection is not protected. */
  warnOnce(security: Security): void;
}

/** @param node as `RED.nodes.getNode` gives it */
export function isAgentNode(node: unknown): node is AgentNode {
  return (
    typeof node === 'object' &&
    node !== null &&
    'connection' in node &&
    typeof node.connection === 'function' &&
    'warnOnce' in node &&
    typeof node.warnOnce === 'function'
  );
}

/**
 * Reads the settings of an `accolades-agent` node.
 * @param idCrm the list of agents, a secret
 * @param environment the variables that the node sees
 * @param getNode finds another node, for the TLS configuration
 * @throws AccoladesError see {@link AgentNode.connection}
 */
export function readAgentConnection(
  config: Settings,
  idCrm: unknown,
  environment: Environment,
  getNode: (id: string) => unknown,
): AgentConnection {
  const settings = migrate(config, agentMigrations);
  const read = settingReader(settings, environment);
  const name = withVariable(settings['name'], environment);
  const agents = typedAgents(
    settingText(idCrm, environment, 'INVALID_CREDENTIAL'),
    typeof name === 'string' ? name : '',
  );
  const { href, encrypted, exposed } = parseServerUrl(read('url', 'INVALID_URL'));
  const country = parseCountry(read('country'));
  const tlsId = settings['tls'];
  const tls = encrypted && typeof tlsId === 'string' && tlsId !== '' ? readTlsSettings(getNode(tlsId)) : {};
  const unverified = tls.allowUnauthorizedCerts === true;
  return {
    agents,
    server: { url: href, ...tls },
    country,
    security: exposed ? 'exposed' : unverified ? 'unverified' : 'protected',
  };
}
