/**
 * The part of this library for browsers: protocol and session, without the `ws` library, phone
 * numbers and hub. The browser connector uses it.
 */
export { AccoladesError, type AccoladesErrorCode } from '../../errors.ts';
export { maskIn } from '../../json/mask.ts';
export type { AgentConfiguration, CallMessage, ConfigurationEntity } from '../../protocol/messages.ts';
export { encodeRequest } from '../../protocol/encode.ts';
export { MAX_FRAME_BYTES } from '../../protocol/decode.ts';
export { utf8Text } from '../../protocol/utf8.ts';
export { backoffDelay } from '../../time/backoff.ts';
export type { Clock, Timer } from '../../time/clock.ts';
export type {
  SessionListener,
  SessionOptions,
  SessionReport,
  SessionStatus,
} from '../../session/contract.ts';
export { Session } from '../../session/session.ts';
export type { Transport, TransportFactory, TransportHandlers } from '../../net/transport.ts';
export { webClock } from './web-clock.ts';
export { connectInBrowser } from './web-transport.ts';
