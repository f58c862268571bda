import {
  buildCallEvent,
  buildConnectionEvent,
  type AgentIdentity,
  type CallEvent,
  type ConnectionEvent,
} from '../call/call-event.ts';
import { ADVICE, AccoladesError, type AccoladesErrorCode } from '../errors.ts';
import { decode } from '../protocol/decode.ts';
import { isObject, type JsonObject } from '../json/json-object.ts';
import type { AgentConfiguration, CallMessage } from '../protocol/messages.ts';
import { fieldText, parseJsonFields } from './fields.ts';

/** The value of `apiName` in what the browser connector posts. */
export const CONNECTOR_API_NAME = 'connectorEvent';

/**
 * The data that the browser connector posts, as JSON, or form-encoded with `agent` as JSON text
 * (browsers send forms to another origin without a preflight). One of:
 * - a call: `frame` is the server's frame, as the received text (so that it is decoded by the same
 *   rules) or as an object;
 * - the agent's session: `event` is `agentConnected` or `agentDisconnected`, `reason` an error
 *   code.
 *
 * `agent` identifies the agent. Its `idCrm` (the connector's `agentId`) is a secret and must not be
 * posted.
 */
export interface ConnectorPost {
  readonly apiName: typeof CONNECTOR_API_NAME;
  readonly agent: {
    readonly label?: string;
    readonly id?: string | null;
    readonly phoneId?: string | null;
    readonly accountId?: string | null;
  };
  readonly frame?: string | JsonObject;
  readonly event?: 'agentConnected' | 'agentDisconnected';
  readonly reason?: string;
  /** Equal when an event is posted again after a lost answer; up to 64 characters. */
  readonly eventId?: string;
  /**
   * The age of an event that waited in the browser, in milliseconds.
   * @default 0
   */
  readonly ageMs?: number;
}

export interface ConnectorContext {
  /** The country of numbers without a country code. */
  readonly country: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** {@link CallEvent.firstRing} of a call. Default: always true. */
  readonly isFirstRing?: (call: CallMessage) => boolean;
  readonly configuration?: AgentConfiguration | null;
}

/**
 * Converts a post of the browser connector to the message of a session in this process.
 * @throws AccoladesError `NOT_A_NOTIFICATION` when it is not such a post, or its frame is not a
 *   call
 */
export function parseConnectorEvent(
  fields: JsonObject,
  context: ConnectorContext,
): CallEvent | ConnectionEvent {
  if (fieldText(fields, 'apiName') !== CONNECTOR_API_NAME)
    throw refused('The request is no event of the connector.');
  const agent = agentOf(fields['agent']);
  const receivedAt = context.receivedAt - ageOf(fields);
  const event = fieldText(fields, 'event');
  const frame = fields['frame'];
  if (frame === undefined && (event === 'agentConnected' || event === 'agentDisconnected')) {
    const reason = event === 'agentConnected' ? null : reasonOf(fieldText(fields, 'reason'));
    return buildConnectionEvent(event, agent, reason, receivedAt);
  }
  if (typeof frame !== 'string' && !isObject(frame))
    throw refused('The event of the connector has no frame.');
  const decoded = decode(typeof frame === 'string' ? frame : JSON.stringify(frame));
  if (decoded.kind === 'malformed') throw refused('The frame that the connector sent cannot be read.');
  if (
    decoded.kind === 'unknown' ||
    (decoded.message.type !== 'incomingCall' && decoded.message.type !== 'outgoingCall')
  ) {
    throw refused('The frame that the connector sent is no call.');
  }
  const { message } = decoded;
  return buildCallEvent(message, {
    country: context.country,
    agent,
    firstRing: context.isFirstRing?.(message) ?? true,
    receivedAt,
    configuration: context.configuration,
  });
}

/** Returns the id of a posted event; null without a usable id. */
export function connectorEventId(fields: JsonObject): string | null {
  const id = fieldText(fields, 'eventId');
  return id !== null && id !== '' && id.length <= MAX_EVENT_ID_CHARS ? id : null;
}

const MAX_EVENT_ID_CHARS = 64;
/** Longer labels are cut, in characters. */
const MAX_LABEL_CHARS = 100;
/** Longer ids are ignored: ids are numeric texts [seed], and remembered ones must stay small. */
const MAX_ID_CHARS = 64;
/** Longer ages mean that the browser's clock is wrong, in milliseconds. */
const MAX_AGE_MS = 86_400_000;

function ageOf(fields: JsonObject): number {
  const age = Number(fieldText(fields, 'ageMs') ?? 0);
  return age >= 0 && age <= MAX_AGE_MS ? Math.round(age) : 0;
}

function agentOf(value: unknown): AgentIdentity {
  const agent = isObject(value) ? value : typeof value === 'string' ? objectIn(value) : {};
  const id = idOf(agent, 'id');
  // Copy it: a substring would keep the whole text in memory.
  const label = Array.from((fieldText(agent, 'label') ?? '').trim().slice(0, MAX_LABEL_CHARS)).join('');
  return {
    label: label !== '' ? label : id === null ? 'browser' : `agent ${id}`,
    id,
    phoneId: idOf(agent, 'phoneId'),
    accountId: idOf(agent, 'accountId'),
  };
}

function idOf(agent: JsonObject, name: string): string | null {
  const id = fieldText(agent, name);
  return id === null || id.length > MAX_ID_CHARS ? null : id;
}

function objectIn(text: string): JsonObject {
  try {
    return parseJsonFields(text);
  } catch {
    // An unreadable agent must not lose the call.
    return {};
  }
}

function reasonOf(text: string | null): AccoladesErrorCode {
  return text !== null && isErrorCode(text) ? text : 'CONNECTION_LOST';
}

function isErrorCode(text: string): text is AccoladesErrorCode {
  return Object.hasOwn(ADVICE, text);
}

function refused(what: string): AccoladesError {
  return new AccoladesError('NOT_A_NOTIFICATION', { what });
}
