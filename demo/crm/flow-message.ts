import { isObject, optionalString } from '../../hosts/guards.ts';
import type { JsonObject } from '../../hosts/guards.ts';

/** A flow's report at its end: the event that started it, and the results. */
export interface FlowMessage {
  /** A number for this message, in the order of arrival. */
  id: number;
  /** The time of arrival, in milliseconds since 1970. */
  at: number;
  event: string;
  direction: 'incoming' | 'outgoing' | null;
  /**
   * The number in national format, `021 123 4567`; as the server sent it when it is not a public
   * number.
   */
  number: string | null;
  agent: string;
  callCenter: boolean | null;
  /** Why an agent was disconnected. */
  reason: string | null;
  /** The contact that the flow found in the CRM. */
  contact: { id: number; name: string; company: string } | null;
  /** The flow's text for Slack. */
  text: string | null;
  /** Whether Slack accepted the message; `null` when the flow sent none. */
  slack: boolean | null;
  /** Whether the CRM saved the contact's last call; `null` when the flow did not try. */
  crm: boolean | null;
  /** Everything that the flow sent. */
  body: JsonObject;
}

/**
 * Reads the request of the flow's last step: `{ event: CallEvent | ConnectionEvent, contact?,
 * text?, slack?: <HTTP status>, crm?: <HTTP status> }`.
 *
 * @returns `undefined` when `body` holds no event
 */
export function readFlowMessage(body: unknown, id: number, at: number): FlowMessage | undefined {
  if (!isObject(body) || !isObject(body['event'])) return undefined;
  const event = body['event'];
  const name = optionalString(event['event']);
  if (name === undefined) return undefined;
  const phone = isObject(event['phone']) ? event['phone'] : {};
  const agent = isObject(event['agent']) ? event['agent'] : {};
  const { direction, callCenter } = event;
  return {
    id,
    at,
    event: name,
    direction: direction === 'incoming' || direction === 'outgoing' ? direction : null,
    number: readNumber(phone) ?? optionalString(event['phoneNumber']) ?? null,
    agent: optionalString(agent['label']) ?? '',
    callCenter: typeof callCenter === 'boolean' ? callCenter : null,
    reason: optionalString(event['reason']) ?? null,
    contact: readContact(body['contact']),
    text: optionalString(body['text']) ?? null,
    slack: wasAccepted(body['slack']),
    crm: wasAccepted(body['crm']),
    body,
  };
}

/** Formats numbers of this country without the country code. */
function readNumber(phone: JsonObject): string | undefined {
  return optionalString(phone['country'] === 'RO' ? phone['national'] : phone['international']);
}

function readContact(value: unknown): FlowMessage['contact'] {
  if (!isObject(value) || typeof value['id'] !== 'number') return null;
  return {
    id: value['id'],
    name: optionalString(value['name']) ?? '',
    company: optionalString(value['company']) ?? '',
  };
}

/** An HTTP status, or the code of a failed request (`ECONNREFUSED`). */
function wasAccepted(status: unknown): boolean | null {
  if (status === undefined || status === null || status === '') return null;
  return typeof status === 'number' && status >= 200 && status < 300;
}
