import {
  failuresByReason,
  parseServerUrl,
  type AgentIds,
  type CheckedAgent,
  type ReasonGroup,
} from '@accolades-flow/core';
import { checkAgents, isAgentConnected } from '@accolades-flow/core/node';
import type { NodeAPI } from '@node-red/registry';
import { serveConfigTest, type ConfigTestResult, type TypedConfig } from '../../runtime/config-test.ts';
import { describeError, type Texts } from '../../runtime/texts.ts';
import {
  isAgentNode,
  readAgentConnection,
  type AgentConnection,
  type AgentNode,
} from './agent-connection.ts';

/** How long an agent may take to connect, in milliseconds. */
const CHECK_LIMIT_MS = 10_000;
/** Beyond this number, agents are counted and not named. */
const MAX_NAMED = 5;
/** Beyond this number, reasons are counted and not explained. */
const MAX_EXPLAINED = 3;

/** Lets the dialog of an agent test the typed values by connecting each agent once. */
export function serveAgentTest(RED: NodeAPI, texts: Texts): void {
  serveConfigTest(RED, texts, {
    type: 'accolades-agent',
    secret: 'idCrm',
    run: async (typed, onProgress) => {
      const { settings, secret, environment } = typed;
      const connection = readAgentConnection(settings, secret, environment, (id) => RED.nodes.getNode(id));
      if (!mayBeSent(typed, connection)) return mustRetype(texts);
      const { agents, server } = connection;
      const tried = await checkAgents(agents, server, {
        limitMs: CHECK_LIMIT_MS,
        identify: true,
        ...(agents.length > 1 ? { onProgress } : {}),
      });
      const reasons = new Map(tried.agents.map((one) => [one, reasonOf(RED, texts, one)]));
      const groups = failuresByReason(tried.agents, (one) => reasons.get(one) ?? null);
      const [first] = groups;
      const result =
        first === undefined
          ? { ok: true, message: successOf(tried.agents, tried.ids, texts), code: null }
          : failureOf(texts, [first, ...groups.slice(1)], agents.length);
      if (agents.length === 1) return result;
      return {
        ...result,
        agents: [...reasons].map(([{ agent }, reason]) => ({ label: agent.label, reason })),
      };
    },
  });
}

/** A stored idCrm is sent only to the server that it was deployed with. */
function mayBeSent({ retyped, deployed }: TypedConfig, { server }: AgentConnection): boolean {
  return retyped || (isAgentNode(deployed) && sameServer(deployed.url, server.url));
}

function mustRetype(texts: Texts): ConfigTestResult {
  return { ok: false, message: texts('accolades-agent.test.retype'), code: 'INVALID_CREDENTIAL' };
}

function sameServer(one: unknown, other: unknown): boolean {
  try {
    return parseServerUrl(one).href === parseServerUrl(other).href;
  } catch {
    return false;
  }
}

function successOf(tried: readonly CheckedAgent[], ids: AgentIds | null, texts: Texts): string {
  const agents = named(tried, texts);
  const [first] = tried;
  if (first === undefined || tried.length > 1)
    return texts('accolades-agent.test.allConnected', { count: tried.length, agents });
  const which = ids === null ? '' : idsText(ids, texts);
  const state = first.wasConnected ? 'live' : 'connected';
  return which === ''
    ? texts(`accolades-agent.test.${state}`, { agents })
    : texts(`accolades-agent.test.${state}As`, { agents, which });
}

function idsText(ids: AgentIds, texts: Texts): string {
  return (['agent', 'phone', 'account'] as const)
    .flatMap((kind) => {
      const id = ids[kind];
      return id === null ? [] : [texts(`accolades-agent.test.id.${kind}`, { id })];
    })
    .join(', ');
}

/** Agents with the same reason share one sentence. The code is that of the most common reason. */
function failureOf(
  texts: Texts,
  groups: readonly [ReasonGroup, ...ReasonGroup[]],
  count: number,
): ConfigTestResult {
  const [first] = groups;
  const code = first.agents[0]?.failure?.code ?? null;
  if (count === 1) return { ok: false, message: first.reason, code };
  const failed = groups.reduce((sum, { agents }) => sum + agents.length, 0);
  const more = groups.length - MAX_EXPLAINED;
  const message = [
    texts('accolades-agent.test.someFailed', { failed, count }),
    ...groups.slice(0, MAX_EXPLAINED).map(({ reason, agents }) => `${named(agents, texts)}: ${reason}`),
    ...(more > 0 ? [texts('accolades-agent.test.moreReasons', { more })] : []),
  ].join(' ');
  return { ok: false, message, code };
}

/** Null: the agent is connected. */
function reasonOf(RED: NodeAPI, texts: Texts, { agent, failure }: CheckedAgent): string | null {
  if (failure === null) return null;
  if (failure.code === 'HELD_HERE' || failure.code === 'CONNECTION_EXISTS') {
    const holder = holderHere(RED, agent.idCrm);
    if (holder !== null) return texts('accolades-agent.test.heldHere', { holder });
  }
  return describeError(failure, texts);
}

/**
 * The deployed agent node that connects this Node-RED for an agent; null: none. Nodes share a
 * session only when their settings are equal, so a node with another address or TLS configuration
 * blocks the tested one.
 */
function holderHere(RED: NodeAPI, idCrm: string): string | null {
  const holders: string[] = [];
  RED.nodes.eachNode(({ id, type }) => {
    const node: unknown = type === 'accolades-agent' ? RED.nodes.getNode(id) : null;
    if (isAgentNode(node) && holds(node, idCrm)) holders.push(node.name || id);
  });
  return holders[0] ?? null;
}

function holds(node: AgentNode, idCrm: string): boolean {
  try {
    const { agents, server } = node.connection();
    const agent = agents.find((known) => known.idCrm === idCrm);
    return agent !== undefined && isAgentConnected(agent, server);
  } catch {
    // A node with invalid settings has no connection.
    return false;
  }
}

function named(tried: readonly CheckedAgent[], texts: Texts): string {
  const labels = tried.slice(0, MAX_NAMED).map(({ agent }) => agent.label);
  const more = tried.length - MAX_NAMED;
  return more > 0 ? texts('accolades.log.andMore', { named: labels.join(', '), more }) : labels.join(', ');
}
