import { AccoladesError } from '../errors.ts';
import type { JsonObject } from '../json/json-object.ts';
import { CONNECTOR_API_NAME } from './connector-event.ts';
import { fieldText } from './fields.ts';
import { hasIvrGlobal } from './ivr.ts';
import { NOTIFICATION_API_NAME, NOTIFICATION_EVENTS } from './notification.ts';

/** What an endpoint receives: it has one purpose, so the sender need not be guessed. */
export const ENDPOINT_PURPOSES = ['notifications', 'ivr', 'connector'] as const;

/**
 * - `notifications`: the call notifications of Accolades
 * - `ivr`: the HTTP requests of a voice menu (IVR)
 * - `connector`: the events that the browser connector posts
 */
export type EndpointPurpose = (typeof ENDPOINT_PURPOSES)[number];

/**
 * The events that single requests become. `otherNotification` stands for undocumented call
 * notifications.
 */
export const WEBHOOK_EVENTS = [
  'answer',
  'confirmHangup',
  'hangup',
  'otherNotification',
  'ivrRequest',
  'incomingCall',
  'outgoingCall',
  'agentConnected',
  'agentDisconnected',
] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** The events that are reported of a whole call, after its end. */
export const OUTCOME_EVENTS = ['callEnded', 'missedCall'] as const;

export type OutcomeEventType = (typeof OUTCOME_EVENTS)[number];

export type EndpointEventType = WebhookEventType | OutcomeEventType;

/** The events of each purpose, in the order of the ports of a node with one output per event. */
export const PURPOSE_EVENTS: Readonly<Record<EndpointPurpose, readonly EndpointEventType[]>> = {
  notifications: ['callEnded', 'missedCall', 'answer', 'confirmHangup', 'hangup', 'otherNotification'],
  ivr: ['ivrRequest'],
  connector: ['incomingCall', 'outgoingCall', 'agentConnected', 'agentDisconnected'],
};

/** The purposes as both hosts' dialogs name them. */
const NAMES: Readonly<Record<EndpointPurpose, string>> = {
  notifications: 'Call notifications',
  ivr: 'Voice menu (IVR)',
  connector: 'Browser connector',
};

/** The requests of each purpose, in the words of an error. */
const REQUESTS: Readonly<Record<EndpointPurpose, string>> = {
  notifications: 'a call notification',
  ivr: 'a request of a voice menu',
  connector: 'an event of the browser connector',
};

/**
 * @returns the purpose; when it is missing, that of the first chosen event, else `notifications`
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function readPurpose(value: unknown, events?: unknown): EndpointPurpose {
  if (value === undefined || value === null || value === '') {
    const chosen: readonly unknown[] = Array.isArray(events) ? events : [];
    const [first] = chosen;
    return ENDPOINT_PURPOSES.find((one) => PURPOSE_EVENTS[one].some((e) => e === first)) ?? 'notifications';
  }
  const purpose = ENDPOINT_PURPOSES.find((known) => known === value);
  if (purpose !== undefined) return purpose;
  throw invalid(`An endpoint receives one of ${ENDPOINT_PURPOSES.join(', ')}.`);
}

/**
 * Returns the chosen events in the order of {@link PURPOSE_EVENTS}.
 * @param events missing: all of the purpose
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function readPurposeEvents(purpose: EndpointPurpose, events: unknown): readonly EndpointEventType[] {
  const known = PURPOSE_EVENTS[purpose];
  if (events === undefined || events === null) return known;
  if (!Array.isArray(events)) throw invalid('Events must be a list.');
  const chosen: readonly unknown[] = events;
  for (const event of chosen) {
    if (known.some((one) => one === event)) continue;
    const named = typeof event === 'string' ? event : typeof event;
    throw invalid(
      `There is no event “${named}” of the purpose “${NAMES[purpose]}”. Choose from ${known.join(', ')}.`,
    );
  }
  if (chosen.length === 0) throw invalid('No event is chosen. Choose at least one.');
  return known.filter((one) => chosen.includes(one));
}

/**
 * Returns the purpose that a request clearly belongs to; null when it may belong to `purpose`. An
 * IVR step chooses the names of its fields, so only what no IVR step sends is of another purpose.
 */
export function clearPurposeOf(
  purpose: EndpointPurpose,
  method: string,
  fields: JsonObject,
): EndpointPurpose | null {
  const apiName = fieldText(fields, 'apiName');
  if (apiName === CONNECTOR_API_NAME) return 'connector';
  if (apiName === NOTIFICATION_API_NAME) return 'notifications';
  const event = fieldText(fields, 'event');
  const isDocumented = NOTIFICATION_EVENTS.some((known) => known === event);
  if (method === 'POST' && isDocumented && fieldText(fields, 'callId') !== null) return 'notifications';
  if (purpose === 'ivr' || !hasIvrGlobal(fields)) return null;
  // A notification may name its fields like an IVR step, but it has an event.
  return method === 'GET' || event === null ? 'ivr' : null;
}

/** The error for a request of another purpose. It names the purpose to choose. */
export function wrongPurpose(purpose: EndpointPurpose, actual: EndpointPurpose): AccoladesError {
  return new AccoladesError('WRONG_PURPOSE', {
    what:
      `This endpoint is set to “${NAMES[purpose]}” but received ${REQUESTS[actual]}, ` +
      `which needs “${NAMES[actual]}”.`,
  });
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
