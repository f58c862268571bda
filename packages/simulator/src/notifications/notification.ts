import type { CallLife } from '../calls/call-life.ts';
import type { NotificationSettings } from './notification-settings.ts';

export type NotificationEvent = 'answer' | 'confirmHangup' | 'hangup';

/** The fields of a call notification, as they are posted. */
export function notificationFields(
  event: NotificationEvent,
  call: CallLife,
  settings: NotificationSettings,
  now: number,
): [string, string][] {
  const incoming = call.direction === 'incoming';
  const fields: [string, string][] = [
    ['apiName', 'callNotification'],
    ['event', event],
    ['callId', call.id],
    ['userId', call.userId],
    ['userType', 'user'],
    [settings.directionField, incoming ? settings.incomingValue : settings.outgoingValue],
  ];
  if (settings.phoneNumberField !== '') fields.push([settings.phoneNumberField, call.phoneNumber]);
  if (settings.durationField !== '' && event !== 'answer') {
    fields.push([settings.durationField, String(secondsAnswered(call, now))]);
  }
  fields.push(...Object.entries(settings.extraFields));
  return fields;
}

function secondsAnswered(call: CallLife, now: number): number {
  return call.answeredAt === null ? 0 : Math.round(((call.endedAt ?? now) - call.answeredAt) / 1000);
}
