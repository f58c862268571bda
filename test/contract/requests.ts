/**
 * Requests from Accolades, an IVR or the browser connector, with the message that both hosts must
 * produce.
 */
export interface RequestCase {
  readonly name: string;
  /** The purpose of the endpoint that gets it. */
  readonly receives: 'notifications' | 'ivr' | 'connector';
  readonly method: 'GET' | 'POST';
  /** Appended to the endpoint's address, without `?`. */
  readonly query?: string;
  /** Null: no such header. */
  readonly contentType?: string | null;
  readonly body?: string | Uint8Array;
  /** The status of the answer. */
  readonly status: number;
  /** Fields of the message; null: no message. */
  readonly message: Readonly<Record<string, unknown>> | null;
  /**
   * The request waits for the flow's answer, so the message has a `replyToken`. Omitted: the token
   * is null or missing.
   */
  readonly waits?: 'ivr' | 'confirmHangup';
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

const form = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

const PHONE = {
  e164: '+40211234567',
  national: '021 123 4567',
  international: '+40 21 123 4567',
  country: 'RO',
  type: 'FIXED_LINE',
};

const HANGUP = {
  apiName: 'callNotification',
  event: 'hangup',
  callId: '1608743891.1344',
  userId: '27',
  userType: 'user',
  callDirection: 'incoming',
  callerId: '0211234567',
  destinationNumber: '0311000000',
  duration: '95',
} as const;

const notification = (
  name: string,
  fields: Readonly<Record<string, string>>,
  message: RequestCase['message'],
  more: Partial<RequestCase> = {},
): RequestCase => ({
  name,
  receives: 'notifications',
  method: 'POST',
  contentType: FORM,
  body: form(fields),
  status: 200,
  message,
  ...more,
});

/** A call as the browser connector posts it. */
const connector = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    apiName: 'connectorEvent',
    agent: { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' },
    ...fields,
  });

const CALL_FRAME = {
  type: 'incomingCall',
  phoneNumber: '0211234567',
  uniqueId: '1608743891.1344',
  callCenter: 'yes',
} as const;

const AGENT = { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' };

const CALL_MESSAGE = {
  event: 'incomingCall',
  direction: 'incoming',
  phoneNumber: '0211234567',
  phone: PHONE,
  uniqueId: '1608743891.1344',
  startedAt: '2020-12-23T17:18:11.000Z',
  callCenter: true,
  agent: AGENT,
  raw: CALL_FRAME,
};

const IVR = {
  $_callerId: '0211234567',
  $_destinationNumber: '0311000000',
  $_callId: '1608743891.1344',
  $_dateNow: '20261121',
  orderNumber: '00417',
};

const IVR_MESSAGE = {
  event: 'ivrRequest',
  phoneNumber: '0211234567',
  phone: PHONE,
  destinationNumber: '0311000000',
  callId: '1608743891.1344',
  startedAt: '2020-12-23T17:18:11.000Z',
  date: '2026-11-21',
  variables: { orderNumber: '00417' },
  raw: IVR,
};

export const REQUEST_CASES: readonly RequestCase[] = [
  // Call notifications
  notification('hangup, form-encoded, as documented', HANGUP, {
    event: 'hangup',
    direction: 'incoming',
    phoneNumber: '0211234567',
    phone: PHONE,
    callId: '1608743891.1344',
    startedAt: '2020-12-23T17:18:11.000Z',
    user: { id: '27', type: 'user' },
    duration: 95,
    raw: HANGUP,
  }),
  notification(
    'answer',
    { ...HANGUP, event: 'answer' },
    { event: 'answer', duration: 95, raw: { ...HANGUP, event: 'answer' } },
  ),
  notification(
    'confirmHangup waits for the flow',
    { ...HANGUP, event: 'confirmHangup' },
    { event: 'confirmHangup', callId: '1608743891.1344' },
    { waits: 'confirmHangup' },
  ),
  notification(
    'an outgoing call has the called number',
    { ...HANGUP, callDirection: 'outgoing' },
    { direction: 'outgoing', phoneNumber: '0311000000' },
  ),
  notification(
    'a direction in other words',
    { apiName: 'callNotification', event: 'answer', callId: '1.2', callDirectionType: 'OUTBOUND call' },
    { direction: 'outgoing', startedAt: null },
  ),
  notification(
    'a direction that is not known',
    { ...HANGUP, callDirection: 'sideways' },
    { direction: null, phoneNumber: '0211234567' },
  ),
  notification(
    'an event that is not documented',
    { ...HANGUP, event: 'transfer' },
    { event: 'transfer', callId: '1608743891.1344' },
  ),
  notification(
    'nothing but the name of the interface',
    { apiName: 'callNotification' },
    {
      event: 'unknown',
      direction: null,
      phoneNumber: '',
      phone: null,
      callId: '',
      startedAt: null,
      user: { id: null, type: null },
      duration: null,
    },
  ),
  notification(
    'an anonymous caller',
    { ...HANGUP, callerId: 'anonymous' },
    { phoneNumber: 'anonymous', phone: null },
  ),
  notification('an extension', { ...HANGUP, callerId: '101' }, { phoneNumber: '101', phone: null }),
  notification('a duration as a clock shows it', { ...HANGUP, duration: '01:35' }, { duration: 95 }),
  {
    ...notification('hangup as JSON', HANGUP, {
      event: 'hangup',
      duration: 95,
      raw: { ...HANGUP, duration: 95 },
    }),
    contentType: JSON_TYPE,
    body: JSON.stringify({ ...HANGUP, duration: 95 }),
  },
  {
    ...notification('a form without a content type', HANGUP, { event: 'hangup', raw: HANGUP }),
    contentType: null,
    body: new TextEncoder().encode(form(HANGUP)),
  },
  {
    ...notification('a field that comes twice', HANGUP, {
      raw: { ...HANGUP, tag: ['a', 'b'] },
    }),
    body: `${form(HANGUP)}&tag=a&tag=b`,
  },
  {
    ...notification('broken escapes and letters of many scripts', HANGUP, {
      raw: { ...HANGUP, name: 'Ștefan 字 100%' },
    }),
    body: `${form(HANGUP)}&name=%C8%98tefan+%E5%AD%97+100%`,
  },
  {
    ...notification('reserved names are made harmless', HANGUP, {
      raw: { ...HANGUP, 'field:__proto__': 'x', 'field:constructor': 'y' },
    }),
    body: `${form(HANGUP)}&__proto__=x&constructor=y`,
  },
  {
    ...notification('fields in the query as well', HANGUP, { raw: { ...HANGUP, site: 'north' } }),
    query: 'site=north&duration=1',
  },

  // IVR requests
  {
    name: 'an IVR request by GET',
    receives: 'ivr',
    method: 'GET',
    query: form(IVR),
    status: 200,
    message: IVR_MESSAGE,
    waits: 'ivr',
  },
  {
    name: 'an IVR request by POST',
    receives: 'ivr',
    method: 'POST',
    contentType: FORM,
    body: form(IVR),
    status: 200,
    message: IVR_MESSAGE,
    waits: 'ivr',
  },
  {
    name: 'an IVR request without anything',
    receives: 'ivr',
    method: 'GET',
    status: 200,
    message: {
      event: 'ivrRequest',
      phoneNumber: '',
      phone: null,
      destinationNumber: '',
      callId: '',
      startedAt: null,
      date: null,
      variables: {},
      raw: {},
    },
    waits: 'ivr',
  },
  {
    name: 'globals by other names',
    receives: 'ivr',
    method: 'GET',
    query: '_callerId=101&callId=1608743891.2&pin=0042&_dateNow=20261399',
    status: 200,
    message: { phoneNumber: '101', phone: null, callId: '1608743891.2', date: null },
    waits: 'ivr',
  },

  // The browser connector
  {
    name: 'a call that the connector posts as text',
    receives: 'connector',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({ frame: JSON.stringify(CALL_FRAME) }),
    status: 200,
    message: CALL_MESSAGE,
  },
  {
    name: 'a call that the connector posts as an object',
    receives: 'connector',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({ frame: { ...CALL_FRAME, type: 'outgoingCall' } }),
    status: 200,
    message: { event: 'outgoingCall', direction: 'outgoing', agent: AGENT },
  },
  {
    name: "the documentation's broken sample, through the connector",
    receives: 'connector',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({
      frame:
        '{ "type": "incomingCall", "phoneNumber": "0211234567", "uniqueId": "1608743891.1344" "callCenter": "yes" }',
    }),
    status: 200,
    message: CALL_MESSAGE,
  },
  {
    name: 'agentConnected',
    receives: 'connector',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({ event: 'agentConnected' }),
    status: 200,
    message: { event: 'agentConnected', agent: AGENT, reason: null, awaySeconds: null },
  },
  {
    name: 'agentDisconnected',
    receives: 'connector',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({ event: 'agentDisconnected', reason: 'CONNECTION_CLOSED' }),
    status: 200,
    message: { event: 'agentDisconnected', agent: AGENT, reason: 'CONNECTION_CLOSED' },
  },
  {
    name: 'a call as the connector of this repository posts it',
    receives: 'connector',
    method: 'POST',
    contentType: `${FORM};charset=UTF-8`,
    body: form({
      apiName: 'connectorEvent',
      agent: JSON.stringify(AGENT),
      frame: JSON.stringify(CALL_FRAME),
      eventId: 'contract-1',
      ageMs: '0',
    }),
    status: 200,
    message: CALL_MESSAGE,
  },
  {
    name: 'an agent of the connector that comes form-encoded',
    receives: 'connector',
    method: 'POST',
    contentType: FORM,
    body: form({
      apiName: 'connectorEvent',
      agent: JSON.stringify(AGENT),
      event: 'agentDisconnected',
      reason: 'ID_NOT_FOUND',
      eventId: 'contract-2',
      ageMs: '1500',
    }),
    status: 200,
    message: { event: 'agentDisconnected', agent: AGENT, reason: 'ID_NOT_FOUND' },
  },
  {
    name: 'a frame of the connector that is no call',
    receives: 'connector',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({ frame: '{"type":"version","value":"1.1.0"}' }),
    status: 400,
    message: null,
  },

  // Of another purpose: answered so that no call is hung up, and kept out of the flow
  ...(['ivr', 'connector'] as const).map((receives) =>
    notification(`a notification at an endpoint for ${receives}`, HANGUP, null, { receives }),
  ),
  {
    name: 'a voice menu at an endpoint for notifications',
    receives: 'notifications',
    method: 'POST',
    contentType: FORM,
    body: form(IVR),
    status: 200,
    message: null,
  },
  {
    name: 'an event of the connector at an endpoint for notifications',
    receives: 'notifications',
    method: 'POST',
    contentType: JSON_TYPE,
    body: connector({ frame: CALL_FRAME }),
    status: 404,
    message: null,
  },

  // Refused
  {
    name: 'neither form nor JSON',
    receives: 'notifications',
    method: 'POST',
    contentType: 'text/xml',
    body: '<call/>',
    status: 415,
    message: null,
  },
  {
    name: 'broken JSON',
    receives: 'notifications',
    method: 'POST',
    contentType: JSON_TYPE,
    body: '{"event":',
    status: 400,
    message: null,
  },
  {
    name: 'JSON that is no object',
    receives: 'notifications',
    method: 'POST',
    contentType: JSON_TYPE,
    body: '[1]',
    status: 400,
    message: null,
  },
  {
    name: 'JSON that is nested too deep',
    receives: 'notifications',
    method: 'POST',
    contentType: JSON_TYPE,
    body: `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
    status: 400,
    message: null,
  },
  {
    name: 'a body beyond the limit',
    receives: 'notifications',
    method: 'POST',
    contentType: FORM,
    body: `event=hangup&x=${'x'.repeat(64 * 1024)}`,
    status: 413,
    message: null,
  },
];
