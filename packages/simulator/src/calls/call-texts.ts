import type { CallKind, EndReason } from './call-life.ts';

/** How a call is named in its timeline. */
export const KIND_TEXTS: Readonly<Record<CallKind, string>> = {
  incoming: 'Incoming call',
  clickToCall: 'Click-to-call',
  outgoing: 'Outgoing call',
  campaign: 'Campaign call',
  internal: 'Internal call',
};

/** How its end is explained there. */
export const END_TEXTS: Readonly<Record<EndReason, string>> = {
  hungUp: 'Hung up.',
  noAnswer: 'Nobody answered.',
  refused: 'Refused, or busy.',
  durationLimit: 'The longest duration was reached.',
  notificationFailed: 'The endpoint of the notifications failed, so the call was hung up.',
  closed: 'The simulator was closed.',
};
