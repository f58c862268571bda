import type { FaultSettings } from '../faults/fault-settings.ts';
import { ALL_AGENTS } from '../faults/faults.ts';
import type { AgentState } from '../pbx/agent.ts';
import type { PlacedCall } from '../pbx/call.ts';
import type { TrafficKind } from '../pbx/call-traffic.ts';
import type { Simulator } from '../simulator.ts';
import type { ServerSettings } from '../websocket-api/settings.ts';
import { telephonyState } from './telephony-state.ts';
import type { TelephonyState } from './telephony-state.ts';

/** More agents than this are not shown; the list would be unusable. */
const MAX_AGENTS_SHOWN = 500;

interface AgentView {
  key: number;
  name: string;
  maskedIdCrm: string;
  state: AgentState;
  /** May be false while a session still exists, with the fault `logoutWithoutClose`. */
  loggedIn: boolean;
  ip: string | null;
  connectedSince: number | null;
  connectedFrom: string | null;
  ids: { account: string; phone: string; agent: string };
  /** The address of the agent's page with the connector; null without connectors. */
  page: string | null;
  faults: Partial<FaultSettings>;
}

export interface CallView {
  uniqueId: string;
  direction: 'incoming' | 'outgoing';
  phoneNumber: string;
  callCenter: boolean;
  placedAt: number;
  agents: { name: string; delivered: boolean }[];
}

/** The page's data, except for the frames. Holds no `idCrm`: agents are identified by their key. */
export interface ConsoleState extends TelephonyState {
  server: { url: string; running: boolean; settings: ServerSettings };
  statistics: {
    connections: number;
    connects: number;
    refusals: Record<string, number>;
    badRequests: number;
    framesIn: number;
    framesOut: number;
    calls: number;
    sessions: number;
  };
  traffic: { callsPerMinute: number; kind: TrafficKind };
  /** Set for all agents. */
  faults: Partial<FaultSettings>;
  agents: AgentView[];
  agentCount: number;
  calls: CallView[];
}

export function consoleState(simulator: Simulator, calls: readonly CallView[]): ConsoleState {
  const { statistics, traffic, faults } = simulator;
  const agents = simulator.agents();
  return {
    server: { url: simulator.url, running: simulator.running, settings: simulator.settings },
    statistics: {
      connections: statistics.connections,
      connects: statistics.connects,
      refusals: statistics.refusals,
      badRequests: statistics.badRequests,
      framesIn: statistics.framesIn,
      framesOut: statistics.framesOut,
      calls: statistics.calls,
      sessions: simulator.sessions().length,
    },
    traffic: { callsPerMinute: traffic.callsPerMinute, kind: traffic.kind },
    faults: faults.own(ALL_AGENTS),
    agents: agents.slice(0, MAX_AGENTS_SHOWN).map((agent) => ({
      key: agent.key,
      name: agent.name,
      maskedIdCrm: agent.maskedIdCrm,
      state: agent.state,
      loggedIn: agent.loggedIn,
      ip: agent.ip,
      connectedSince: agent.connectedSince,
      connectedFrom: agent.connectedFrom,
      ids: { account: agent.account.id, phone: agent.phone.id, agent: agent.agent.id },
      page: simulator.connectors?.agentPageUrl(agent) ?? null,
      faults: faults.own(agent.idCrm),
    })),
    agentCount: agents.length,
    calls: [...calls],
    ...telephonyState(simulator),
  };
}

export function callView(simulator: Simulator, call: PlacedCall): CallView {
  return {
    uniqueId: call.uniqueId,
    direction: call.direction,
    phoneNumber: call.phoneNumber,
    callCenter: call.callCenter,
    placedAt: call.placedAt,
    agents: call.agents.map((idCrm) => ({
      name: simulator.agent(idCrm).name,
      delivered: call.delivered.includes(idCrm),
    })),
  };
}
