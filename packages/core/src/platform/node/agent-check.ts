import {
  checkAgents as checkAgentsOf,
  isAgentConnected as isAgentConnectedOf,
  type AgentCheck,
  type AgentCheckOptions,
} from '../../hub/agent-check.ts';
import type { AgentCredential } from '../../hub/agent-list.ts';
import type { ServerOptions } from '../../net/server-url.ts';
import { processHub } from './process-wide.ts';
import { systemClock } from './system-clock.ts';

/** Calls {@link checkAgentsOf} with the hub of this process. */
export function checkAgents(
  agents: readonly AgentCredential[],
  server: ServerOptions,
  options: Pick<AgentCheckOptions, 'limitMs' | 'identify' | 'onProgress'> = {},
): Promise<AgentCheck> {
  return checkAgentsOf(agents, server, { hub: processHub(), clock: systemClock, ...options });
}

/** Calls {@link isAgentConnectedOf} with the hub of this process. */
export function isAgentConnected(agent: AgentCredential, server: ServerOptions): boolean {
  return isAgentConnectedOf(agent, server, processHub());
}
