import type { AccoladesErrorCode } from '../errors.ts';
import type { AgentConfiguration, CallMessage, CallMessageType, JsonObject } from '../protocol/messages.ts';
import { IsoTime } from '../time/iso-time.ts';
import { parsePhone, type Phone } from './phone.ts';

/** The agent of an event. The ids come from the `configuration` reply: null until it is known. */
export interface AgentIdentity {
  /** The name that the user gave the agent. */
  readonly label: string;
  readonly id: string | null;
  readonly phoneId: string | null;
  readonly accountId: string | null;
}

/** A call, as both hosts give it to flows. */
export interface CallEvent {
  readonly event: CallMessageType;
  readonly direction: 'incoming' | 'outgoing';
  /** What the server sent, unchanged. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is no valid public number. */
  readonly phone: Phone | null;
  readonly uniqueId: string;
  /** ISO 8601; null when `uniqueId` does not begin with a plausible Unix time. */
  readonly startedAt: string | null;
  /** True: from a queue or campaign. False: a direct call. Null: the server did not say. */
  readonly callCenter: boolean | null;
  readonly agent: AgentIdentity;
  /**
   * False when an incoming event of the same `uniqueId` came before to the same subscription. Outgoing events do not
   * count and are always true.
   */
  readonly firstRing: boolean;
  /** ISO 8601 */
  readonly receivedAt: string;
  /** Only when asked for: the agent's texts, null until known. */
  readonly configuration?: AgentConfiguration | null;
  readonly raw: JsonObject;
}

export type ConnectionEventType = 'agentConnected' | 'agentDisconnected';

/** The agent's session came up or went away. */
export interface ConnectionEvent {
  readonly event: ConnectionEventType;
  readonly agent: AgentIdentity;
  /** Why it went away; null for `agentConnected`. */
  readonly reason: AccoladesErrorCode | null;
  /** ISO 8601 */
  readonly receivedAt: string;
}

export type AccoladesEvent = CallEvent | ConnectionEvent;
export type AccoladesEventType = AccoladesEvent['event'];

/** Every event, in the order of the ports of nodes that have one output per event. */
export const EVENT_TYPES: readonly AccoladesEventType[] = [
  'incomingCall',
  'outgoingCall',
  'agentConnected',
  'agentDisconnected',
];

export interface CallContext {
  readonly country: string;
  readonly agent: AgentIdentity;
  readonly firstRing: boolean;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Left out of the event when undefined. */
  readonly configuration?: AgentConfiguration | null | undefined;
}

const startTimes = new IsoTime();
const receiptTimes = new IsoTime();

export function buildCallEvent(message: CallMessage, context: CallContext): CallEvent {
  const { label, id, phoneId, accountId } = context.agent;
  const event = {
    event: message.type,
    direction: message.type === 'incomingCall' ? 'incoming' : 'outgoing',
    phoneNumber: message.phoneNumber,
    phone: parsePhone(message.phoneNumber, context.country),
    uniqueId: message.uniqueId,
    startedAt: startOf(message.uniqueId, context.receivedAt),
    callCenter: message.callCenter,
    agent: { label, id, phoneId, accountId },
    firstRing: context.firstRing,
    receivedAt: receiptTimes.of(context.receivedAt),
    raw: copyJson(message.raw),
  } as const;
  const { configuration } = context;
  if (configuration === undefined) return event;
  const { raw, ...rest } = event;
  return { ...rest, configuration: structuredClone(configuration), raw };
}

export function buildConnectionEvent(
  event: ConnectionEventType,
  agent: AgentIdentity,
  reason: AccoladesErrorCode | null,
  receivedAt: number,
): ConnectionEvent {
  return { event, agent: { ...agent }, reason, receivedAt: receiptTimes.of(receivedAt) };
}

const EARLIEST_START_S = Date.UTC(2000, 0, 1) / 1000;
/** How far the clocks of the server and this machine may be apart, in seconds. */
const CLOCK_SKEW_S = 86_400;

/**
 * The time at which a call started. A `uniqueId` has the form of an Asterisk unique id, whose first part is the Unix time in
 * seconds; that the server keeps to it is not documented, hence the check for plausibility.
 */
export function startOf(uniqueId: string, receivedAt: number): string | null {
  if (!/^\d{9,11}\.\d+$/.test(uniqueId)) return null;
  const seconds = Number.parseInt(uniqueId, 10);
  if (!(seconds >= EARLIEST_START_S && seconds <= receivedAt / 1000 + CLOCK_SKEW_S)) return null;
  return startTimes.of(seconds * 1000);
}

/** A copy, since flows may change what they are given and several may get the same message. */
function copyJson(object: JsonObject): JsonObject {
  for (const key in object) {
    if (typeof object[key] === 'object') return structuredClone(object);
  }
  return { ...object };
}
