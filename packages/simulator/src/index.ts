export { createSimulator } from './create-simulator.ts';
export { Simulator } from './simulator.ts';
export type { AgentEvent, SessionEvent, SimulatorEvents } from './simulator-events.ts';
export type { SimulatorOptions } from './simulator-options.ts';
export type { DropMethod, SessionInfo } from './websocket-api/session-control.ts';
export type { AgentInfo, AgentSetup, AgentState, Entity, EntityKind } from './pbx/agent.ts';
export { MAX_TEXT_LENGTH } from './pbx/agent-directory.ts';
export type { CallDirection, CallRequest, PlacedCall } from './pbx/call.ts';
export { MAX_CALLS_PER_MINUTE } from './pbx/call-traffic.ts';
export type { CallTraffic, TrafficKind } from './pbx/call-traffic.ts';
export { ALL_AGENTS } from './faults/faults.ts';
export type { Faults } from './faults/faults.ts';
export type { FaultName, FaultSettings } from './faults/fault-settings.ts';
export type { GarbageKind } from './faults/garbage.ts';
export { SEED_SAMPLES } from './faults/seed-samples.ts';
export type { SeedSample } from './faults/seed-samples.ts';
export type { ConnectorOptions, ConnectorServer } from './connectors/connector-server.ts';
export type { FrameLogEntry } from './frame-log/frame-log.ts';
export type {
  CallKind,
  CallLeg,
  CallLife,
  CallStart,
  CallState,
  EndReason,
  HuntStart,
  InternalStart,
  LegState,
  RingAllStart,
  TimelineEntry,
  TimelineEvent,
} from './calls/call-life.ts';
export type { CallSettings, IdPer } from './calls/call-settings.ts';
export type { Clock, Timer } from './clock.ts';
export type { IvrGlobal, IvrResult, IvrRun } from './ivr/ivr.ts';
export { parseHangupReply } from './notifications/hangup-decision.ts';
export type { HangupDecision, HangupReplyParser } from './notifications/hangup-decision.ts';
export type { HangupReports, NotificationSettings } from './notifications/notification-settings.ts';
export type { Phone, PhoneSetup, WhileTalking } from './pbx/phone-directory.ts';
export type { EndpointSettings } from './notifications/endpoint-settings.ts';
export type { AccountInfo, AccountLogEntry, AccountSetup } from './rest-api/account-directory.ts';
export type { RestSettings } from './rest-api/rest-settings.ts';
export type { Statistics } from './statistics.ts';
export { DEMO_ACCOUNT, DEMO_AGENTS } from './demo-agents.ts';
export { maskSecret } from './masking.ts';
export type { AuthSuccessType, RefusalReason } from './websocket-api/messages.ts';
export type { ServerSettings } from './websocket-api/settings.ts';
