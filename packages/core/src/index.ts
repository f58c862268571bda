export { AccoladesError, ADVICE, messageOf, type AccoladesErrorCode } from './errors.ts';
export { maskSecret } from './mask.ts';
export {
  DEFAULT_SERVER_URL,
  KNOWN_MAJOR_VERSION,
  MESSAGES,
  type AgentConfiguration,
  type ConfigurationEntity,
} from './protocol/messages.ts';
export { decode, type Decoded } from './protocol/decode.ts';
export { parseAgentList, type AgentCredential } from './settings/agent-list.ts';
export { parseServerUrl, type ServerOptions, type ServerUrl, type TlsOptions } from './settings/server.ts';
export type { SessionReport, SessionStatus } from './session/session.ts';
export { Hub, type HubOptions } from './hub/hub.ts';
export { processHub } from './hub/process-hub.ts';
export { checkAgents } from './hub/check-agents.ts';
export { firstOutcomeWithin } from './hub/first-outcome.ts';
export {
  reasonsOf,
  type AgentStatus,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionStatus,
} from './hub/subscription.ts';
export { ConnectionLog, type ConnectionNews } from './log/connection-log.ts';
export { ReportLimiter, type LimitedReport, type Report } from './log/report-limiter.ts';
export {
  EVENT_TYPES,
  type AccoladesEvent,
  type AccoladesEventType,
  type AgentIdentity,
  type CallEvent,
  type ConnectionEvent,
} from './call/call-event.ts';
export { createFilter, readEvents, type CallSource, type FilterSettings } from './call/filter.ts';
export { DEFAULT_COUNTRY, parseCountry, parsePhone, type Phone } from './call/phone.ts';
