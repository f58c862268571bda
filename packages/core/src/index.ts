export { AccoladesError, ADVICE, messageOf, type AccoladesErrorCode } from './errors.ts';
export { RecentMap } from './json/recent-map.ts';
export { hideSecrets, maskSecret } from './json/mask.ts';
export { shownText } from './text/shown-text.ts';
export { givenValue } from './call/given-value.ts';
export { withoutInvisible, withoutInvisibleEnds, withoutPastedEnds } from './text/pasted-text.ts';
export { isKnownVersion, KNOWN_MAJOR_VERSION } from './protocol/api-version.ts';
export {
  DEFAULT_SERVER_URL,
  MESSAGES,
  type AgentConfiguration,
  type ConfigurationEntity,
} from './protocol/messages.ts';
export { decode, type Decoded } from './protocol/decode.ts';
export { parseAgentList, type AgentCredential } from './hub/agent-list.ts';
export { parseServerUrl, type ServerOptions, type ServerUrl, type TlsOptions } from './net/server-url.ts';
export type { Clock, Timer } from './time/clock.ts';
export type { SessionReport, SessionStatus } from './session/contract.ts';
export type { AgentState } from './hub/agent-state.ts';
export { Hub, type HubOptions } from './hub/hub.ts';
export { BoundedQueue, type QueueLimits } from './delivery/bounded-queue.ts';
export {
  failuresByReason,
  type AgentCheck,
  type AgentIds,
  type CheckedAgent,
  type CheckProgress,
  type ReasonGroup,
} from './hub/agent-check.ts';
export { AgentRequests } from './hub/agent-requests.ts';
export { chooseAgent } from './hub/choose-agent.ts';
export { firstOutcomeWithin } from './hub/first-outcome.ts';
export { HostAcknowledgements } from './delivery/host-acknowledgements.ts';
export {
  ACKNOWLEDGE_MS,
  GRACE_MS,
  KEPT_MS,
  type DeliveryReport,
  type OrderedDeliveryOptions,
} from './delivery/delivery-options.ts';
export { OrderedDelivery } from './delivery/ordered-delivery.ts';
export {
  reasonsOf,
  type AgentStatus,
  type Report,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionStatus,
} from './hub/subscription.ts';
export { mostCommonReason, type ConnectionNews } from './log/connection-log.ts';
export { LineLimiter } from './log/line-limiter.ts';
export { SubscriptionLog, type SubscriptionLogWriter } from './log/subscription-log.ts';
export {
  EVENT_TYPES,
  type AccoladesEvent,
  type AccoladesEventType,
  type AgentIdentity,
  type CallEvent,
  type ConnectionEvent,
} from './call/call-event.ts';
export { createFilter, readEvents, type CallSource, type FilterSettings } from './call/filter.ts';
export { readNumberList } from './call/number-list.ts';
export { DEFAULT_COUNTRY, parseCountry, parsePhone, type Phone } from './call/phone.ts';
export { ContactIndex, type ContactIndexOptions, type ContactMatch } from './contacts/contact-index.ts';
export { readFieldNames } from './contacts/number-fields.ts';
export { readPhoneForms, type PhoneForms } from './contacts/phone-forms.ts';
export {
  parseConfiguration,
  parseConfigurationText,
  TEXT_FORMATS,
  type ParsedConfiguration,
  type ParsedEntity,
  type ParsedText,
  type TextFormat,
} from './call/configuration-text.ts';
export {
  DEFAULT_ACCOUNT_URL,
  parseAccount,
  parseAccountUrl,
  type Account,
  type AccountSettings,
} from './rest/account.ts';
export { DOCUMENTED_ERRORS } from './rest/answer.ts';
export {
  AccountClient,
  COMMAND_TIMEOUT_MS,
  type AccountClientOptions,
  type DialResult,
  type PingResult,
} from './rest/client.ts';
export {
  DEFAULT_NUMBER_FORMAT,
  NUMBER_FORMATS,
  parseDialRequest,
  readNumberFormat,
  type DialRequest,
  type DialSettings,
  type NumberFormat,
} from './rest/dial-request.ts';
export { HttpPostError, type HttpPost, type HttpPostAnswer, type HttpPostRequest } from './net/post.ts';
export type { Transport, TransportFactory, TransportHandlers } from './net/transport.ts';
export { DEFAULT_COOL_DOWN_MS, RequestGate } from './rest/request-gate.ts';
export {
  WebhookEndpoint,
  type AnswerableCallEvent,
  type EndpointOptions,
  type Received,
  type WebhookMessage,
} from './webhook/endpoint.ts';
export { DEFAULT_REPLY_LIMIT_MS, type EndpointSettings } from './webhook/endpoint-settings.ts';
export {
  ENDPOINT_PURPOSES,
  OUTCOME_EVENTS,
  PURPOSE_EVENTS,
  readPurpose,
  readPurposeEvents,
  WEBHOOK_EVENTS,
  type EndpointEventType,
  type EndpointPurpose,
  type OutcomeEventType,
  type WebhookEventType,
} from './webhook/purpose.ts';
export {
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_SECRET_PARAMETER,
  EndpointGuard,
  type Admission,
  type CheckedHead,
  type GuardSettings,
  type Methods,
  type Refusal,
} from './webhook/endpoint-guard.ts';
export type { EndpointRequest, RequestHead } from './webhook/request.ts';
export { CONNECTOR_PROBE_API_NAME } from './webhook/connector-probe.ts';
export { CONNECTOR_API_NAME, parseConnectorEvent, type ConnectorPost } from './webhook/connector-event.ts';
export { parseIvrRequest, type IvrRequest } from './webhook/ivr.ts';
export {
  DURATION_FIELDS,
  NOTIFICATION_API_NAME,
  NOTIFICATION_EVENTS,
  parseNotification,
  PHONE_FIELDS,
  type CallNotification,
} from './webhook/notification.ts';
export {
  answerPending,
  PendingReplies,
  REPLY_KINDS,
  type ReplyKind,
  type Respond,
} from './webhook/pending-replies.ts';
export {
  confirmHangupReply,
  readHangupDecision,
  readHangupFormat,
  type HangupDecision,
  type HangupReplyFormat,
} from './webhook/hangup-reply.ts';
export { sendAnswer, type WritableResponse } from './webhook/send-answer.ts';
export { ACKNOWLEDGEMENT, ivrReply, MAX_IVR_VARIABLES, type HttpAnswer } from './webhook/reply.ts';
export {
  CONNECTOR_ACKNOWLEDGEMENT,
  readScreenPop,
  screenPopReply,
  type ScreenPop,
} from './webhook/screen-pop.ts';
export { missedCallOf } from './outcome/build-record.ts';
export type { OutcomeReport } from './outcome/call-tracker.ts';
export { OutcomeRegistry, type OutcomeRegistryOptions } from './outcome/outcome-registry.ts';
export { HANGUP_REPORTS, readOutcomeSettings, type OutcomeNodeSettings } from './outcome/outcome-settings.ts';
export type { CloseOutcomesOptions, OutcomeChoice, OutcomeOptions, Outcomes } from './outcome/outcomes.ts';
export {
  DEFAULT_OUTCOME_SETTINGS,
  type CallEvidence,
  type CallPhone,
  type CallRecord,
  type CallResult,
  type CallSighting,
  type DialledCall,
  type HangupReports,
  type OutcomeReason,
  type OutcomeSettings,
  type OutcomeStatus,
} from './outcome/contract.ts';
