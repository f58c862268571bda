import {
  buildCallEvent,
  buildConnectionEvent,
  type AgentIdentity,
  type CallEvent,
  type ConnectionEvent,
} from '../call/call-event.ts';
import { ADVICE, AccoladesError, type AccoladesErrorCode } from '../errors.ts';
import { decode, isObject } from '../protocol/decode.ts';
import type { AgentConfiguration, JsonObject } from '../protocol/messages.ts';
import { fieldText } from './fields.ts';

/** The value of `apiName` in what the browser connector posts. */
export const CONNECTOR_API_NAME = 'connectorEvent';

/**
 * What the browser connector posts, as JSON. One of:
 * - a call: `frame` is the server's frame, as the text received (so that it is read by the same rules) or as an object;
 * - the agent's session: `event` is `agentConnected` or `agentDisconnected`, `reason` an error code.
 *
 * `agent` names the agent; its `idCrm` (the connector's `agentId`) is a secret and must not be posted.
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
}

export interface ConnectorContext {
  /** Where a number without a country code is at home. */
  readonly country: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Whether a call, of which this agent is told, rings its first agent. Default: always. */
  readonly isFirstRing?: (uniqueId: string, agent: string) => boolean;
  readonly configuration?: AgentConfiguration | null;
}

/**
 * Reads what the browser connector posted: the same message that a session of this process would give.
 * @throws AccoladesError `NOT_A_NOTIFICATION` when it is none, or its frame no call
 */
export function parseConnectorEvent(
  fields: JsonObject,
  context: ConnectorContext,
): CallEvent | ConnectionEvent {
  if (fieldText(fields, 'apiName') !== CONNECTOR_API_NAME)
    throw refused('The request is no event of the connector.');
  const agent = agentOf(fields['agent']);
  const event = fieldText(fields, 'event');
  const frame = fields['frame'];
  if (frame === undefined && (event === 'agentConnected' || event === 'agentDisconnected')) {
    const reason = event === 'agentConnected' ? null : reasonOf(fieldText(fields, 'reason'));
    return buildConnectionEvent(event, agent, reason, context.receivedAt);
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
    firstRing: context.isFirstRing?.(message.uniqueId, keyOf(agent)) ?? true,
    receivedAt: context.receivedAt,
    configuration: context.configuration,
  });
}

/** Longer labels are cut, in characters. */
const MAX_LABEL_CHARS = 100;

function agentOf(value: unknown): AgentIdentity {
  const agent = isObject(value) ? value : {};
  const id = fieldText(agent, 'id');
  const label = (fieldText(agent, 'label') ?? '').trim().slice(0, MAX_LABEL_CHARS);
  return {
    label: label !== '' ? label : id === null ? 'browser' : `agent ${id}`,
    id,
    phoneId: fieldText(agent, 'phoneId'),
    accountId: fieldText(agent, 'accountId'),
  };
}

/** What tells the agents of one account apart. */
function keyOf({ id, label }: AgentIdentity): string {
  return id ?? label;
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
