import type { NotificationSettings } from './notification-settings.ts';

export type NotificationEvent = 'answer' | 'confirmHangup' | 'hangup';

/** What a phone reports about its part in a call. */
export interface Notification {
  readonly event: NotificationEvent;
  readonly callId: string;
  readonly userId: string;
  readonly userType: string;
  readonly isIncoming: boolean;
  /** The other party. */
  readonly phoneNumber: string;
  /** How long the phone has talked, in seconds. */
  readonly seconds: number;
}

/** The fields of a call notification, as they are posted. */
export function notificationFields(
  notification: Notification,
  settings: NotificationSettings,
): [string, string][] {
  const { event, callId, userId, userType, isIncoming, phoneNumber, seconds } = notification;
  const fields: [string, string][] = [
    ['apiName', 'callNotification'],
    ['event', event],
    ['callId', callId],
    ['userId', userId],
    ['userType', userType],
    [settings.directionField, isIncoming ? settings.incomingValue : settings.outgoingValue],
  ];
  if (settings.phoneNumberField !== '') fields.push([settings.phoneNumberField, phoneNumber]);
  if (settings.durationField !== '' && event !== 'answer') {
    fields.push([settings.durationField, String(seconds)]);
  }
  fields.push(...Object.entries(settings.extraFields));
  return fields;
}
