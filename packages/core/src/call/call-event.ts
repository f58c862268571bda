import type { AccoladesErrorCode } from '../errors.ts';
import type { AgentConfiguration, CallMessage, CallMessageType } from '../protocol/messages.ts';
import type { JsonObject } from '../json/json-object.ts';
import { IsoTime } from '../time/iso-time.ts';
import { parsePhone, type Phone } from './phone.ts';

/** The agent of an event. The ids come from the `configuration` reply and are null until known. */
export interface AgentIdentity {
  /** The user's name for the agent. */
  readonly label: string;
  readonly id: string | null;
  readonly phoneId: string | null;
  readonly accountId: string | null;
}

/** A call, as both hosts deliver it to flows. */
export interface CallEvent {
  readonly event: CallMessageType;
  readonly direction: 'incoming' | 'outgoing';
  /** As the server sent it. */
  readonly phoneNumber: string;
  /** Null when `phoneNumber` is not a valid public number. */
  readonly phone: Phone | null;
  readonly uniqueId: string;
  /** ISO 8601; null when `uniqueId` does not start with a plausible Unix time. */
  readonly startedAt: string | null;
  /** True: from a queue or campaign. False: a direct call. Null: not sent by the server. */
  readonly callCenter: boolean | null;
  readonly agent: AgentIdentity;
  /**
   * False when the subscription got an incoming event with the same `uniqueId` before. Always true
   * for outgoing events, which do not count.
   */
  readonly firstRing: boolean;
  /** ISO 8601 */
  readonly receivedAt: string;
  /** Present only if requested: the agent's texts, null until known. */
  readonly configuration?: AgentConfiguration | null;
  readonly raw: JsonObject;
}

export type ConnectionEventType = 'agentConnected' | 'agentDisconnected';

/** The agent was connected or disconnected. */
export interface ConnectionEvent {
  readonly event: ConnectionEventType;
  readonly agent: AgentIdentity;
  /** The reason of `agentDisconnected`; null for `agentConnected`. */
  readonly reason: AccoladesErrorCode | null;
  /**
   * Only of `agentConnected`: whole seconds without a connection before this event; calls may have
   * been missed. Null for the first connection.
   */
  readonly awaySeconds?: number | null;
  /** ISO 8601 */
  readonly receivedAt: string;
}

export type AccoladesEvent = CallEvent | ConnectionEvent;
export type AccoladesEventType = AccoladesEvent['event'];

/** Every event, in the order of the ports of a node with one output per event. */
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
  /** Omitted from the event when undefined. */
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
  awaySeconds: number | null = null,
): ConnectionEvent {
  const away = event === 'agentConnected' ? { awaySeconds } : {};
  return { event, agent: { ...agent }, reason, ...away, receivedAt: receiptTimes.of(receivedAt) };
}

const EARLIEST_START_S = Date.UTC(2000, 0, 1) / 1000;
/** Maximum difference between the clocks of the server and this machine, in seconds. */
const CLOCK_SKEW_S = 86_400;

/**
 * Returns the start time of a call. A `uniqueId` looks like an Asterisk unique id, which starts
 * with a Unix time in seconds. This is not documented, so implausible times are ignored.
 */
export function startOf(uniqueId: string, receivedAt: number): string | null {
  if (!/^\d{9,11}\.\d+$/.test(uniqueId)) return null;
  const seconds = Number.parseInt(uniqueId, 10);
  if (!(seconds >= EARLIEST_START_S && seconds <= receivedAt / 1000 + CLOCK_SKEW_S)) return null;
  return startTimes.of(seconds * 1000);
}

/** A copy, because flows may change messages and several flows may get the same one. */
function copyJson(object: JsonObject): JsonObject {
  for (const key in object) {
    if (typeof object[key] === 'object') return structuredClone(object);
  }
  return { ...object };
}
