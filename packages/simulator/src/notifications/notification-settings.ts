/**
 * How call notifications are written. Published are `apiName`, `event`, `callId`, `userId`,
 * `userType`, and that the direction's field begins with `callDire`. Everything here is a choice,
 * to be adapted to the vendor's information.
 */
export interface NotificationSettings {
  /** Default `callDirection`. Must begin with `callDire`. */
  directionField: string;
  /** Default `incoming`. */
  incomingValue: string;
  /** Default `outgoing`. */
  outgoingValue: string;
  /** The field with the other party's number; empty: none. Default `phoneNumber`. */
  phoneNumberField: string;
  /**
   * The field with the seconds since the call was answered, in `confirmHangup` and `hangup`; empty:
   * none. Default `duration`.
   */
  durationField: string;
  /** Whether `hangup` is also sent for an unanswered call; not published. Default true. */
  notifyUnanswered: boolean;
  /** Further fields for every notification. Default: none. */
  extraFields: Readonly<Record<string, string>>;
}

export const DEFAULT_NOTIFICATION_SETTINGS: Readonly<NotificationSettings> = Object.freeze({
  directionField: 'callDirection',
  incomingValue: 'incoming',
  outgoingValue: 'outgoing',
  phoneNumberField: 'phoneNumber',
  durationField: 'duration',
  notifyUnanswered: true,
  extraFields: {},
});

/** Checks settings from any source. @throws naming the unusable setting */
export function readNotificationSettings(input: object): Partial<NotificationSettings> {
  const settings: Partial<NotificationSettings> = {};
  const entries: [string, unknown][] = Object.entries(input);
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    switch (name) {
      case 'directionField':
      case 'incomingValue':
      case 'outgoingValue':
      case 'phoneNumberField':
      case 'durationField':
        if (typeof value !== 'string' || value.length > 80)
          throw new Error(`The setting ${name} must be text.`);
        if (name === 'directionField' && !value.startsWith('callDire')) {
          throw new Error('The name of the field with the direction begins with callDire.');
        }
        settings[name] = value;
        break;
      case 'notifyUnanswered':
        if (typeof value !== 'boolean') throw new Error(`The setting ${name} must be true or false.`);
        settings[name] = value;
        break;
      case 'extraFields': {
        if (typeof value !== 'object' || value === null)
          throw new Error(`The setting ${name} must be an object.`);
        const fields: [string, unknown][] = Object.entries(value);
        settings[name] = Object.fromEntries(fields.map(([field, text]) => [field, String(text)]));
        break;
      }
      default:
        throw new Error(`There is no setting named ${name.slice(0, 40)}.`);
    }
  }
  return settings;
}
