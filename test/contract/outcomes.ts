/**
 * Calls as Accolades posts their notifications, with the records that both hosts must produce when
 * the waits for the end of a call are 0 seconds.
 */
export interface OutcomeCase {
  readonly name: string;
  /** Posted one after the other; each as form fields. */
  readonly posts: readonly Readonly<Record<string, string>>[];
  /** Fields of each record, in order. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

const PHONE = {
  e164: '+40211234567',
  national: '021 123 4567',
  international: '+40 21 123 4567',
  country: 'RO',
  type: 'FIXED_LINE',
};

type Fields = Readonly<Record<string, string>>;

let serial = 0;

/** The notifications of one call, in order. Its id is no time, so that no record has a start. */
function call(...events: (string | Fields)[]): Fields[] {
  const callId = `77.${++serial}`;
  return events.map((event) => ({
    ...{ apiName: 'callNotification', callId, userId: '27', userType: 'user' },
    ...{ callDirection: 'incoming', callerId: '0211234567', duration: '95' },
    ...(typeof event === 'string' ? { event } : event),
  }));
}

const outgoing = (event: string): Fields => ({
  ...{ event, callDirection: 'outgoing', destinationNumber: '0211234567', callerId: '101' },
});

const DESK = { label: null, id: null, phoneId: '27' };

const unmatched = (notifications: number, reason: string | null = null): Record<string, unknown> => ({
  evidence: { notifications, sessions: 0, matched: 'none', reason, silentPhones: [] },
});

const MISSED = {
  ...{ result: 'missed', direction: 'incoming', phoneNumber: '0211234567', phone: PHONE },
  ...{ callCenter: null, startedAt: null, answeredAt: null, waitSeconds: null, ringSeconds: null },
  ...{ talkSeconds: null, answeredBy: null, answers: [], rang: [{ ...DESK, at: null }] },
};

export const OUTCOME_CASES: readonly OutcomeCase[] = [
  {
    name: 'an answered call',
    posts: call('answer', 'hangup'),
    records: [
      {
        ...{ event: 'callEnded', result: 'answered', direction: 'incoming', phoneNumber: '0211234567' },
        ...{ phone: PHONE, callCenter: null, startedAt: null, waitSeconds: null, talkSeconds: 0 },
        ...{ answeredBy: DESK, rang: [] },
        ...unmatched(2),
      },
    ],
  },
  {
    name: 'a missed call',
    posts: call('hangup'),
    records: [
      { event: 'callEnded', ...MISSED, ...unmatched(1) },
      { event: 'missedCall', ...MISSED, ...unmatched(1) },
    ],
  },
  {
    name: 'a call that went out and was answered',
    posts: call(outgoing('answer'), outgoing('hangup')),
    records: [{ event: 'callEnded', result: 'answered', direction: 'outgoing', answeredBy: DESK }],
  },
  {
    name: 'a call that went out and was not answered',
    posts: call(outgoing('hangup')),
    records: [{ event: 'callEnded', result: 'unanswered', direction: 'outgoing', answeredBy: null }],
  },
  {
    name: 'a call whose maximum duration was over',
    posts: call('answer', 'confirmHangup', 'hangup'),
    records: [{ event: 'callEnded', result: 'answered', ...unmatched(3) }],
  },
  {
    name: 'a call that something other than a phone of a user answered',
    posts: call({ event: 'answer', userType: 'mailbox' }, { event: 'hangup', userType: 'mailbox' }),
    records: [{ event: 'callEnded', result: 'unknown', answeredBy: null, ...unmatched(2, 'notAPerson') }],
  },
  {
    name: 'a call whose direction is not known',
    posts: call({ event: 'hangup', callDirection: 'sideways' }),
    records: [{ event: 'callEnded', result: 'unknown', direction: null, ...unmatched(1, 'direction') }],
  },
  {
    name: 'a call of a number that is none',
    posts: call({ event: 'answer', callerId: 'anonymous' }, { event: 'hangup', callerId: 'anonymous' }),
    records: [{ event: 'callEnded', result: 'answered', phoneNumber: 'anonymous', phone: null }],
  },
  {
    name: 'an undocumented notification before the answer',
    posts: call('transfer', 'answer', 'hangup'),
    records: [{ event: 'callEnded', result: 'answered', ...unmatched(3) }],
  },
];
