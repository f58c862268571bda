import { ID_PER, readChoice } from '../calls/call-settings.ts';
import type { IdPer } from '../calls/call-settings.ts';

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
  /**
   * Which phones post `hangup`: every one that rang or dialled (`every`), only those that had
   * posted or would have posted `answer` (`answered`), or only the phone that left last, when the
   * call is over (`last`). Not published. Default `every`.
   */
  hangups: HangupReports;
  /**
   * The `callId`: one for each call, or one for each leg. Documented is the same one for all
   * notifications of a call, but not what a call is when several phones ring. Default `call`.
   */
  callId: IdPer;
  /**
   * When the phone of a click-to-call posts `answer`: when the other party answers
   * (`destination`), or when the phone itself does (`phone`). Not published. Default
   * `destination`.
   */
  clickToCallAnswer: 'destination' | 'phone';
  /**
   * Which phones of an internal call post `answer`: `both`, or only the one that was called
   * (`called`). Not published. Default `both`.
   */
  internalAnswer: 'both' | 'called';
  /** Further fields for every notification. Default: none. */
  extraFields: Readonly<Record<string, string>>;
}

export type HangupReports = 'every' | 'answered' | 'last';

const HANGUP_REPORTS: readonly HangupReports[] = ['every', 'answered', 'last'];

export const DEFAULT_NOTIFICATION_SETTINGS: Readonly<NotificationSettings> = Object.freeze({
  directionField: 'callDirection',
  incomingValue: 'incoming',
  outgoingValue: 'outgoing',
  phoneNumberField: 'phoneNumber',
  durationField: 'duration',
  hangups: 'every',
  callId: 'call',
  clickToCallAnswer: 'destination',
  internalAnswer: 'both',
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
      case 'hangups':
        settings[name] = readChoice(name, value, HANGUP_REPORTS);
        break;
      case 'callId':
        settings[name] = readChoice(name, value, ID_PER);
        break;
      case 'clickToCallAnswer':
        settings[name] = readChoice(name, value, ['destination', 'phone']);
        break;
      case 'internalAnswer':
        settings[name] = readChoice(name, value, ['both', 'called']);
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
