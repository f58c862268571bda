import type { Entity, EntityKind } from '../pbx/agent.ts';
import type { CallDirection } from '../pbx/call.ts';

/**
 * The frames of the "External CRM" WebSocket API on the server's side. Field names, values and
 * spellings are those of the vendor's documentation, including its mistakes.
 */

/**
 * The documentation writes `authSucces`; the vendor's own browser connector waits for
 * `authSuccess`.
 */
export type AuthSuccessType = 'authSucces' | 'authSuccess';

/** The documented refusal reasons, in the vendor's spelling. */
export type RefusalReason = 'ID_NOT_FOUND' | 'IP_MISSMATCH' | 'CONNECTION_EXISTS';

export function authSuccess(type: AuthSuccessType, version: string): string {
  return JSON.stringify({ type, version });
}

export function authFailed(reason: string): string {
  return JSON.stringify({ type: 'authFailed', reason });
}

export function configurationReply(entities: Readonly<Record<EntityKind, Entity>>): string {
  const { account, phone, agent } = entities;
  return JSON.stringify({ type: 'configuration', account, phone, agent });
}

export function versionReply(value: string): string {
  return JSON.stringify({ type: 'version', value });
}

export interface CallFields {
  direction: CallDirection;
  phoneNumber: string;
  uniqueId: string;
  callCenter: boolean;
}

export function callType(direction: CallDirection): 'incomingCall' | 'outgoingCall' {
  return direction === 'incoming' ? 'incomingCall' : 'outgoingCall';
}

export function callNotification(call: CallFields, extraFields?: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    ...extraFields,
    type: callType(call.direction),
    phoneNumber: call.phoneNumber,
    uniqueId: call.uniqueId,
    callCenter: call.callCenter ? 'yes' : 'no',
  });
}

export const CONNECTION_CLOSED = JSON.stringify({ type: 'connectionClosed' });

/**
 * The `error` message. The vendor's connector handles this type, but its content is not published:
 * the field `message` is this simulator's choice.
 */
export function errorMessage(message: string): string {
  return JSON.stringify({ type: 'error', message });
}

/** A client's request. */
export type ClientRequest =
  { type: 'authRequest'; idCrm: string } | { type: 'configuration' } | { type: 'version' };

/** Reads a client's frame. @returns the request, or a text that says what is wrong */
export function readRequest(text: string): ClientRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'The message is not valid JSON.';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'The message is not a JSON object.';
  }
  const type: unknown = Reflect.get(value, 'type');
  switch (type) {
    case 'authRequest': {
      const idCrm: unknown = Reflect.get(value, 'idCrm');
      return typeof idCrm === 'string' ? { type, idCrm } : 'authRequest needs an idCrm, as text.';
    }
    case 'configuration':
    case 'version':
      return { type };
    default:
      return 'The message has no type that this server knows.';
  }
}
