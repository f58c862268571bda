import type { Entity, EntityKind } from '../pbx/agent.ts';
import type { CallFields } from '../websocket-api/messages.ts';
import { callType } from '../websocket-api/messages.ts';

/**
 * The two samples of the vendor's documentation that are invalid JSON, unchanged: `incomingCall`
 * lacks a comma, `configuration` has an extra one. It is unknown whether the real server sends such
 * text.
 */
export const SEED_SAMPLES = {
  incomingCall: [
    '{',
    '"type": "incomingCall",',
    '"phoneNumber":"0211234567",',
    '"uniqueId":"1608743891.1344"',
    '"callCenter":"yes"',
    '}',
  ].join('\n'),
  configuration: [
    '{',
    '"type": "configuration",',
    '"account": {',
    '"id": "15",',
    '"data": "INFO_ACCOUNT"',
    '},',
    '"phone": {',
    '"id": "27",',
    '"data": "INFO_PHONE"',
    '},',
    '"agent": {',
    '"id": "321",',
    '"data": "INFO_AGENT"',
    '},',
    '}',
  ].join('\n'),
} as const;

export type SeedSample = keyof typeof SEED_SAMPLES;

/** A call, with the documentation's missing comma. */
export function misspelledCall(call: CallFields): string {
  return [
    '{',
    `"type": "${callType(call.direction)}",`,
    `"phoneNumber":${JSON.stringify(call.phoneNumber)},`,
    `"uniqueId":${JSON.stringify(call.uniqueId)}`,
    `"callCenter":"${call.callCenter ? 'yes' : 'no'}"`,
    '}',
  ].join('\n');
}

/** A configuration reply, with the documentation's trailing comma. */
export function misspelledConfiguration(entities: Readonly<Record<EntityKind, Entity>>): string {
  const lines = ['{', '"type": "configuration",'];
  for (const kind of ['account', 'phone', 'agent'] as const) {
    const { id, data } = entities[kind];
    lines.push(`"${kind}": {`, `"id": ${JSON.stringify(id)},`, `"data": ${JSON.stringify(data)}`, '},');
  }
  lines.push('}');
  return lines.join('\n');
}
