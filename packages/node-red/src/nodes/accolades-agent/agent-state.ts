import type { AccoladesErrorCode, AgentStatus } from '@accolades-flow/core';
import type { NodeAPI } from '@node-red/registry';
import { describeError, errorCodeOf, type Texts } from '../../runtime/texts.ts';
import { isAgentNode, type AgentNode } from './agent-connection.ts';

/** The current state of one agent of a deployed `accolades-agent` node. Holds no secret. */
export interface AgentState {
  readonly label: string;
  /** `notHere`: no enabled node of this Node-RED uses the agent. */
  readonly state: 'connected' | 'connecting' | 'waiting' | 'notHere';
  /**
   * Why the agent is not connected, in the runtime's language; null while connected or connecting.
   */
  readonly reason: string | null;
  readonly code: AccoladesErrorCode | null;
  /** ISO 8601: the start of this state; null for `notHere`. */
  readonly since: string | null;
}

/** The answer of `GET accolades-agent/<node id>/agents`. */
export interface AgentStates {
  readonly connected: number;
  readonly total: number;
  /** In the order of the list. */
  readonly agents: readonly AgentState[];
}

/**
 * Reports to the dialog which agents are connected, and why others are not: `GET
 * accolades-agent/<node id>/agents` of Node-RED's admin API returns {@link AgentStates}, or 404
 * when the node is not deployed. Needs the permission to read flows.
 */
export function serveAgentStates(RED: NodeAPI, texts: Texts): void {
  RED.httpAdmin.get(
    '/accolades-agent/:id/agents',
    RED.auth.needsPermission('flows.read'),
    (request, response) => {
      const { id } = request.params;
      const node: unknown = typeof id === 'string' ? RED.nodes.getNode(id) : null;
      response.set('cache-control', 'no-store');
      if (isAgentNode(node)) response.json(agentStates(node, texts));
      else response.sendStatus(404);
    },
  );
}

function agentStates(node: AgentNode, texts: Texts): AgentStates {
  const agents =
    node.statuses()?.map((status) => stateOf(status, texts)) ??
    labelsOf(node).map(
      (label) => ({ label, state: 'notHere', reason: null, code: null, since: null }) as const,
    );
  return {
    connected: agents.filter(({ state }) => state === 'connected').length,
    total: agents.length,
    agents,
  };
}

function stateOf({ label, status }: AgentStatus, texts: Texts): AgentState {
  const since = new Date(status.since).toISOString();
  switch (status.state) {
    case 'ready':
      return { label, state: 'connected', reason: null, code: null, since };
    case 'waiting':
    case 'closed': {
      const { reason } = status;
      return {
        label,
        state: 'waiting',
        reason: describeError(reason, texts),
        code: errorCodeOf(reason),
        since,
      };
    }
    case 'idle':
    case 'connecting':
    case 'authenticating':
      return { label, state: 'connecting', reason: null, code: null, since };
  }
}

/** Empty when the settings are invalid: the node that uses them reports the reason. */
function labelsOf(node: AgentNode): readonly string[] {
  try {
    return node.connection().agents.map(({ label }) => label);
  } catch {
    return [];
  }
}
