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

export const FORM = 'application/x-www-form-urlencoded';
export const JSON_TYPE = 'application/json';

export const form = (fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams(fields).toString();

export const PHONE = {
  e164: '+40211234567',
  national: '021 123 4567',
  international: '+40 21 123 4567',
  country: 'RO',
  type: 'FIXED_LINE',
};

export const HANGUP = {
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

export const notification = (
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
export const connector = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    apiName: 'connectorEvent',
    agent: { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' },
    ...fields,
  });

export const CALL_FRAME = {
  type: 'incomingCall',
  phoneNumber: '0211234567',
  uniqueId: '1608743891.1344',
  callCenter: 'yes',
} as const;

export const AGENT = { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' };

export const CALL_MESSAGE = {
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

export const IVR = {
  $_callerId: '0211234567',
  $_destinationNumber: '0311000000',
  $_callId: '1608743891.1344',
  $_dateNow: '20261121',
  orderNumber: '00417',
};

export const IVR_MESSAGE = {
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
